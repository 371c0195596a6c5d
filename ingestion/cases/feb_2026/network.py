"""Daily figures of the chain: blocks, coins issued, fees, hashrate and what it earned, all from the same blocks."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from datetime import date, datetime
from typing import NamedTuple

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.chain import EPOCH, HALVING, SATOSHI, blocks, retargets, subsidy
from ingestion.cases.feb_2026.market import END, FIRST, Market
from ingestion.cases.feb_2026.paths import seeded
from ingestion.cases.feb_2026.times import BACKFILL, DAY, days_between, epoch_s, midnight
from ingestion.cases.wire import HOUR
from ingestion.request import Request

HASHES_PER_DIFFICULTY = 2**32
COINS_AT_HALVING = 19_687_500.0


class Day(NamedTuple):
    """Blocks of a UTC day, their fees in coins, the difficulty in force, and the height the day ended at."""

    blocks: int
    fees: float
    difficulty: float
    height: int


def answers(market: Market) -> dict[str, Told]:
    network = Network(market)

    def hashrates(_: Request, __: datetime) -> bytes:
        # A day is stamped with the midnight that ends it.
        rows = [
            {"timestamp": epoch_s(midnight(day) + DAY), "avgHashrate": round(network.hashrate(day), 6) * 1e18}
            for day in network.days
        ]
        return json.dumps({"hashrates": rows, "difficulty": []}).encode()

    return {"mempool_space/hashrates": Told(BACKFILL, hashrates)}


class Network:
    """The chain by day. Where blocks are simulated one by one they are counted; before, epochs give their mean pace."""

    def __init__(self, market: Market) -> None:
        self._market = market
        found, mined = retargets(market.facts), blocks(market)
        counts = Counter(block.at.date() for block in mined)
        fees: Counter[date] = Counter()
        for block in mined:
            fees[block.at.date()] += block.fees
        tips = {block.at.date(): block.height for block in mined}
        begins = [retarget.at for retarget in found]
        # The first day on which every block is a simulated one.
        first_whole = mined[0].at.date() + DAY
        self.days: dict[date, Day] = {}
        for day in days_between(FIRST.date(), END.date() - DAY):
            number = bisect_right(begins, midnight(day) + DAY) - 1
            epoch = found[number]
            if day >= first_whole:
                self.days[day] = Day(counts[day], fees[day] / SATOSHI, epoch.difficulty, tips[day])
                continue
            length = found[number + 1].at - epoch.at
            random = seeded(f"network {day}")
            # Blocks of a day scatter by about 8 per cent around the pace of their epoch.
            count = round(EPOCH * (DAY / length) * (1 + 0.12 * (2 * random.random() - 1)))
            height = epoch.height + int(EPOCH * ((midnight(day) + DAY - epoch.at) / length))
            paid = round(count * (0.06 if day.year == 2024 else 0.025) * (0.6 + 0.8 * random.random()), 8)
            self.days[day] = Day(count, paid, epoch.difficulty, height)

    def issued(self, day: date) -> float:
        """New coins of a day."""
        return self.days[day].blocks * subsidy(self.days[day].height)

    def supply(self, day: date) -> float:
        """Coins there are at the end of a day, by the schedule of the chain."""
        height = self.days[day].height
        return COINS_AT_HALVING + (height - HALVING) * subsidy(height)

    def hashrate(self, day: date) -> float:
        """Exahashes a second that the day's blocks took."""
        found = self.days[day]
        return found.blocks * found.difficulty * HASHES_PER_DIFFICULTY / 86_400 / 1e18

    def hashprice(self, day: date) -> float:
        """Dollars that a petahash a second earned in the day, at the mean price of its hours."""
        found, first = self.days[day], (midnight(day) - FIRST) // HOUR
        closes = [candle.close for candle in self._market.hours[first : first + 24]]
        reward = subsidy(found.height) + found.fees / found.blocks
        return 86_400e15 / (found.difficulty * HASHES_PER_DIFFICULTY) * reward * sum(closes) / len(closes)
