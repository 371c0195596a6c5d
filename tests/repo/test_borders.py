"""Borders of the house, read off the source: who may import whom, and what never stands in a file."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# The wiring: the only modules that may know the orchestrator.
WIRING = tuple(
    f"orchestration/{name}"
    for name in ("defs/", "definitions.py", "run_job.py", "event_log.py", "postgres_log.py", "dbt_selection.py")
)
DANGEROUS = {"eval", "exec", "compile"}
# What makes objects, and so code, of bytes.
LOADING_CODE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
SHELLS = {"system", "popen"}


def _sources(folder: str) -> list[Path]:
    return sorted((PROJECT / folder).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False)
    return listed.stdout.split()


@pytest.mark.parametrize("path", _sources("ingestion"), ids=lambda path: path.name)
def test_ingestion_knows_nothing_of_what_comes_after_it(path: Path) -> None:
    assert not set(_imports(path)) & {"dagster", "dagster_dbt", "dbt", "great_expectations", "duckdb", "orchestration"}


@pytest.mark.parametrize("path", _sources("orchestration"), ids=lambda path: path.name)
def test_decisions_know_nothing_of_dagster(path: Path) -> None:
    relative = path.relative_to(PROJECT).as_posix()
    if not relative.startswith(WIRING):
        assert not set(_imports(path)) & {"dagster", "dagster_dbt", "dagster_postgres"}


@pytest.mark.parametrize(
    "path",
    [path for folder in ("ingestion", "orchestration", "dbt_project", "deploy") for path in _sources(folder)],
    ids=lambda path: path.name,
)
def test_nothing_dangerous_is_called(path: Path) -> None:
    assert not set(_imports(path)) & LOADING_CODE
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            assert not (isinstance(node.func, ast.Name) and name in DANGEROUS), f"{path.name} calls {name}"
            assert not (ast.unparse(node.func).startswith("os.") and name in SHELLS), f"{path.name} starts a shell"
            for keyword in node.keywords:
                assert not (keyword.arg == "shell" and getattr(keyword.value, "value", None) is True), (
                    f"{path.name} starts a shell"
                )
                assert not (keyword.arg == "verify" and getattr(keyword.value, "value", None) is False), (
                    f"{path.name} trusts any certificate"
                )
    assert path.name == "yaml_file.py" or "yaml.load" not in path.read_text()


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path.relative_to(PROJECT).as_posix()
        for path in [*_sources("ingestion"), *_sources("orchestration")]
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_nothing_in_the_tree_names_a_machine_an_index_or_a_secret() -> None:
    forbidden = [
        r"/wor[k]/",
        r"pypi\.or[g]",
        r"pythonhoste[d]",
        r"AKIA[0-9A-Z]{16}",
        r"-----BEGIN [A-Z ]*PRIVATE KE[Y]",
    ]
    found = []
    for name in _tracked():
        text = (PROJECT / name).read_text(errors="ignore") if (PROJECT / name).exists() else ""
        found += [f"{name}: {pattern}" for pattern in forbidden if re.search(pattern, text)]
    assert found == []


def test_no_folder_is_called_after_nothing() -> None:
    names = {part for name in _tracked() for part in Path(name).parent.parts}
    assert not names & {"utils", "common", "helpers", "scripts", "misc"}


def test_the_lock_has_hashes_and_no_hosts() -> None:
    lock = (PROJECT / "requirements.lock").read_text()
    assert "://" not in lock
    assert lock.count("==") <= lock.count("--hash=")
