"""The published file as an outsider finds it: names, descriptions, types, and what it tells of its own making."""

from __future__ import annotations

import pytest

from ingestion.capture import CaptureStore
from orchestration.contents import QUOTING
from tests.end_to_end.children import Machine
from tests.end_to_end.questions import ask, ask_one, columns_of

pytestmark = pytest.mark.xdist_group("case")
TABLES_WITH_DATA = "schema_name in ('marts', 'vintages') or schema_name like 'marts\\_asof\\_%' escape '\\'"


def test_the_pinned_names_are_there(published_case: Machine) -> None:
    price = "observed_date asset venue quote_currency open_price high_price low_price close_price"
    interest = (
        "observed_date asset venue open_interest_coins open_interest_usd position_effect_usd price_effect_usd "
        "coverage_ratio"
    )
    file = published_case.database
    assert columns_of(file, "marts", "fct_price_daily")[:8] == price.split()
    assert columns_of(file, "marts", "fct_open_interest_daily")[:8] == interest.split()
    hourly = set(columns_of(file, "marts", "fct_price_hourly"))
    assert {"period_start_at", *price.split()[1:]} <= hourly
    hourly = set(columns_of(file, "marts", "fct_open_interest_hourly"))
    assert {"period_start_at", *interest.split()[1:]} <= hourly
    venues = ask(file, "select distinct venue from marts.fct_open_interest_daily order by all")
    assert venues == [("all",), ("binance",), ("bybit",), ("cme",), ("deribit",), ("okx",)]


def test_every_table_and_column_is_described(published_case: Machine) -> None:
    silent = (
        "select schema_name, table_name, '' from duckdb_tables() where coalesce(trim(comment), '') = '' "
        "union all select schema_name, table_name, column_name from duckdb_columns() "
        "where not internal and coalesce(trim(comment), '') = ''"
    )
    assert ask(published_case.database, silent) == []


def test_the_file_holds_only_what_every_reader_draws_rightly(published_case: Machine) -> None:
    file = published_case.database
    assert ask(file, "select schema_name, view_name from duckdb_views() where not internal") == []
    types = {name for (name,) in ask(file, "select distinct data_type from duckdb_columns() where not internal")}
    assert types <= {"DOUBLE", "BIGINT", "INTEGER", "TIMESTAMP", "DATE", "VARCHAR", "BOOLEAN"}


def test_every_row_says_that_it_is_reconstructed(published_case: Machine) -> None:
    file = published_case.database
    tables = ask(file, f"select schema_name, table_name from duckdb_tables() where {TABLES_WITH_DATA}")
    tables = [table for table in tables if table[1] not in QUOTING]
    said = {(schema, table): ask(file, f"select distinct provenance from {schema}.{table}") for schema, table in tables}
    with_rows = {name: found for name, found in said.items() if found}
    assert len(with_rows) >= 36
    assert {name: found for name, found in with_rows.items() if found != [("reconstructed",)]} == {}
    told = "select table_schema, table_name from meta.tables where table_schema in ('marts', 'vintages') and {}"
    assert set(ask(file, told.format("why_empty is null"))) == {
        name for name in [*with_rows, *(("marts", table) for table in QUOTING)] if name[0] in ("marts", "vintages")
    }
    assert ask(file, told.format("(rows_count = 0) <> (why_empty is not null)")) == []
    assert ask(file, "select distinct provenance from marts.fct_claim_check order by 1") == [
        ("published",),
        ("reconstructed",),
    ]
    assert ask(file, "select provenance, scope, is_degraded from meta.releases") == [
        ("reconstructed", "case:feb_2026", False)
    ]


def test_the_release_tells_about_itself(published_case: Machine) -> None:
    file = published_case.database
    assert (
        ask_one(file, "select release_id from meta.releases")
        == (published_case.data / "published" / "latest").readlink().name
    )
    assert ask_one(file, "select count(*) from meta.check_results where status in ('pass', 'warn')") > 40
    assert ask(file, "select rule_id from meta.check_results where status not in ('pass', 'warn')") == []
    stored = CaptureStore(published_case.data / "cases" / "feb_2026" / "capture").datasets()
    assert ask_one(file, "select count(*) from meta.freshness where rows_count > 0 and age_hours > 0") == len(stored)
    unlicensed = (
        "select table_schema, table_name from meta.lineage where (table_schema, table_name) not in "
        "(select (subject_group, subject_name) from meta.licences where licence is not null)"
    )
    assert ask(file, unlicensed) == []


def test_lineage_leads_from_every_table_to_the_captured_answers(published_case: Machine) -> None:
    store = CaptureStore(published_case.data / "cases" / "feb_2026" / "capture")
    told = ask(
        published_case.database,
        "select l.table_schema || '.' || l.table_name, c.source, c.dataset, c.capture_id, c.body_sha256 "
        "from meta.lineage l join meta.captures c using (source, dataset) where c.rows_count > 0",
    )
    tables = ask(
        published_case.database,
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('marts', 'vintages')",
    )
    filled = {name for (name,) in tables if ask_one(published_case.database, f"select count(*) from {name}")}
    # Quoted figures are typed by hand, each with its citation.
    assert filled - {row[0] for row in told} == {"marts.dim_quoted_figure"}
    for source, dataset in {(row[1], row[2]) for row in told}:
        # Reading a capture compares its body with its hash.
        stored = {capture.capture_id: capture.body_sha256 for capture in store.read(source, dataset)}
        for _, _, _, capture_id, digest in (row for row in told if row[1:3] == (source, dataset)):
            assert stored[capture_id] == digest
