"""SoSoValue's two endpoints: the same figures, coins by question, sums of other spans under one date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import orjson
import pytest

from ingestion.body_gate import check_body
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.sources.sosovalue import QUESTIONS
from ingestion.windows import Window
from tests.ingestion.sources.landed import is_refused, land, questions
from tests.ingestion.sources.twin import Twin
from tests.ingestion.sources.twins_sosovalue import KEYLESS, OFFICIAL, TWINS

WINDOW = Window(date(2024, 7, 1), date(2024, 7, 2))


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.dataset)
def test_both_endpoints_give_the_days_flow(twin: Twin) -> None:
    parsed = land(twin)
    assert parsed.bad.is_empty()
    assert parsed.good.sort("session_date").select(
        "asset", "session_date", "observed_at", "net_flow_usd", "cumulative_net_flow_usd"
    ).rows() == [
        ("BTC", date(2024, 7, 1), datetime(2024, 7, 1, 20), 80e6, 1e9),
        ("BTC", date(2024, 7, 2), datetime(2024, 7, 2, 20), -25_000_000.5, 974_999_999.5),
    ]


def test_a_coin_is_what_was_asked_about() -> None:
    assert set(land(replace(OFFICIAL, url=OFFICIAL.url.replace("BTC", "ETH"))).good["asset"]) == {"ETH"}
    with pytest.raises(UnreadableBody, match="not asked"):
        land(replace(KEYLESS, request_body=b'{"type":"us-sol-spot"}'))
    assert QUESTIONS["BTC"] == b'{"type":"us-btc-spot"}'
    assert [request.series for request in questions(KEYLESS.dataset, WINDOW)] == ["BTC"]


def test_sums_of_one_date_that_nothing_tells_apart_are_refused() -> None:
    chart = orjson.loads(OFFICIAL.body)
    chart["data"] = [row for row in chart["data"] if row["date"] == "2024-07-02"]
    with pytest.raises(UnreadableBody, match="several sums for one date"):
        land(OFFICIAL, orjson.dumps(chart))


def test_a_row_given_twice_is_one_and_a_session_without_a_flow_is_none() -> None:
    chart = orjson.loads(OFFICIAL.body)
    pending = dict.fromkeys(chart["data"][0], None) | {"date": "2024-07-03"}
    chart["data"] = [pending, *chart["data"], chart["data"][2], chart["data"][0]]
    assert land(OFFICIAL, orjson.dumps(chart)).good["session_date"].to_list() == [date(2024, 7, 2), date(2024, 7, 1)]


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.dataset)
def test_drift_and_errors_are_refused(twin: Twin) -> None:
    field = b"totalNetInflow" if twin is KEYLESS else b"total_net_inflow"
    assert is_refused(twin, field, b"net_flow")
    request = questions(twin.dataset, WINDOW)[0]
    with pytest.raises(BodyRejected, match="too many"):
        check_body(request, b'{"code": 40001, "msg": "too many", "message": "too many", "data": null}')
