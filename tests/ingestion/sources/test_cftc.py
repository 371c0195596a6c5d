"""CFTC: counts that are text, Tuesdays that are published on Fridays, fields that are left out."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ingestion.errors import UnreadableBody
from tests.ingestion.sources.landed import changed, drop, first_question, land, put, refuses, rows
from tests.ingestion.sources.twins_cftc import POSITIONS


def test_an_error_in_a_good_answers_place_is_told() -> None:
    assert "no such column" in refuses(POSITIONS, {"message": "no such column", "errorCode": "x"})


def test_positions_are_numbers_of_contracts() -> None:
    row = rows(POSITIONS)[1]
    assert (row["contract_code"], row["report_date"], row["open_interest_contracts"]) == (
        "133741",
        date(2026, 5, 12),
        25120.0,
    )
    assert (row["leveraged_fund_long_contracts"], row["leveraged_fund_short_contracts"]) == (4420.0, 12030.0)


def test_a_field_that_is_left_out_is_absent_and_not_zero() -> None:
    micro = rows(POSITIONS)[2]
    assert (micro["contract_code"], micro["dealer_long_contracts"]) == ("133742", None)
    assert micro["other_reportable_long_contracts"] is None


def test_tuesday_is_published_on_friday_by_the_clock_of_new_york() -> None:
    stamps = land(POSITIONS).good.sort("observed_at").select("observed_at", "published_at").unique().sort("observed_at")
    assert stamps.rows() == [
        (datetime(2026, 1, 13, 21), datetime(2026, 1, 16, 20, 30)),
        (datetime(2026, 5, 12, 20), datetime(2026, 5, 15, 19, 30)),
    ]


@pytest.mark.parametrize("field", ["open_interest_all", "report_date_as_yyyy_mm_dd", "cftc_contract_market_code"])
def test_what_is_gone_is_drift(field: str) -> None:
    with pytest.raises(UnreadableBody):
        land(POSITIONS, changed(POSITIONS, drop(0, field)))


@pytest.mark.parametrize("day", ["12.05.2026", "2027-05-11T00:00:00.000"], ids=["another form", "another year"])
def test_a_date_that_is_not_one_asked_for_is_refused(day: str) -> None:
    with pytest.raises(UnreadableBody):
        land(POSITIONS, changed(POSITIONS, put(day, 0, "report_date_as_yyyy_mm_dd")))


def test_a_question_names_contracts_and_days() -> None:
    url = first_question(POSITIONS).url
    assert "133741" in url
    # It reaches back to the reports that came out within the window, and stops where the partition does.
    assert "2025-12-31T00%3A00%3A00.000" in url
