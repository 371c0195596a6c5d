"""The process beside the audit: what it reads is what this one would read, and it ends without being asked to."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.beside_audit import beside_audit
from orchestration.contents import Contents, read_contents
from orchestration.refusals import HelperFailed
from tests.orchestration.releasing import candidate, sealed


def test_its_contents_are_those_read_here(tmp_path: Path) -> None:
    made = candidate(tmp_path, "r1")
    with beside_audit(made, tmp_path / "manifest.json") as helper:
        contents = helper.contents()
    assert contents == read_contents(made.database, made.catalog, made.asof_schemas)
    assert Contents.from_json(contents.to_json()) == contents
    assert contents.tables["marts.fct_price_hourly"].rows_count == 384


def test_not_asked_for_a_brief_it_draws_none_and_ends(tmp_path: Path) -> None:
    made = candidate(tmp_path, "r1")
    with beside_audit(made, tmp_path / "manifest.json") as helper:
        helper.contents()
    assert helper._process.returncode == 0
    assert not list(made.folder.glob("brief*"))


def test_an_error_of_its_own_is_told_in_its_words(tmp_path: Path) -> None:
    made = candidate(tmp_path, "r1")
    made.database.write_bytes(b"not a database")
    with (
        beside_audit(made, tmp_path / "manifest.json") as helper,
        pytest.raises(HelperFailed, match="not a valid DuckDB"),
    ):
        helper.contents()


def test_a_brief_that_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    made = sealed(tmp_path, "r1")
    with beside_audit(made, tmp_path / "manifest.json") as helper:
        helper.contents()
        with pytest.raises(HelperFailed, match="no release at"):
            helper.write_brief(tmp_path / "absent.duckdb", made.folder)
