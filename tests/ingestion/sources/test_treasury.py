"""Par yields: units, New York's clock, maturities that are not quoted, and XML that must not be trusted."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from ingestion.errors import UnreadableBody
from ingestion.windows import Window
from tests.ingestion.sources.landed import is_refused, land, questions
from tests.ingestion.sources.twin import Twin
from tests.ingestion.sources.twins_treasury import CSV, TWINS, XML


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.dataset)
def test_a_yield_is_percent_on_its_day_with_new_yorks_clock(twin: Twin) -> None:
    good = land(twin).good.filter(tenor="10Y").sort("observed_date")
    assert good["observed_date"].to_list() == [date(2024, 3, 7), date(2024, 3, 11)]
    assert good["par_yield_pct"].to_list() == [3.1, 3.12]
    # The clocks went forward on 10 March: 18:00 is 23:00 UTC before and 22:00 after.
    assert good["observed_at"].to_list() == [datetime(2024, 3, 7, 20, 30), datetime(2024, 3, 11, 19, 30)]
    assert good["published_at"].to_list() == [datetime(2024, 3, 7, 23), datetime(2024, 3, 11, 22)]


@pytest.mark.parametrize(("twin", "rows"), [(XML, 7), (CSV, 24)], ids=["xml", "csv"])
def test_a_maturity_without_a_value_is_no_row(twin: Twin, rows: int) -> None:
    parsed = land(twin)
    assert (parsed.good.height, parsed.bad.height) == (rows, 0)
    assert "1.5M" not in parsed.good["tenor"]
    assert parsed.good.filter(tenor="30Y")["observed_date"].to_list() == [date(2024, 3, 7)]


def test_both_forms_say_the_same() -> None:
    both = land(XML).good.join(land(CSV).good, on=["tenor", "observed_date"], suffix="_csv")
    assert both.height == 7
    assert both.filter(pl.col("par_yield_pct") != pl.col("par_yield_pct_csv")).is_empty()


@pytest.mark.parametrize("declaration", [b"<!DOCTYPE x>", b'<!ENTITY a "b">', b'<!doctype x [<!entity a "b">]>', b"\0"])
def test_xml_with_declarations_is_not_parsed(declaration: bytes) -> None:
    assert is_refused(XML, b"<pre>", declaration + b"<pre>")


@pytest.mark.parametrize(
    ("twin", "old", "new"),
    [
        pytest.param(XML, b"BC_10YEAR", b"BC_TEN_YEARS", id="xml: maturity renamed"),
        pytest.param(XML, b"d:NEW_DATE", b"d:QUOTE_DATE", id="xml: date renamed"),
        pytest.param(XML, b"pre>", b"html>", id="xml: another document"),
        pytest.param(CSV, b"10 Yr", b"Ten Years", id="csv: maturity renamed"),
        pytest.param(CSV, b"3.33\n", b"3.3", id="csv: cut in a number"),
        pytest.param(CSV, b"03/07/2024", b"2024-03-07", id="csv: dates of another form"),
    ],
)
def test_drift_is_refused(twin: Twin, old: bytes, new: bytes) -> None:
    assert is_refused(twin, old, new)


def test_days_of_another_month_are_not_this_answers() -> None:
    with pytest.raises(UnreadableBody, match="outside the days asked for"):
        land(XML, XML.body.replace(b"2024-03-11", b"2024-04-11"))


def test_a_month_without_days_yet_is_empty_and_not_an_error() -> None:
    empty = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>DailyTreasuryYieldCurveRateData</title></feed>'
    assert land(XML, empty).good.is_empty()


def test_questions_are_by_month_and_by_year() -> None:
    window = Window(date(2024, 3, 5), date(2024, 3, 20))
    assert [questions(twin.dataset, window)[0].url for twin in TWINS] == [twin.url for twin in TWINS]
