"""The chain of the case: retargets, blocks, and what the explorer expected of the next retarget.

Exact are the difficulties of two epochs and the change of the third; the 127 blocks of 5 February and what they paid;
and the forecast of -13.37 %, which stands at the first poll of 5 February because blocks came at the pace it says.
All other blocks are spread over their epochs at random, and epochs before January 2026 are simulated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from ingestion.cases import wire
from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.facts import Fact
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.paths import seeded
from ingestion.cases.feb_2026.times import BACKFILL, DAY, LAST_POLL, daily, epoch_ms, epoch_s, midnight
from ingestion.cases.wire import Retarget
from ingestion.request import Request

# Consensus: the new difficulty is the old one times two weeks over the time the epoch took.
TWO_WEEKS, EPOCH = timedelta(days=14), 2016
KNOWN_HEIGHT = 935_424
# New over old difficulty at the two retargets before the published one, and after the last published one.
EARLIER, LATER = (0.9672, 0.9880), 0.9710
# Back to the winter of 2023: difficulty about doubled over these epochs.
EPOCHS_BEFORE, GROWTH, SCATTER = 56, 1.0125, 0.035
CHAIN_POLLED = (*daily("2026-01-28", "2026-03-10", 15.1), LAST_POLL)
FORECAST_AT = datetime(2026, 2, 5)
ESTIMATED = tuple(midnight + timedelta(seconds=30) for midnight in daily("2026-01-28", "2026-03-11", 0))
PAGE, SATOSHI = 15, 100_000_000
HALVING = 840_000


class Block(NamedTuple):
    """One block: stamp, height, difficulty, and fees in satoshi."""

    at: datetime
    height: int
    difficulty: float
    fees: int


def answers(market: Market) -> dict[str, Told]:
    found = retargets(market.facts)
    mined = blocks(market)
    by_height = {block.height: block for block in mined}

    def retarget_page(_: Request, asked_at: datetime) -> bytes:
        return wire.retargets_json(r for r in found if r.at <= asked_at)

    def estimate(_: Request, asked_at: datetime) -> bytes:
        return json.dumps(_estimate(market, found, mined, asked_at)).encode()

    def block_page(request: Request, _: datetime) -> bytes:
        url = request.url.partition("#")[0]
        number = int(url.rpartition("/")[2])
        if "/timestamp/" in url:
            block = max((b for b in mined if epoch_s(b.at) <= number), key=lambda b: b.height)
            return json.dumps({"height": block.height, "hash": _hash(block), "timestamp": epoch_s(block.at)}).encode()
        page = [by_height[height] for height in range(number, number - PAGE, -1) if height in by_height]
        return json.dumps([_printed(block) for block in page]).encode()

    return {
        "mempool_space/difficulty_adjustments": Told(CHAIN_POLLED, retarget_page),
        "mempool_space/difficulty_estimate": Told(ESTIMATED, estimate),
        "mempool_space/blocks": Told(BACKFILL, block_page),
    }


def retargets(facts: dict[str, Fact]) -> list[Retarget]:
    """Oldest first. Times around the published one follow from the difficulties, to about ten minutes."""
    new, difficulty = facts["difficulty_935424"], facts["difficulty_933408"].value
    ratio, at = new.value / difficulty, new.observed_from_at
    found = [Retarget(at, KNOWN_HEIGHT, new.value, round(ratio, 4))]
    random = seeded("difficulty")
    ratios = [*EARLIER, *(round(GROWTH + SCATTER * (2 * random.random() - 1), 4) for _ in range(EPOCHS_BEFORE))]
    for number, earlier in enumerate(ratios, start=1):
        at = at - timedelta(seconds=round(TWO_WEEKS.total_seconds() / ratio))
        found.append(Retarget(at, KNOWN_HEIGHT - number * EPOCH, difficulty, earlier))
        difficulty, ratio = float(round(difficulty / earlier)), earlier
    found.reverse()
    for ratio in (1 + facts["difficulty_change_937440"].value / 100, LATER):
        last = found[-1]
        at = last.at + timedelta(seconds=round(TWO_WEEKS.total_seconds() / ratio))
        found.append(Retarget(at, last.height + EPOCH, float(round(last.difficulty * ratio)), round(ratio, 4)))
    return found


def blocks(market: Market) -> list[Block]:
    """Every block from the epoch of the crash to the end of the case, by height."""
    return list(_mined(market))


def subsidy(height: int) -> float:
    """New coins of a block; the case begins before one halving and ends before the next."""
    return 6.25 if height < HALVING else 3.125


def _mined(market: Market) -> Iterator[Block]:
    facts = market.facts
    found = [r for r in retargets(facts) if r.height >= KNOWN_HEIGHT - EPOCH]
    random = seeded("blocks")
    ends = [*(r.at for r in found[1:]), LAST_POLL + DAY]
    crash = facts["blocks_0205"].observed_from_at.date()
    for retarget, end in zip(found, ends, strict=True):
        height, stamps = retarget.height, [retarget.at]
        if end == ends[-1]:
            count = round((end - retarget.at) / timedelta(minutes=10))
            stamps += _spread(random, retarget.at, end, count)
        elif retarget.height == KNOWN_HEIGHT - EPOCH:
            before = _blocks_of_forecast(facts, retarget.at)
            on_day = round(facts["blocks_0205"].value)
            stamps += _spread(random, retarget.at, midnight(crash), before)
            stamps += _spread(random, midnight(crash), midnight(crash + DAY), on_day)
            stamps += _spread(random, midnight(crash + DAY), end, EPOCH - 1 - before - on_day)
        else:
            stamps += _spread(random, retarget.at, end, EPOCH - 1)
        fees = _fees(facts, random, stamps, crash)
        for number, (at, paid) in enumerate(zip(stamps, fees, strict=True)):
            yield Block(at, height + number, retarget.difficulty, paid)


def _blocks_of_forecast(facts: dict[str, Fact], begun: datetime) -> int:
    """Blocks after the epoch's first one at which mempool's formula, 600 (n + 1) / elapsed, says the forecast."""
    ratio = 1 + facts["difficulty_forecast_article"].value / 100
    return round((FORECAST_AT - begun).total_seconds() * ratio / 600) - 1


def _spread(random: Random, first: datetime, end: datetime, count: int) -> list[datetime]:
    """Moments inside a span, in order, at random as blocks are; none of them at its ends."""
    seconds = int((end - first).total_seconds())
    return [first + timedelta(seconds=at) for at in sorted(random.randrange(60, seconds - 60) for _ in range(count))]


def _fees(facts: dict[str, Fact], random: Random, stamps: list[datetime], crash: date) -> list[int]:
    """Satoshi by block, about two hundredths of a coin; on 5 February as much as is published with the subsidies."""
    fees = [round(SATOSHI * (0.010 + 0.022 * random.random())) for _ in stamps]
    of_day = [number for number, at in enumerate(stamps) if at.date() == crash]
    if of_day:
        wanted = round(SATOSHI * (facts["miner_reward_0205"].value - len(of_day) * subsidy(KNOWN_HEIGHT)))
        total = sum(fees[number] for number in of_day)
        for number in of_day:
            fees[number] = fees[number] * wanted // total
        fees[of_day[0]] += wanted - sum(fees[number] for number in of_day)
    return fees


def _estimate(market: Market, found: list[Retarget], mined: list[Block], moment: datetime) -> dict[str, object]:
    """mempool's estimate: the blocks of the epoch so far, and the time they took."""
    epoch = max((r for r in found if r.at <= moment), key=lambda r: r.height)
    done = sum(1 for block in mined if block.height >= epoch.height and block.at <= moment)
    elapsed = (moment - epoch.at).total_seconds()
    change = 100 * (600 * done / elapsed - 1)
    if moment.date() == FORECAST_AT.date():
        # Whole blocks come within a few hundredths of it.
        change = market.facts["difficulty_forecast_article"].value
    pace, remaining = round(1000 * elapsed / done), EPOCH - done
    return {
        "progressPercent": round(100 * done / EPOCH, 4),
        "difficultyChange": round(change, 4),
        "estimatedRetargetDate": epoch_ms(moment) + remaining * pace,
        "remainingBlocks": remaining,
        "remainingTime": remaining * pace,
        "previousRetarget": round(100 * (epoch.adjustment - 1), 4),
        "nextRetargetHeight": epoch.height + EPOCH,
        "timeAvg": pace,
        "adjustedTimeAvg": pace,
        "timeOffset": 0,
    }


def _hash(block: Block) -> str:
    """No block's own: hexadecimal digits with the zeros in front that a hash of this difficulty has."""
    return f"{0:020x}{seeded(f'hash {block.height}').getrandbits(176):044x}"


def _printed(block: Block) -> dict[str, object]:
    reward = round(SATOSHI * subsidy(block.height)) + block.fees
    return {
        "id": _hash(block),
        "height": block.height,
        "timestamp": epoch_s(block.at),
        "difficulty": block.difficulty,
        "tx_count": 1_200 + block.fees % 3_000,
        "extras": {"totalFees": block.fees, "reward": reward},
    }
