"""The seed of events: clocks of New York, revisions in order, and what was known in the first week of February 2026."""

from __future__ import annotations

import csv
from datetime import datetime, time
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

SEED = Path(__file__).parents[2] / "dbt_project" / "seeds" / "macro_events.csv"
NEW_YORK, UTC = ZoneInfo("America/New_York"), ZoneInfo("UTC")
CLOCKS = {"fomc_statement": time(14), "cpi_release": time(8, 30), "nonfarm_payrolls": time(8, 30)}
KINDS = {*CLOCKS, "nomination", "treasury", "other"}
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    with SEED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def known(rows: Rows, event_id: str, at: str) -> tuple[str, str]:
    """Date and status of an event as they were public at a moment."""
    newest = [row for row in rows if row["event_id"] == event_id and row["announced_at"] <= at][-1]
    return newest["occurs_at"], newest["status"]


def test_statements_and_releases_follow_the_clock_of_new_york(rows: Rows) -> None:
    for row in rows:
        if row["event_kind"] in CLOCKS:
            local = datetime.fromisoformat(row["occurs_at"]).replace(tzinfo=UTC).astimezone(NEW_YORK)
            assert local.time() == CLOCKS[row["event_kind"]], row["event_id"]
            assert local.weekday() < 5, row["event_id"]


def test_revisions_are_numbered_in_the_order_they_were_said(rows: Rows) -> None:
    for event_id, group in groupby(rows, key=lambda row: row["event_id"]):
        revisions = list(group)
        assert [int(row["revision_number"]) for row in revisions] == list(range(1, len(revisions) + 1)), event_id
        said = [row["announced_at"] for row in revisions]
        assert said == sorted(said), event_id
        assert len({row["event_kind"] for row in revisions}) == 1
    assert len({(row["event_id"], row["revision_number"]) for row in rows}) == len(rows)


def test_words_are_known_and_nothing_has_happened_before_it_did(rows: Rows) -> None:
    for row in rows:
        assert row["event_kind"] in KINDS
        assert row["status"] in {"scheduled", "happened", "cancelled"}
        assert row["source_url"].startswith("https://")
        assert row["title"].strip()
        assert row["status"] != "happened" or row["announced_at"] >= row["occurs_at"], row["event_id"]
        assert row["status"] != "scheduled" or row["announced_at"] < row["occurs_at"], row["event_id"]


def test_there_are_eight_statements_a_year(rows: Rows) -> None:
    scheduled = {row["event_id"] for row in rows if row["event_kind"] == "fomc_statement"}
    assert {year: sum(f"fomc-{year}" in name for name in scheduled) for year in (2024, 2025, 2026)} == {
        2024: 8, 2025: 8, 2026: 8,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("event_id", "at", "expected"),
    [
        ("nfp-2026-01", "2026-02-01 00:00:00", ("2026-02-06 13:30:00", "scheduled")),
        ("nfp-2026-01", "2026-02-04 00:00:00", ("2026-02-06 13:30:00", "cancelled")),
        ("nfp-2026-01", "2026-02-06 21:30:00", ("2026-02-11 13:30:00", "scheduled")),
        ("cpi-2026-01", "2026-02-06 21:30:00", ("2026-02-13 13:30:00", "scheduled")),
        ("fomc-2026-01-28", "2026-02-06 21:30:00", ("2026-01-28 19:00:00", "happened")),
        ("fomc-2026-03-18", "2026-02-06 21:30:00", ("2026-03-18 18:00:00", "scheduled")),
        ("nomination-fed-chair-2026", "2026-02-06 21:30:00", ("2026-01-30 12:48:00", "happened")),
    ],
)
def test_what_was_known_in_february_2026(rows: Rows, event_id: str, at: str, expected: tuple[str, str]) -> None:
    assert known(rows, event_id, at) == expected
