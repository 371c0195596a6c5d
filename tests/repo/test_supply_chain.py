"""Whatever is fetched was chosen before: by hash, by commit, and never while a run is under way."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = sorted(
    [*PROJECT.glob("requirements.lock"), *(PROJECT / "deploy").rglob("*.lock"), *(PROJECT / "tests").rglob("*.lock")]
)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.parent.name)
def test_everything_in_a_lock_has_a_version_and_a_hash(lock: Path) -> None:
    joined = lock.read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[\w.\[\]-]+==[\w.+!-]+ .*--hash=sha256:[0-9a-f]{64}", line), line


def test_set_up_installs_nothing_without_a_hash() -> None:
    installs = re.findall(r"pip install (.*)", (PROJECT / "Makefile").read_text())
    assert len(installs) >= 4
    ours = [line for line in installs if line.endswith("--no-deps --no-build-isolation -e .")]
    assert len(ours) == 2
    assert all("--require-hashes" in line for line in installs if line not in ours)


def test_actions_are_pinned_by_commit() -> None:
    used = [
        line
        for workflow in (PROJECT / ".github" / "workflows").glob("*.yml")
        for line in re.findall(r"uses: *(\S+)", workflow.read_text())
    ]
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", line)] == []


def test_no_extension_of_duckdb_is_fetched_or_loaded() -> None:
    """Neither by a statement of ours nor by a setting of dbt's."""
    told = [
        (path.name, node.value)
        for folder in ("ingestion", "orchestration", "dbt_project")
        for path in sorted((PROJECT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [place for place in told if re.match(r"\s*(?:force )?(?:install|load) \w+;?\s*$", place[1], re.I)] == []
    assert "extensions" not in (PROJECT / "dbt_project" / "profiles.yml").read_text()


def test_no_tool_reports_home() -> None:
    for path in ("orchestration/dagster.yaml", "deploy/dagster.yaml"):
        assert re.search(r"^telemetry:\n  enabled: false$", (PROJECT / path).read_text(), re.MULTILINE), path
    assert "send_anonymous_usage_stats: false" in (PROJECT / "dbt_project" / "dbt_project.yml").read_text()
