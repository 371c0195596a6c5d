"""What readers see is documented: every column, its unit in its name and in its metadata, every grain."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.dbt.compiled_project import Build
from tests.dbt.raw_factory import DBT_PROJECT

TOPICS = {"prices", "derivatives", "options", "flows", "onchain", "macro", "stress"}
TYPES = {"double", "bigint", "integer", "timestamp", "date", "varchar", "boolean"}
UNIT_BY_SUFFIX = {
    "usd": "usd",
    "coins": "coins",
    "quote": "quote",
    "price": "quote",
    "ratio": "ratio",
    "vol_pct": "vol_pct",  # before pct, which it ends in
    "pct": "pct",
    "bps": "bps",
    "count": "count",
    "days": "days",
    "hours": "hours",
    "minutes": "minutes",
    "seconds": "seconds",
    "s": "eh_s",
    "sats_per_ph_day": "sats_per_ph_day",
    "usd_per_ph_day": "usd_per_ph_day",
    "kwh": "usd_per_kwh",
    "th": "j_per_th",
    "difficulty": "difficulty",
    "value": "as_unit_says",
    "threshold": "as_unit_says",
    "margin": "as_unit_says",
    "tolerance": "as_unit_says",
    "error": "as_unit_says",
}
# Whole numbers that name a thing instead of measuring one.
NAMES_OF_THINGS = {
    "start_height",
    "rule_version",
    "next_retarget_height",
    "vintage_number",
    "event_number",
    "fit_rank",
    "open_interest_rank",
    "all_days_fit_rank",
    "claim_id",
}


@pytest.fixture(scope="module")
def manifest(build: Build) -> dict[str, Any]:
    return build.manifest


@pytest.fixture(scope="module")
def published(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in ("marts", "vintages")
    ]


def test_every_model_has_a_description_a_topic_and_a_grain(manifest: dict[str, Any]) -> None:
    for node in manifest["nodes"].values():
        # The claims of one more article are documented with the first's.
        if node["resource_type"] in ("model", "seed") and not node["name"].startswith("article_claims_"):
            meta = node["config"]["meta"]
            assert node["description"].strip(), node["name"]
            assert meta.get("topic") in TOPICS, node["name"]
            assert meta.get("grain"), node["name"]


def test_published_models_declare_contract_grain_and_its_test(
    manifest: dict[str, Any], published: list[dict[str, Any]]
) -> None:
    tested = {
        node["attached_node"]: node["test_metadata"]["kwargs"]["grain"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["test_metadata"]["name"] == "sound"
    }
    for node in published:
        grain = node["config"]["meta"]["grain"]
        assert node["config"]["contract"]["enforced"], node["name"]
        assert set(grain) <= set(node["columns"]), node["name"]
        assert tested[node["unique_id"]] == grain, node["name"]
        assert "one row per" in node["description"], node["name"]
        assert list(node["columns"])[-1] == "provenance", node["name"]


def test_every_published_column_is_described_typed_and_has_its_unit(published: list[dict[str, Any]]) -> None:
    wrong = []
    for node in published:
        for name, column in node["columns"].items():
            if not column["description"].strip() or column["data_type"] not in TYPES:
                wrong.append(f"{node['name']}.{name}: no description or type {column['data_type']}")
            problem = problem_with_name(name, column)
            if problem:
                wrong.append(f"{node['name']}.{name}: {problem}")
    assert wrong == []


def problem_with_name(name: str, column: dict[str, Any]) -> str | None:
    """Whether the name tells the type and the unit the column has."""
    kind, unit = column["data_type"], column["config"]["meta"].get("unit")
    if kind == "timestamp":
        return None if name.endswith("_at") else "a timestamp ends with _at"
    if kind == "date":
        return None if name.endswith("_date") else "a date ends with _date"
    if kind == "boolean":
        return None if re.search(r"(^|_)is_", name) else "a boolean says is_"
    if kind == "varchar" or name in NAMES_OF_THINGS:
        return None
    expected = next((unit for suffix, unit in UNIT_BY_SUFFIX.items() if f"_{name}".endswith(f"_{suffix}")), None)
    return None if expected and expected == unit else f"unit {unit!r} is not what the name says"


def test_one_name_means_one_unit_everywhere(published: list[dict[str, Any]]) -> None:
    units: dict[str, set[Any]] = {}
    for node in published:
        for name, column in node["columns"].items():
            units.setdefault(name, set()).add((column["data_type"], column["config"]["meta"].get("unit")))
    assert {name: found for name, found in units.items() if len(found) > 1} == {}


def test_only_staging_knows_the_as_of_time() -> None:
    calls = re.compile(r"as_of_at\(|is_known\(|newest_vintage\(|newest_file\(|var\(")
    callers = {path for path in (DBT_PROJECT / "models").rglob("*.sql") if calls.search(path.read_text())}
    readers = [path.name for path in DBT_PROJECT.rglob("*.sql") if re.search(r"\bvar\(", path.read_text())]
    assert {path.relative_to(DBT_PROJECT / "models").parts[0] for path in callers} == {"staging"}
    assert readers == ["as_of.sql"]


def test_only_staging_reads_sources_and_nothing_selects_a_star() -> None:
    models = {path: path.read_text() for path in (DBT_PROJECT / "models").rglob("*.sql")}
    assert {path.parts[-3] for path, sql in models.items() if "source(" in sql} == {"staging"}
    assert [path.name for path, sql in models.items() if re.search(r"select\s+(\w+\.)?\*", sql)] == []
    assert [path.name for path, sql in models.items() if "union_by_name" in sql] == []
