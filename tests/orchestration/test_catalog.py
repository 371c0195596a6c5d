"""The catalog is dbt's own declaration, complete or refused."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from orchestration.catalog import Catalog, read_catalog
from orchestration.refusals import IncompleteCatalog
from tests.orchestration import good_warehouse


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return good_warehouse.write_manifest(tmp_path / "manifest.json")


def test_reads_tables_columns_and_units(manifest: Path) -> None:
    catalog = read_catalog(manifest)
    declared = {f"{model['schema']}.{model['name']}" for model in good_warehouse.published_models()}
    assert {table.full_name for table in catalog.tables} == declared
    table = next(table for table in catalog.tables if table.name == "fct_open_interest_daily")
    assert table.grain == ("observed_date", "asset", "venue")
    units = {column.name: column.unit for column in table.columns}
    assert (units["open_interest_coins"], units["open_interest_usd"], units["observed_date"]) == (
        "coins",
        "usd",
        None,
    )


def test_walks_up_to_every_raw_dataset(manifest: Path) -> None:
    upstream = {table.name: table.upstream for table in read_catalog(manifest).tables}
    assert upstream["fct_open_interest_daily"] == (("exchange", "candles"), ("exchange", "positions"))
    assert upstream["etf_flow"] == (("funds", "totals"),)


def test_survives_json(manifest: Path) -> None:
    catalog = read_catalog(manifest)
    assert Catalog.from_json(catalog.to_json(release_id="x")) == catalog


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda node: node["columns"]["known_at"].update(description=""), "known_at has no description"),
        (lambda node: node["columns"]["known_at"].pop("data_type"), "known_at has no data_type"),
        (lambda node: node.update(description=""), "fct_price_daily has no description"),
        (lambda node: node["config"]["meta"].update(grain=["nobody"]), "names nobody in its grain"),
        (lambda node: node["config"]["meta"].pop("topic"), "fct_price_daily has no topic"),
        (
            lambda node: node["config"]["meta"].update(known_issues=[{"why": "Odd.", "columns": ["nobody"]}]),
            "known issue about nobody",
        ),
    ],
    ids=["column description", "column type", "table description", "grain", "topic", "known issue"],
)
def test_refuses_gaps_by_name(manifest: Path, spoil, named: str) -> None:
    body = orjson.loads(manifest.read_bytes())
    spoil(body["nodes"]["model.unwind.marts_fct_price_daily"])
    manifest.write_bytes(orjson.dumps(body))
    with pytest.raises(IncompleteCatalog, match=named):
        read_catalog(manifest)


def test_refuses_a_project_that_publishes_nothing(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(orjson.dumps({"nodes": {}, "sources": {}}))
    with pytest.raises(IncompleteCatalog, match="declares no model"):
        read_catalog(tmp_path / "manifest.json")
