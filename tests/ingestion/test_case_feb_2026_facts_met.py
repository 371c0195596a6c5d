"""The bundled case meets the published figures of every topic in its captures, and its parts agree with each other.

Bodies are decoded here with the standard library alone, lest generator and parsers be wrong together.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import erf, log, sqrt
from statistics import mean
from typing import Any
from urllib.parse import unquote

import pytest

from ingestion.capture import Capture
from ingestion.cases.feb_2026.facts import Fact, load

pytestmark = pytest.mark.xdist_group("generator")
TICK = 7.0  # dollars: a ten-thousandth of a coin
CRASH, NEXT = date(2026, 2, 5), date(2026, 2, 6)


@pytest.fixture(scope="module")
def facts() -> dict[str, Fact]:
    return load()


@pytest.fixture(scope="module")
def told(case_captures: list[Capture]) -> dict[str, list[Capture]]:
    """Captures by dataset, in order of receipt; of files the files alone."""
    found: dict[str, list[Capture]] = defaultdict(list)
    for capture in case_captures:
        if not capture.url.endswith(".CHECKSUM"):
            found[f"{capture.source}/{capture.dataset}"].append(capture)
    return found


def _json(told: dict[str, list[Capture]], key: str) -> list[tuple[Capture, Any]]:
    return [(capture, json.loads(capture.body)) for capture in told[key]]


def _rows(capture: Capture) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(capture.body)) as archive:
        return list(csv.reader(archive.read(archive.namelist()[0]).decode().splitlines()))


def _at(stamp: float) -> datetime:
    """Naive UTC of a stamp in seconds, milliseconds or microseconds."""
    seconds = float(stamp)
    while seconds > 1e11:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


class TestVenues:
    def test_coinbase_stands_under_binance_as_published(self, told: dict[str, Any], facts: dict[str, Fact]) -> None:
        binance = {_at(int(r[0])): float(r[4]) for c in told["binance_vision/spot_klines_1h"] for r in _rows(c)}
        coinbase = {
            _at(row[0]): row[4]
            for capture, rows in _json(told, "coinbase_exchange/candles_1h")
            for row in rows
            if "/BTC-USD/" in capture.url
        }
        for day, fact_id in ((CRASH, "coinbase_premium_0205"), (NEXT, "coinbase_premium_0206")):
            last = datetime(day.year, day.month, day.day, 23)
            gap = 100 * (coinbase[last] / binance[last] - 1)
            assert gap == pytest.approx(facts[fact_id].value, abs=2e-5)
        last = datetime(2026, 2, 5, 23)
        assert coinbase[last] - binance[last] == pytest.approx(facts["coinbase_gap_0205"].value, abs=0.01)

    def test_minutes_fill_their_hours_and_nothing_more(self, told: dict[str, Any]) -> None:
        hours = {_at(int(r[0])): [float(x) for x in r] for c in told["binance_vision/spot_klines_1h"] for r in _rows(c)}
        inside: dict[datetime, list[list[float]]] = defaultdict(list)
        for capture in told["binance_vision/spot_klines_1m"]:
            for row in _rows(capture):
                inside[_at(int(row[0])).replace(minute=0)].append([float(x) for x in row])
        assert len(inside) == 8 * 24
        for hour, minutes in inside.items():
            whole = hours[hour]
            assert len(minutes) == 60
            assert (minutes[0][1], minutes[-1][4]) == (whole[1], whole[4])
            assert max(m[2] for m in minutes) == whole[2]
            assert min(m[3] for m in minutes) == whole[3]
            assert sum(m[5] for m in minutes) == pytest.approx(whole[5], rel=1e-5)
            assert all(m[3] <= min(m[1], m[4]) <= max(m[1], m[4]) <= m[2] for m in minutes)

    def test_the_all_time_high_is_the_highest_of_all_days(self, told: dict[str, Any], facts: dict[str, Fact]) -> None:
        candles = [row for _, body in _json(told, "bitstamp/ohlc_1h") for row in body["data"]["ohlc"]]
        highest = max(candles, key=lambda row: float(row["high"]))
        assert float(highest["high"]) == facts["price_ath_20251006"].value
        assert f"{_at(int(highest['timestamp'])):%Y-%m-%d}" == "2025-10-06"


class TestDerivatives:
    @pytest.mark.parametrize("day", ["0201", "0204", "0205", "0206"])
    def test_payments_for_a_day_have_the_published_mean(
        self, told: dict[str, Any], facts: dict[str, Fact], day: str
    ) -> None:
        paid = [(_at(int(r[0])), float(r[2])) for c in told["binance_vision/um_funding"] for r in _rows(c)[1:]]
        rates = [rate for at, rate in paid if f"{at - timedelta(hours=1):%Y%m%d}" == f"2026{day}"]
        assert len(rates) == 3
        assert 100 * mean(rates) == pytest.approx(facts[f"funding_{day}_cryptoquant"].value, abs=1e-6)

    def test_the_perpetual_trades_below_its_index_where_shorts_are_paid(self, told: dict[str, Any]) -> None:
        premium = [
            float(row[4])
            for capture in told["binance_vision/um_premium_klines_1h"]
            for row in _rows(capture)[1:]
            if capture.covers_from == NEXT
        ]
        assert max(premium) < 0
        assert mean(premium) < -0.0004

    def test_liquidations_are_the_published_sums(self, told: dict[str, Any], facts: dict[str, Fact]) -> None:
        sums: dict[tuple[str, str], float] = defaultdict(float)
        for _, body in _json(told, "coinalyze/liquidations_1d"):
            for series in body:
                for day in series["history"]:
                    for side, short in (("long", "l"), ("short", "s")):
                        sums[side, f"{_at(day['t']):%Y%m%d}"] += day[short]
        for side in ("long", "short"):
            for day in ("0205", "0206"):
                fact = facts[f"liq_{side}_{day}_cryptoquant"]
                assert sums[side, f"2026{day}"] == pytest.approx(fact.value, abs=0.001)

    def test_cme_holds_the_reported_coins(self, told: dict[str, Any], facts: dict[str, Fact]) -> None:
        size = {"133741": 5.0, "133742": 0.1}
        coins: dict[str, float] = defaultdict(float)
        for _, body in _json(told, "cftc/tff_weekly"):
            for row in body:
                day, code = row["report_date_as_yyyy_mm_dd"][:10], row["cftc_contract_market_code"]
                coins[day] += size[code] * int(row["open_interest_all"])
                longs = [int(value) for name, value in row.items() if "_long" in name]
                assert sum(longs) == int(row["open_interest_all"])
        reported = {
            f"{f.observed_from_at:%Y-%m-%d}": f.value for f in facts.values() if f.fact_id.startswith("oi_cot_")
        }
        assert len(reported) == 7
        assert {day: round(coins[day], 6) for day in reported} == reported

    def test_a_vendor_stands_where_it_was_quoted(self, told: dict[str, Any], facts: dict[str, Fact]) -> None:
        days = {_at(r["time"]).date(): r for _, b in _json(told, "coinglass/open_interest_1d") for r in b["data"]}
        assert days[date(2026, 1, 28)]["close"] == pytest.approx(facts["oi_before_article"].value, abs=0.01)
        assert days[CRASH]["high"] == facts["oi_after_press"].value
        assert days[CRASH]["low"] < facts["oi_after_article"].value < days[CRASH]["high"]


class TestOptions:
    @pytest.mark.parametrize("day", ["0128", "0202", "0204", "0205", "0206", "0209"])
    def test_the_index_closes_as_published(self, told: dict[str, Any], facts: dict[str, Fact], day: str) -> None:
        bars = {
            _at(r[0]).date(): r
            for _, b in _json(told, "deribit_options/volatility_index_1d")
            for r in b["result"]["data"]
        }
        bar = bars[datetime.strptime(f"2026{day}", "%Y%m%d").date()]  # noqa: DTZ007
        assert bar[4] == facts[f"dvol_close_{day}"].value
        assert bar[3] <= min(bar[1], bar[4]) <= max(bar[1], bar[4]) <= bar[2]
        if day == "0205":
            assert bar[2] == facts["dvol_high_0205"].value

    def test_the_counted_expiry_holds_what_the_press_counted(
        self, told: dict[str, Any], facts: dict[str, Fact]
    ) -> None:
        capture, body = next(
            (c, b) for c, b in _json(told, "deribit_options/book_summary") if f"{c.received_at:%m%d}" == "0219"
        )
        rows = [row for row in body["result"] if row["instrument_name"].startswith("BTC-27FEB26-")]
        held = {row["instrument_name"][12:]: row["open_interest"] for row in rows}
        calls, puts = (sum(oi for name, oi in held.items() if name.endswith(side)) for side in "CP")
        assert calls == pytest.approx(facts["options_27feb_calls"].value, abs=2)
        assert puts == pytest.approx(facts["options_27feb_puts"].value, abs=2)
        assert puts / calls == pytest.approx(facts["options_27feb_put_call"].value, abs=0.005)
        index = rows[0]["estimated_delivery_price"]
        assert held["75000-C"] * index == pytest.approx(facts["options_27feb_strike_75k"].value, rel=0.001)
        assert held["40000-P"] * index == pytest.approx(facts["options_27feb_strike_40k"].value, rel=0.001)
        assert capture.provenance == "reconstructed"

    def test_no_chain_can_be_arbitraged(self, told: dict[str, Any]) -> None:
        """Calls are convex in the strike, puts follow by parity, and variance to an expiry grows with time."""
        for _, body in _json(told, "deribit_options/book_summary"):
            moment = _at(body["usOut"])
            variances = []
            for expiry, calls in _calls(body["result"]).items():
                years = (expiry - moment) / timedelta(days=365)
                prices = [
                    (strike, _black_call(forward, strike, iv / 100, years)) for strike, (forward, iv) in calls.items()
                ]
                slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(prices)]
                # A tick is seven dollars, and volatility is printed to a hundredth of a point.
                assert all(second - first > -TICK / 1000 for first, second in pairwise(slopes))
                assert slopes[0] > -1 - TICK / 1000
                assert slopes[-1] < TICK / 1000
                nearest = min(calls, key=lambda strike: abs(strike - calls[strike][0]))
                variances.append(years * calls[nearest][1] ** 2)
            assert variances == sorted(variances)

    def test_a_quote_stands_around_its_mark(self, told: dict[str, Any]) -> None:
        for _, body in _json(told, "deribit_options/book_summary"):
            for row in body["result"]:
                assert (row["bid_price"] or 0) <= row["mark_price"] + 1e-9
                assert row["mark_price"] <= row["ask_price"] + 1e-9

    def test_a_week_out_puts_cost_what_glassnode_says(self, told: dict[str, Any], facts: dict[str, Fact]) -> None:
        states = [b for c, b in _json(told, "deribit_options/book_summary") if f"{c.received_at:%m%d}" == "0208"]
        moment, chain = _at(states[0]["usOut"]), _calls(states[0]["result"])
        expiry = min(chain, key=lambda at: abs(at - moment - timedelta(days=7)))
        years, calls = (expiry - moment) / timedelta(days=365), chain[expiry]
        deltas = [
            (0.5 + erf(_d1(forward, strike, iv / 100, years) / sqrt(2)) / 2, iv)
            for strike, (forward, iv) in calls.items()
        ]
        put, money, call = (_read(deltas, delta) for delta in (0.75, 0.5, 0.25))
        assert 100 * (put - call) / money == pytest.approx(facts["skew_1w_glassnode"].value, abs=1.5)


class TestMacro:
    @pytest.mark.parametrize(
        ("symbol", "fact_ids"),
        [
            ("^GSPC", ("spx_close_0205", "spx_close_0206")),
            ("^IXIC", ("nasdaq_close_0205", "nasdaq_close_0206")),
            ("^DJI", ("dow_close_0205", "dow_close_0206")),
            ("DX-Y.NYB", ("dxy_close_0205", "dxy_close_0206")),
            ("^VIX", ("vix_0205", "vix_0206")),
            ("GC=F", (None, "gold_future_0206")),
        ],
    )
    def test_closes_are_the_published_ones(
        self, told: dict[str, Any], facts: dict[str, Fact], symbol: str, fact_ids: tuple[str | None, ...]
    ) -> None:
        closes = _charts(told, "yahoo/chart_1d")[symbol]
        for day, fact_id in zip((CRASH, NEXT), fact_ids, strict=True):
            assert fact_id is None or closes[day] == facts[fact_id].value
        assert len(closes) == 548

    def test_yields_are_freds_and_the_treasury_says_the_same(
        self, told: dict[str, Any], facts: dict[str, Fact]
    ) -> None:
        fred = {
            (capture.url.partition("id=")[2].partition("&")[0], line[:10]): float(line[11:])
            for capture in told["fred/series_daily"]
            for line in capture.body.decode().splitlines()[1:]
        }
        for series, name in (("DGS2", "ust2y"), ("DGS10", "ust10y"), ("DFII10", "ust10y_real")):
            for day in ("0205", "0206"):
                assert fred[series, f"2026-02-{day[2:]}"] == facts[f"{name}_{day}"].value
        months = "".join(capture.body.decode() for capture in told["treasury/par_yields"])
        printed = re.findall(r"NEW_DATE>(\S{10})T.*?BC_10YEAR>([\d.]+)<", months)
        assert {day: float(value) for day, value in printed} == {d: v for (s, d), v in fred.items() if s == "DGS10"}


class TestFunds:
    def test_funds_add_up_to_the_totals(self, told: dict[str, Any], facts: dict[str, Fact]) -> None:
        table = told["farside/btc_flows"][-1].body.decode()
        lines = [re.findall(r"<td>(.*?)</td>", line) for line in table.split("<tr>")]
        flows = {line[0]: [_millions(cell) for cell in line[1:]] for line in lines if line}
        for label, cells in flows.items():
            assert sum(cell or 0 for cell in cells[:-1]) == pytest.approx(cells[-1], abs=0.01), label
        assert 1e6 * (flows["05 Feb 2026"][-1] or 0) == facts["etf_net_0205_farside"].value
        of_4th = dict(zip(re.findall(r"<th>(.*?)</th>", table)[1:], flows["04 Feb 2026"], strict=True))
        for fund in ("IBIT", "FBTC", "GBTC"):
            assert of_4th[fund] == pytest.approx(facts[f"etf_net_0204_{fund.lower()}"].value / 1e6, abs=0.05)


class TestChain:
    def test_the_forecast_stood_before_the_outcome(self, told: dict[str, Any], facts: dict[str, Fact]) -> None:
        said = {capture.received_at: body for capture, body in _json(told, "mempool_space/difficulty_estimate")}
        forecasts = [
            at for at, body in said.items() if body["difficultyChange"] == facts["difficulty_forecast_article"].value
        ]
        assert [f"{at:%Y-%m-%d}" for at in forecasts] == ["2026-02-05"]
        body = said[forecasts[0]]
        assert body["nextRetargetHeight"] == 935_424
        # Its own blocks and time give the forecast: mempool divides by the blocks and the one to come.
        pace = 100 * (600_000 / body["timeAvg"] - 1)
        assert pace == pytest.approx(body["difficultyChange"], abs=0.06)
        assert _at(body["estimatedRetargetDate"]) > facts["difficulty_935424"].observed_from_at

    def test_blocks_of_the_day_pay_what_is_published(self, told: dict[str, Any], facts: dict[str, Fact]) -> None:
        blocks = {
            row["height"]: row
            for capture, body in _json(told, "mempool_space/blocks")
            if "/mining/" not in capture.url
            for row in body
        }
        of_day = [row for row in blocks.values() if _at(row["timestamp"]).date() == CRASH]
        assert len(of_day) == facts["blocks_0205"].value
        assert sum(row["extras"]["reward"] for row in of_day) == round(1e8 * facts["miner_reward_0205"].value)
        assert sorted(blocks) == list(range(min(blocks), max(blocks) + 1))
        assert {row["difficulty"] for height, row in blocks.items() if height < 935_424} == {
            facts["difficulty_933408"].value
        }

    def test_coins_by_price_are_all_the_coins_there_are(self, told: dict[str, Any]) -> None:
        supply = {
            row["time"][:10]: float(row["SplyCur"])
            for _, body in _json(told, "coinmetrics/asset_metrics_1d")
            for row in body["data"]
        }
        for _, body in _json(told, "bitview/urpd"):
            day = f"{body['date'] // 10_000}-{body['date'] // 100 % 100:02}-{body['date'] % 100:02}"
            held = sum(bucket["supply"] for bucket in body["buckets"])
            assert held == pytest.approx(body["total_supply"], abs=1e-3)
            if body["cohort"] == "all":
                assert held == pytest.approx(supply[day], rel=1e-6)
            else:
                assert held < 0.3 * supply[day]


def _calls(rows: list[dict[str, Any]]) -> dict[datetime, dict[int, tuple[float, float]]]:
    """Forward and mark volatility in percent by expiry and strike."""
    months = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
    found: dict[datetime, dict[int, tuple[float, float]]] = defaultdict(dict)
    for row in rows:
        _, label, strike, side = row["instrument_name"].split("-")
        if side == "C":
            expiry = datetime(2000 + int(label[-2:]), months.index(label[-5:-2]) // 3 + 1, int(label[:-5]), 8)
            found[expiry][int(strike)] = (row["underlying_price"], row["mark_iv"])
    return {expiry: dict(sorted(calls.items())) for expiry, calls in sorted(found.items())}


def _d1(forward: float, strike: float, sigma: float, years: float) -> float:
    return log(forward / strike) / (sigma * sqrt(years)) + sigma * sqrt(years) / 2


def _black_call(forward: float, strike: float, sigma: float, years: float) -> float:
    d1 = _d1(forward, strike, sigma, years)
    normal = [(1 + erf(x / sqrt(2))) / 2 for x in (d1, d1 - sigma * sqrt(years))]
    return forward * normal[0] - strike * normal[1]


def _read(deltas: list[tuple[float, float]], delta: float) -> float:
    for (upper, first), (lower, last) in pairwise(deltas):
        if upper >= delta >= lower:
            return first + (last - first) * (upper - delta) / (upper - lower)
    raise AssertionError(f"no strike on either side of delta {delta}")


def _charts(told: dict[str, list[Capture]], key: str) -> dict[str, dict[date, float]]:
    closes: dict[str, dict[date, float]] = defaultdict(dict)
    for capture, body in _json(told, key):
        result = body["chart"]["result"][0]
        symbol = unquote(capture.url.partition("?")[0].rpartition("/")[2])
        stamps = [_at(stamp).date() for stamp in result["timestamp"]]
        closes[symbol] |= dict(zip(stamps, result["indicators"]["quote"][0]["close"], strict=True))
    return closes


def _millions(cell: str) -> float | None:
    if cell == "-":
        return None
    bare = cell.strip("()").replace(",", "")
    return -float(bare) if cell.startswith("(") else float(bare)
