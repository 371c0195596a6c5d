"""Names and texts reach SQL only through one helper, and the release path uses nothing else."""

from __future__ import annotations

import ast
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.identifiers import ident, literal, release_folder, statement
from orchestration.refusals import UnsafeIdentifier

ORCHESTRATION = Path(__file__).parents[2] / "orchestration"


@given(st.text())
def test_accepted_names_are_plain(name: str) -> None:
    try:
        quoted = ident(name)
    except UnsafeIdentifier:
        return
    assert quoted == f'"{name}"'
    assert name.isascii()
    assert name.replace("_", "a").isalnum()


@pytest.mark.parametrize("name", ["", "Marts", "a b", "a;b", 'a"', "1a", "a\n", "é", "a.b", "a-b"])
def test_refuses_what_is_no_name(name: str) -> None:
    with pytest.raises(UnsafeIdentifier):
        ident("marts", name)


@given(st.text().filter(lambda text: "\0" not in text))
def test_literals_read_back_unchanged(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert duckdb.sql(f"select {literal(text)}").fetchall() == [(text,)]


def test_moments_become_typed_constants() -> None:
    moment, day = datetime(2026, 2, 6, 21, 30, 0, 5), date(2026, 2, 6)
    assert duckdb.sql(f"select {literal(moment)}, {literal(day)}").fetchall() == [(moment, day)]


def test_plain_text_does_not_enter_a_statement() -> None:
    with pytest.raises(UnsafeIdentifier, match="name is plain text"):
        statement("select * from {name}", name="x; drop table y")  # type: ignore[arg-type]


@pytest.mark.parametrize("release_id", ["..", "a/../b", "/etc", "", ".hidden", "a..b", "x" * 80, "A"])
def test_release_ids_stay_inside_their_folder(release_id: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeIdentifier):
        release_folder(tmp_path, release_id)


def test_every_statement_is_constant_or_made_by_the_helper() -> None:
    offenders = []
    for path in sorted(ORCHESTRATION.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"execute", "sql", "query"}
                and node.args
                and not isinstance(node.args[0], ast.Constant)
                and not (
                    isinstance(node.args[0], ast.Call)
                    and ast.unparse(node.args[0].func) in {"statement", "sqlalchemy.text"}
                )
            ):
                offenders.append(f"{path.name}:{node.lineno} {ast.unparse(node.args[0])[:60]}")
    # `unwind sql` and `unwind export --query` run what their user typed, on a locked-down connection; a failed test of
    # dbt is asked again in dbt's words; pages print what the recipes ask; the brief's questions all pass one function
    # that binds their values; Dagster's log builds its statements itself.
    known = [
        "sql_command.py",
        "export_command.py",
        "failed_nodes.py",
        "printed_answers.py",
        "reader.py",
        "event_log.py",
    ]
    assert [offender for offender in offenders if offender.partition(":")[0] not in known] == []
