"""The bundled case: reproducible to the byte, true to every pinned fact, and never ahead of its own time.

Bodies are decoded here with the standard library alone, lest generator and parsers be wrong together.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from ingestion.capture import Capture, CaptureStore
from ingestion.cases.answers import questions
from ingestion.cases.case import Case, load_case
from ingestion.cases.feb_2026 import flows, generate, prices
from ingestion.cases.feb_2026.facts import Fact, load
from ingestion.contract import find
from ingestion.judging import check
from ingestion.sources import feed

pytestmark = pytest.mark.xdist_group("generator")
HOUR = timedelta(hours=1)
DIGEST = Path(generate.__file__).with_name("digest.txt")
OPEN, HIGH, LOW, CLOSE, VOLUME, TAKER = 1, 2, 3, 4, 5, 9


@dataclass(frozen=True)
class Answers:
    """What the case's captures say, by dataset."""

    captures: list[Capture]
    candles: dict[datetime, list[float]]
    interest: dict[datetime, tuple[float, float, float]]  # by stamp: coins, value, taker ratio
    flows: list[tuple[datetime, list[dict[str, Any]]]]  # by moment of receipt
    retargets: list[tuple[datetime, list[list[float]]]]


@pytest.fixture(scope="module")
def facts() -> dict[str, Fact]:
    return load()


@pytest.fixture(scope="module")
def answers(case_captures: list[Capture]) -> Answers:
    found = Answers(case_captures, {}, {}, [], [])
    for capture in case_captures:
        if capture.url.endswith(".zip"):
            rows = _cells(capture)
            if capture.dataset == "spot_klines_1h":
                found.candles.update({_epoch(row[0], 1e6): [float(cell) for cell in row] for row in rows})
            elif capture.dataset == "um_metrics_5m":
                found.interest.update(
                    {datetime.fromisoformat(r[0]): (float(r[2]), float(r[3]), float(r[7])) for r in rows[1:]}
                )
        elif capture.dataset == "etf_flow_totals":
            found.flows.append((capture.received_at, json.loads(capture.body)["data"]["list"]))
        elif capture.dataset == "difficulty_adjustments":
            found.retargets.append((capture.received_at, json.loads(capture.body)))
    return found


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("feb_2026")


def _cells(capture: Capture) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(capture.body)) as archive:
        return list(csv.reader(archive.read(archive.namelist()[0]).decode().splitlines()))


def _bodies(answers: Answers, key: str) -> list[tuple[Capture, Any]]:
    """The answers of a dataset as parsed JSON, in order of receipt."""
    told = [capture for capture in answers.captures if f"{capture.source}/{capture.dataset}" == key]
    return [(capture, json.loads(capture.body)) for capture in told]


def _day(stamp: float, unit: float = 1.0) -> date:
    return _epoch(stamp, unit).date()


def _epoch(number: str | float, unit: float) -> datetime:
    return datetime.fromtimestamp(float(number) / unit, UTC).replace(tzinfo=None)


def _at_day_end(answers: Answers, day: str) -> tuple[float, float, float]:
    midnight = datetime.fromisoformat(day) + timedelta(days=1)
    stamps = [midnight + timedelta(seconds=late) for late in range(3)]
    return next(answers.interest[stamp] for stamp in stamps if stamp in answers.interest)


class TestReproducible:
    def test_digest_is_the_pinned_one(self, answers: Answers) -> None:
        made = generate.digest(answers.captures)
        assert made == DIGEST.read_text().strip(), f"facts or generator changed; new digest: {made}"

    def test_a_second_generation_is_the_same_in_another_time_zone(
        self, answers: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("TZ", "Asia/Shanghai")
            time.tzset()
            generate.generate(tmp_path)
        time.tzset()
        store = CaptureStore(tmp_path)
        stored = [capture for dataset in store.datasets() for capture in store.read(*dataset)]
        assert generate.digest(stored) == generate.digest(answers.captures)
        assert {capture.provenance for capture in stored} == {"reconstructed"}

    def test_every_question_of_the_case_has_its_answer(self, answers: Answers, case: Case) -> None:
        answered = {capture.url for capture in answers.captures}
        keys = {f"{capture.source}/{capture.dataset}" for capture in answers.captures}
        assert set(case.shares) <= keys
        for key in sorted(keys):
            out = [request.url for request in questions(case, key) if request.url not in answered]
            # The file of the month that the case ends in is not out yet, nor is that of the month before it began.
            assert [
                url for url in out if not url.endswith(("fundingRate-2026-03.zip", "fundingRate-2023-12.zip"))
            ] == []

    def test_nothing_was_received_after_the_case_is_looked_at(self, answers: Answers, case: Case) -> None:
        assert max(capture.received_at for capture in answers.captures) <= case.now

    def test_zips_match_their_checksums(self, answers: Answers) -> None:
        bodies = {c.url: c.body for c in answers.captures if c.request_body is None}
        checksums = {url: body.decode() for url, body in bodies.items() if url.endswith(".CHECKSUM")}
        assert len(checksums) == len([url for url in bodies if url.endswith(".zip")])
        for url, text in checksums.items():
            zip_url = url.removesuffix(".CHECKSUM")
            digest = hashlib.sha256(bodies[zip_url]).hexdigest()
            assert text == f"{digest}  {zip_url.rpartition('/')[2]}\n"


class TestPrices:
    @pytest.mark.parametrize(
        ("hour", "column", "fact_id"),
        [(h, OPEN, f) for h, f in prices.OPEN.items()]
        + [(f"{datetime.fromisoformat(h) - HOUR:%Y-%m-%dT%H}", CLOSE, f) for h, f in prices.AT.items()]
        + [(h, HIGH, f) for h, f in prices.HIGH.items()]
        + [(h, LOW, f) for h, f in prices.LOW.items()],
    )
    def test_pinned_fact_is_met(
        self, answers: Answers, facts: dict[str, Fact], hour: str, column: int, fact_id: str
    ) -> None:
        fact, start_at = facts[fact_id], datetime.fromisoformat(hour)
        assert answers.candles[start_at][column] == fact.value
        # A pin sits in the hour that its fact is about, or at one of its ends.
        assert fact.observed_from_at <= start_at + HOUR
        assert start_at <= fact.observed_to_at

    def test_candles_are_possible(self, answers: Answers) -> None:
        assert len(answers.candles) == 16 * 24
        for row in answers.candles.values():
            assert 0 < row[LOW] <= min(row[OPEN], row[CLOSE]) <= max(row[OPEN], row[CLOSE]) <= row[HIGH]
            assert row[LOW] * row[VOLUME] <= row[7] * 1.000001
            assert row[7] <= row[HIGH] * row[VOLUME] * 1.000001
            assert 0.4 < row[TAKER] / row[VOLUME] < 0.6
            assert row[6] == row[0] + 3_600_000_000 - 1

    def test_the_path_is_the_one_told(self, answers: Answers, facts: dict[str, Fact]) -> None:
        def day(n: int) -> dict[int, list[float]]:
            return {at.hour: row for at, row in answers.candles.items() if at.date() == date(2026, 2, n)}

        fall, rebound = day(5), day(6)
        assert max(fall, key=lambda h: fall[h][HIGH]) == 1
        assert min(h for h, row in fall.items() if row[LOW] < 63_000) == 20
        assert min(rebound, key=lambda h: rebound[h][LOW]) == 0
        assert min(h for h, row in rebound.items() if row[HIGH] > 70_000) == 16
        assert max(rebound[h][HIGH] for h in range(22)) == rebound[17][HIGH]
        assert max(rebound, key=lambda h: rebound[h][HIGH]) == 23
        hours = [mean(row[OPEN : CLOSE + 1]) for row in fall.values()]
        assert mean(hours) == pytest.approx(facts["price_mean_0205"].value, rel=0.01)

    def test_volume_peaks_in_the_crash(self, answers: Answers) -> None:
        volumes = {at: row[VOLUME] for at, row in answers.candles.items()}
        assert max(volumes, key=lambda at: volumes[at]) == datetime(2026, 2, 6)
        daily = {at.date(): 0.0 for at in volumes}
        for at, volume in volumes.items():
            daily[at.date()] += volume
        assert {d.day for d in sorted(daily, key=lambda d: daily[d])[-2:]} == {5, 6}


class TestOpenInterest:
    @pytest.mark.parametrize(
        ("fact_id", "first", "last", "column"),
        [
            ("oi_coins_0129_0205_cryptoquant", "2026-01-29", "2026-02-05", 0),
            ("oi_coins_0129_0202_cryptoquant", "2026-01-29", "2026-02-02", 0),
            ("oi_coins_0204_0205_cryptoquant", "2026-02-04", "2026-02-05", 0),
            ("oi_coins_0205_0206_cryptoquant", "2026-02-05", "2026-02-06", 0),
            ("oi_value_0205_0210_cryptoquant", "2026-02-05", "2026-02-10", 1),
        ],
    )
    def test_published_move_is_met(
        self, answers: Answers, facts: dict[str, Fact], fact_id: str, first: str, last: str, column: int
    ) -> None:
        before, after = _at_day_end(answers, first)[column], _at_day_end(answers, last)[column]
        assert 100 * (after / before - 1) == pytest.approx(facts[fact_id].value, abs=1e-5)

    def test_rows_are_possible_and_valued_near_spot(self, answers: Answers) -> None:
        assert len(answers.interest) == 16 * 288
        late = {stamp.second for stamp in answers.interest} - {0}
        assert late == {1, 2}
        for stamp, (coins, value, ratio) in answers.interest.items():
            candle = answers.candles[(stamp - timedelta(minutes=5)).replace(minute=0, second=0)]
            assert candle[LOW] * 0.999 <= value / coins <= candle[HIGH] * 1.001, stamp
            assert 0.4 < ratio < 2

    def test_taker_ratio_has_the_published_mean(self, answers: Answers, facts: dict[str, Fact]) -> None:
        for day in ("0205", "0206"):
            ratios = [
                ratio
                for stamp, (_, _, ratio) in answers.interest.items()
                if f"{stamp - timedelta(minutes=5):%m%d}" == day
            ]
            assert mean(ratios) == pytest.approx(facts[f"taker_ratio_{day}_cryptoquant"].value, abs=1e-7)


class TestFlows:
    def test_prints_of_a_session_come_in_order(self, answers: Answers, facts: dict[str, Fact]) -> None:
        def prints(session: str) -> list[tuple[str, float]]:
            seen: list[tuple[str, float]] = []
            for moment, rows in answers.flows:
                flow = next((row["totalNetInflow"] for row in rows if row["date"] == session), None)
                if flow is not None and (not seen or seen[-1][1] != flow):
                    seen.append((f"{moment:%m-%dT%H}", flow))
            return seen

        assert prints("2026-02-05") == [("02-06T03", -258.8e6), ("02-06T12", -434.15e6)]
        assert prints("2026-02-06") == [("02-07T12", 371.1e6)]
        assert prints("2026-02-02") == [("02-03T12", 561.8e6), ("02-04T12", 561.9e6)]
        assert prints("2026-02-12") == [("02-13T12", -410.4e6)]

    def test_every_quoted_flow_is_shown_in_the_end(self, answers: Answers, facts: dict[str, Fact]) -> None:
        shown = {row["date"]: row["totalNetInflow"] for row in answers.flows[-1][1]}
        quoted = {
            f"{f.observed_from_at:%Y-%m-%d}": f.value
            for f in facts.values()
            if f.metric == "net_flow" and f.publisher == flows.DAILY
        } | {"2026-02-05": facts["etf_net_0205_final"].value}
        assert {day: flow for day, flow in shown.items() if "2026-01-01" < day < "2026-02-13"} == quoted
        for key in ("net_assets", "value_traded"):
            field = {"net_assets": "totalNetAssets", "value_traded": "totalValueTraded"}[key]
            for row in answers.flows[-1][1]:
                is_of_2026 = str(row["date"]).startswith("2026")
                fact = facts.get(f"etf_{key}_{str(row['date'])[5:].replace('-', '')}") if is_of_2026 else None
                assert fact is None or row[field] == fact.value

    def test_month_to_date_as_it_stood(self, answers: Answers, facts: dict[str, Fact]) -> None:
        known = max(f for f in answers.flows if f[0] <= datetime(2026, 2, 6, 21, 30))[1]
        total = sum(row["totalNetInflow"] for row in known if str(row["date"]) >= "2026-02")
        assert total == pytest.approx(facts["etf_mtd_0205_article"].value, abs=1e6)

    def test_each_answer_adds_up(self, answers: Answers) -> None:
        for _, rows in answers.flows:
            assert [row["date"] for row in rows] == sorted((row["date"] for row in rows), reverse=True)
            for newer, older in pairwise(rows):
                assert newer["cumNetInflow"] - older["cumNetInflow"] == newer["totalNetInflow"]


class TestChain:
    def test_the_retarget_appears_once_it_happened(self, answers: Answers, facts: dict[str, Fact]) -> None:
        fact = facts["difficulty_935424"]
        for moment, rows in answers.retargets:
            assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
            assert all(row[1] % 2016 == 0 for row in rows)
            assert any(row[1] == 935_424 for row in rows) == (moment >= fact.observed_from_at)
        by_height = {row[1]: row for row in answers.retargets[-1][1]}
        assert by_height[935_424] == [1_770_474_000, 935_424, fact.value, 0.8884]
        assert by_height[933_408][2] == facts["difficulty_933408"].value
        later = facts["difficulty_change_937440"]
        change = 100 * (by_height[937_440][2] / fact.value - 1)
        assert change == pytest.approx(later.value, abs=1e-6)
        assert later.observed_from_at <= _epoch(by_height[937_440][0], 1) <= later.observed_to_at


class TestAsItStood:
    def test_nothing_is_shown_before_it_was_observed(self, answers: Answers) -> None:
        for capture in answers.captures:
            assert capture.requested_at < capture.received_at
            if capture.source == "binance_vision" and capture.covers_to is not None:
                published = datetime.combine(capture.covers_to, datetime.min.time()) + timedelta(hours=32)
                assert published <= capture.received_at
        for moment, rows in answers.flows:
            assert all(datetime.fromisoformat(f"{row['date']}T21:00") <= moment for row in rows)
        for moment, retargets in answers.retargets:
            assert all(_epoch(row[0], 1) <= moment for row in retargets)

    def test_our_own_parsers_and_contracts_reject_nothing(self, answers: Answers) -> None:
        rows: dict[str, int] = {}
        for capture in answers.captures:
            dataset = find(f"{capture.source}/{capture.dataset}")
            if feed(dataset).holds_rows(capture):
                checked = check(dataset, feed(dataset).parse(dataset, capture), capture, 1)
                assert checked.bad.is_empty(), capture.url
                rows[dataset.key] = rows.get(dataset.key, 0) + checked.good.height
        assert min(rows.values()) > 0
        assert rows["binance_vision/spot_klines_1h"] == 16 * 24
        assert rows["binance_vision/um_metrics_5m"] == 16 * 288
        assert rows["bitstamp/ohlc_1h"] == 24 * len(list(load_case("feb_2026").window.days()))
