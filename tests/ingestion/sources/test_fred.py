"""FRED by CSV and by API: days without a value, vintages, and whose series may be passed on."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ingestion.body_gate import check_body
from ingestion.contract import find
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.judging import check
from ingestion.request import Request
from ingestion.sources import feed, fred, fred_api, fred_third_party
from ingestion.vintages import collapse, stamp_known_at
from ingestion.windows import Window
from tests.ingestion.sources.landed import is_refused, land, questions
from tests.ingestion.sources.twin import PAYLOADS, Twin
from tests.ingestion.sources.twins_fred import DAILY, THIRD_PARTY, TWINS, VINTAGES

KEYS = ["fred/series_daily", "fred/series_weekly", "fred_third_party/series_daily", "fred_api/observations"]


def test_a_day_without_a_value_is_no_row_and_a_negative_rate_is_one() -> None:
    good = land(DAILY).good
    assert good.select("series", "observed_date", "value").rows() == [
        ("DGS10", date(2024, 3, 7), 3.1),
        ("DGS10", date(2024, 3, 11), 3.12),
        ("DGS10", date(2024, 3, 13), -0.07),
    ]
    # Either side of the change of clocks.
    assert good["observed_at"].to_list()[:2] == [datetime(2024, 3, 7, 21), datetime(2024, 3, 11, 20)]


def test_an_index_of_another_owner_is_read_alike_and_not_passed_on() -> None:
    assert land(THIRD_PARTY).good["value"].to_list() == [1234.56, 1240.01]
    assert [find(key).is_redistributable for key in KEYS] == [True, True, False, True]
    assert not set(fred_third_party.SERIES) & set(fred_api.SERIES)


@pytest.mark.parametrize(
    ("twin", "old", "new"),
    [
        pytest.param(DAILY, b"observation_date", b"DATE", id="date renamed"),
        pytest.param(DAILY, b",DGS10", b",DGS2", id="another series"),
        pytest.param(DAILY, b"-0.07\n", b"-0.0", id="cut in a number"),
        pytest.param(DAILY, b"2024-03-11", b"2024-04-11", id="a day not asked for"),
        pytest.param(VINTAGES, b'realtime_start": "2024-03-08', b'vintage": "2024-03-08', id="vintage renamed"),
        pytest.param(VINTAGES, b'"count": 4', b'"count": 100001', id="more pages"),
    ],
)
def test_drift_is_refused(twin: Twin, old: bytes, new: bytes) -> None:
    assert is_refused(twin, old, new)


def test_every_vintage_is_a_row_known_when_its_day_in_st_louis_ends() -> None:
    good = land(VINTAGES).good
    assert good.select("observed_date", "vintage_date", "value").rows() == [
        (date(2024, 3, 7), date(2024, 3, 8), 3.1),
        (date(2024, 3, 7), date(2024, 4, 15), 3.11),
        (date(2024, 3, 11), date(2024, 3, 12), 3.12),
    ]
    dataset = find(VINTAGES.dataset)
    stamped = stamp_known_at(collapse(good, dataset), dataset)
    assert stamped["known_at"].to_list() == [
        datetime(2024, 3, 9, 6),
        datetime(2024, 4, 16, 5),
        datetime(2024, 3, 13, 5),
    ]
    assert not stamped["is_possibly_restated"].any()


def test_the_key_is_in_no_question_and_an_error_is_told() -> None:
    dataset = find(VINTAGES.dataset)
    requests = questions(dataset.key, Window(date(2024, 3, 15), date(2024, 3, 31)))
    assert VINTAGES.url in [request.url for request in requests]
    assert not any("key" in request.url for request in requests)
    assert dataset.key_env == "UNWIND_FRED_KEY"
    with pytest.raises(BodyRejected, match="not a valid series"):
        check_body(requests[0], b'{"error_code": 400, "error_message": "not a valid series"}')


def test_a_value_that_comes_out_a_week_later_is_asked_for_by_a_daily_run() -> None:
    """A Monday of the dollar's index is released on the next Monday, after a holiday on Tuesday."""
    asked = questions("fred_api/observations", Window(date(2024, 5, 27), date(2024, 5, 28)))
    (index,) = [request for request in asked if request.series == fred.RELEASED_WEEKLY[0]]
    assert index.covers_from
    assert index.covers_from <= date(2024, 5, 20)
    assert f"realtime_start={index.covers_from}" in index.url, "a vintage is told right if asked from before its day"
    assert {request.covers_to for request in asked} == {date(2024, 5, 28)}


def test_a_page_for_browsers_in_place_of_a_csv_is_refused() -> None:
    """What Stooq serves since it closed to programs, here in FRED's place."""
    page = (PAYLOADS / "stooq_interstitial_http200.html").read_bytes()
    with pytest.raises(BodyRejected, match="HTML page"):
        check_body(Request("fred", "series_daily", DAILY.url, "text"), page)


def test_a_window_without_business_days_is_empty_and_not_an_error() -> None:
    assert land(DAILY, b"observation_date,DGS10\n").good.is_empty()
    with pytest.raises(UnreadableBody, match="is empty"):
        land(DAILY, b"\n")


def test_questions_are_one_per_series_and_year() -> None:
    window = Window(date(2024, 12, 1), date(2025, 1, 31))
    assert [len(questions(key, window)) for key in KEYS] == [2 * n for n in (9, 1, 4, 10)]
    assert {request.series for request in questions(KEYS[0], window)} == set(fred.DAILY)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.dataset)
def test_a_row_of_tomorrow_does_not_land(twin: Twin) -> None:
    dataset, capture = find(twin.dataset), twin.capture(received_at=datetime(2024, 3, 7, 12))
    assert check(dataset, feed(dataset).parse(dataset, capture), capture, 1).good.is_empty()
