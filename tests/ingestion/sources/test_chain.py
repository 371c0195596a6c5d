"""Sources of chain data: units, the day a figure belongs to, forecasts apart from outcomes, drift."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import orjson
import polars as pl
import pytest

from ingestion.contract import find, load_contracts
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.judging import Parsed, check
from ingestion.sources import feed
from ingestion.sources.bitcoind import spent_by_birth
from ingestion.sources.mempool_space_blocks import BLOCKS_ABOVE
from ingestion.windows import Window
from tests.ingestion.sources.twin import PAYLOADS, RECEIVED_AT, Twin
from tests.ingestion.sources.twins_chain import (
    BLOCKS,
    ESTIMATE,
    FEES,
    HASH_PRICE,
    HASH_RATE,
    HASHRATES,
    METRICS,
    MVRV,
    RETARGETS,
    REWARD_STATS,
    REWARDS,
    TWINS,
    URPD,
    UTXO_SET,
)

DAY_19, DAY_20 = date(2026, 10, 19), date(2026, 10, 20)
SOURCES = {twin.dataset.split("/")[0] for twin in TWINS}
DATASETS = [dataset.key for dataset in load_contracts() if dataset.source in SOURCES]
DATED = [
    "mempool_space/blocks", "blockchain_info/hash_rate", "blockchain_info/difficulty", "blockchain_info/miners_revenue",
    "coinmetrics/asset_metrics_1d", "bitview/urpd", "bitview/series_1d",
]  # fmt: skip


def land(twin: Twin, body: Any = None, received_at: datetime = RECEIVED_AT) -> Parsed:
    """The twin, or another body in its place, as far as landing takes one answer."""
    dataset = find(twin.dataset)
    capture = twin.capture(None if body is None else orjson.dumps(body), received_at)
    return check(dataset, feed(dataset).parse(dataset, capture), capture, 1)


def rows(twin: Twin, *columns: str) -> list[tuple[Any, ...]]:
    """Chosen columns of what lands, ordered by grain; floats at 9 decimals."""
    floats = pl.selectors.float().round(9)
    return land(twin).good.sort(find(twin.dataset).grain).select(columns).with_columns(floats).rows()


def changed(twin: Twin, change: Callable[[Any], Any]) -> Any:
    body = orjson.loads(twin.body)
    return change(body) or body


@pytest.mark.parametrize(
    ("twin", "columns", "expected"),
    [
        pytest.param(
            RETARGETS, ("height", "observed_at", "adjustment_ratio"),
            [(967680, datetime(2026, 10, 3, 4), 0.981), (969696, datetime(2026, 10, 16, 20), 1.0225)], id="retargets",
        ),
        pytest.param(
            HASHRATES, ("observed_date", "period_end_at", "hashrate_eh_s"),
            [(DAY_19, datetime(2026, 10, 20), 1180.0), (DAY_20, datetime(2026, 10, 21), 1204.5)],
            id="the stamp is the end of the day, H/s",
        ),
        pytest.param(
            HASH_RATE, ("observed_date", "period_end_at", "hashrate_eh_s"),
            [(DAY_19, datetime(2026, 10, 20), 1180.25), (DAY_20, datetime(2026, 10, 21), 1204.5000005)],
            id="the stamp is the start of the day, TH/s, the day after is cut off",
        ),
        pytest.param(
            ESTIMATE,
            ("observed_at", "estimated_at", "next_retarget_height", "estimated_change_pct", "progress_pct",
             "remaining_blocks_count", "estimated_retarget_at", "mean_block_interval_seconds"),
            [(RECEIVED_AT, datetime(2026, 10, 20, 12), 971712, -4.5, 25.0, 1512, datetime(2026, 10, 31, 12, 36), 630)],
            id="a forecast in per cent, with the host's clock",
        ),
        pytest.param(
            REWARD_STATS, ("observed_at", "start_height", "end_height", "reward_coins", "fees_coins"),
            [(RECEIVED_AT, 969868, 970011, 452.5, 2.5)], id="strings of satoshi",
        ),
        pytest.param(
            FEES, ("height", "observed_at", "fees_coins", "price_usd"),
            [(970010, datetime(2026, 10, 20, 11, 5, 9), 0.025, None),
             (970011, datetime(2026, 10, 20, 11, 20, 1), 0.015, 80200.0)], id="-1 is no price",
        ),
        pytest.param(REWARDS, ("height", "reward_coins"), [(970010, 3.15), (970011, 3.14)], id="rewards"),
        pytest.param(
            BLOCKS, ("height", "observed_at", "fees_coins", "reward_coins", "transactions_count"),
            [(969940, datetime(2026, 10, 20, 0, 2), 0.0025, 3.1275, 1),
             (969942, datetime(2026, 10, 20, 0, 14), 0.01, 3.135, 3000)], id="blocks by their stamp, not their height",
        ),
        pytest.param(
            METRICS,
            ("asset", "observed_date", "price_usd", "hashrate_eh_s", "exchange_inflow_coins", "published_at"),
            [("BTC", DAY_19, 79500.5, 1180.50000025, None, datetime(2026, 10, 20, 1, 15)),
             ("BTC", DAY_20, 80250.0, 1180.50000025, 30000.25, datetime(2026, 10, 21, 1, 30))],
            id="published when the source says so",
        ),
        pytest.param(
            URPD, ("cohort", "observed_date", "price_floor_usd", "supply_coins", "unrealized_pnl_usd", "close_usd"),
            [("all", DAY_20, 500.0, 600.5, 47769775.0, 80250.0), ("all", DAY_20, 80000.0, 300.0, 15000.0, 80250.0),
             ("all", DAY_20, 90500.0, 100.25, -1039938.0, 80250.0)], id="coins by cost",
        ),
        pytest.param(
            HASH_PRICE, ("series", "observed_date", "value"), [("hash_price_phs", DAY_19, 40.5)],
            id="days by number, null is no row",
        ),
        pytest.param(MVRV, ("observed_date", "mvrv_ratio"), [(DAY_20, 1.73)], id="mvrv"),
        pytest.param(
            UTXO_SET, ("observed_at", "height", "outputs_count", "supply_coins", "unspendable_coins"),
            [(RECEIVED_AT, 970010, 171000222, 20093750.5, 231.25)], id="totals of a node",
        ),
    ],
)  # fmt: skip
def test_answers_land_in_the_units_and_on_the_days_of_the_contract(
    twin: Twin, columns: tuple[str, ...], expected: list[tuple[Any, ...]]
) -> None:
    assert land(twin).bad.is_empty()
    assert rows(twin, *columns) == expected


@pytest.mark.parametrize("twin", [HASHRATES, HASH_RATE, METRICS, URPD, MVRV], ids=lambda twin: twin.dataset)
def test_a_day_that_is_not_over_does_not_land(twin: Twin) -> None:
    landed = land(twin, received_at=datetime(2026, 10, 20, 23, 59, 59))
    assert DAY_20 not in landed.good["observed_date"].to_list()
    assert landed.running >= 1


def test_an_answer_without_any_estimate_is_no_forecast_and_half_an_estimate_is_refused() -> None:
    empty = dict.fromkeys(
        ("progressPercent", "difficultyChange", "estimatedRetargetDate", "remainingBlocks", "remainingTime", "timeAvg")
    )
    assert land(ESTIMATE, changed(ESTIMATE, lambda body: body | empty)).good.is_empty()
    with pytest.raises(UnreadableBody, match="estimated_change_pct is missing"):
        land(ESTIMATE, changed(ESTIMATE, lambda body: body | {"difficultyChange": None}))


@pytest.mark.parametrize(
    ("twin", "change", "told"),
    [
        pytest.param(HASHRATES, lambda b: b | {"hashrates": b["difficulty"]}, "are gone", id="renamed fields"),
        pytest.param(ESTIMATE, lambda b: {"difficultyChange": 1}, "are gone", id="no forecast fields"),
        pytest.param(ESTIMATE, lambda b: b | {"estimatedRetargetDate": 1792756800}, "in another unit", id="seconds"),
        pytest.param(ESTIMATE, lambda b: b | {"nextRetargetHeight": 971711}, "not a retarget", id="wrong height"),
        pytest.param(HASH_RATE, lambda b: b | {"unit": "Hash Rate GH/s"}, "GH/s", id="another unit"),
        pytest.param(HASH_RATE, lambda b: b | {"period": "minute"}, "minute", id="another period"),
        pytest.param(METRICS, lambda b: {"data": [{"asset": "btc", "time": "x"}]}, "PriceUSD", id="no metrics"),
        pytest.param(URPD, lambda b: b | {"date": 20261019}, "asked for", id="buckets of another day"),
        pytest.param(URPD, lambda b: b | {"aggregation": "lin200"}, "asked for", id="buckets of another width"),
        pytest.param(URPD, lambda b: b | {"cohort": "lth"}, "asked for", id="buckets of other coins"),
        pytest.param(HASH_PRICE, lambda b: b | {"end": 6497}, "6497", id="fewer values than days"),
        pytest.param(HASH_PRICE, lambda b: b | {"index": "week1"}, "week1", id="weeks for days"),
        pytest.param(MVRV, lambda b: b | {"d": "2026-10-19"}, "two days", id="date and seconds differ"),
        pytest.param(BLOCKS, lambda b: [{k: v for k, v in row.items() if k != "extras"} for row in b], "reward",
                     id="blocks without totals"),
        pytest.param(UTXO_SET, lambda b: b | {"result": {"height": 1}}, "are gone", id="totals of another form"),
    ],
)  # fmt: skip
def test_drift_is_an_error_that_says_what_changed(twin: Twin, change: Callable[[Any], Any], told: str) -> None:
    with pytest.raises(UnreadableBody, match=told):
        land(twin, changed(twin, change))


def test_a_scale_turns_no_text_into_nothing() -> None:
    def spoil(body: Any) -> None:
        body["data"][0]["HashRate"] = "n/a"

    with pytest.raises(UnreadableBody, match="not a number"):
        land(METRICS, changed(METRICS, spoil))


def test_buckets_as_columns_land_like_buckets_as_objects() -> None:
    def columns(body: Any) -> Any:
        names = {"price_floor": "price"}
        buckets = {names.get(key, key): [bucket[key] for bucket in body["buckets"]] for key in body["buckets"][0]}
        return body | {"buckets": buckets, "supply": body["total_supply"], "date": "2026-10-20", "height": 969999}

    assert land(URPD, changed(URPD, columns)).good.drop("_capture_id").equals(land(URPD).good.drop("_capture_id"))


@pytest.mark.parametrize(
    ("dataset", "body"),
    [
        ("mempool_space/hashrates", {"hashrates": []}),
        ("mempool_space/difficulty_estimate", {"error": "busy"}),
        ("mempool_space/reward_stats_144", []),
        ("mempool_space/block_fees", []),
        ("mempool_space/blocks", {"error": "no such moment"}),
        ("blockchain_info/hash_rate", {"status": "not-found", "error": "no such chart"}),
        ("coinmetrics/asset_metrics_1d", orjson.loads((PAYLOADS / "error_coinmetrics_403.json").read_bytes())["body"]),
        ("bitview/urpd", {"error": "unknown"}),
        ("bitview/series_1d", "unknown series"),
        ("bgeometrics/mvrv", {"message": "limit"}),
        ("bitcoind/utxo_set_info", {"result": None, "error": {"code": -8, "message": "no index"}, "id": "unwind"}),
    ],
)
def test_an_error_in_a_200_answer_is_rejected(dataset: str, body: Any) -> None:
    contract = find(dataset)
    for request in feed(contract).requests(contract, Window(DAY_20, DAY_20)):
        assert request.gate is not None
        with pytest.raises(BodyRejected):
            request.gate(body)


def test_good_answers_pass_the_gate() -> None:
    for twin in TWINS:
        if twin is not BLOCKS:
            dataset = find(twin.dataset)
            gate = feed(dataset).requests(dataset, Window(DAY_20, DAY_20))[0].gate
            assert gate is not None
            gate(orjson.loads(twin.body))


def test_a_source_that_gives_everything_or_now_is_asked_one_question_whatever_the_window() -> None:
    for key in set(DATASETS) - set(DATED):
        dataset = find(key)
        (request,) = feed(dataset).requests(dataset, Window(DAY_19, DAY_20))
        assert (request.covers_from, request.covers_to) == (None, None)


def test_blocks_of_a_day_are_paged_from_above_its_end_to_below_its_start() -> None:
    dataset = find("mempool_space/blocks")
    source = feed(dataset)
    (request,) = source.requests(dataset, Window(DAY_20, DAY_20))
    tip, spacing, midnight = 969_975, 1_800, int(datetime(2026, 10, 20).timestamp())
    found: list[int] = []
    answer: Any = orjson.loads((PAYLOADS / "mempool_blocks_timestamp.json").read_bytes()) | {"height": tip - 3}
    asked = None
    for _ in range(20):
        capture = Twin(dataset.key, "mempool_blocks.json", request.url, DAY_20, DAY_20).capture(orjson.dumps(answer))
        assert source.holds_rows(capture) == isinstance(answer, list)
        if isinstance(answer, list):
            found += source.parse(dataset, capture)["height"].cast(pl.Int64).to_list()
        asked = source.next_page is not None and source.next_page(dataset, request, capture)
        if not asked:
            break
        request = asked
        start = int(request.url.partition("#")[0].rsplit("/", 1)[1])
        template = orjson.loads(BLOCKS.body)[0]
        answer = [
            template | {"height": height, "timestamp": midnight + 82_800 - (tip - height) * spacing}
            for height in range(min(start, tip), min(start, tip) - 15, -1)
        ]
    assert asked is None
    assert BLOCKS_ABOVE >= 3
    assert found == list(range(tip, tip - 47, -1))


def test_what_a_block_spent_is_summed_by_the_height_it_was_made_at() -> None:
    answer = orjson.loads((PAYLOADS / "bitcoind_getblock_v3.json").read_bytes())
    assert spent_by_birth(answer).rows() == [(970010, 400000, 1, 25.1), (970010, 969001, 2, 0.3)]
    answer["result"]["tx"][1]["vin"][0]["prevout"]["value"] = None
    with pytest.raises(UnreadableBody, match="made at 400000"):
        spent_by_birth(answer)


def test_every_source_says_how_fast_it_may_be_asked_and_what_to_mind() -> None:
    for key in DATASETS:
        dataset = find(key)
        assert dataset.pace.at_once == 1
        assert dataset.traps or key == "mempool_space/difficulty_adjustments"
        assert all(find(other) for other in dataset.stands_in)
