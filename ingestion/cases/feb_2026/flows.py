"""ETF flows of the case: what the page of totals showed at a moment, with first prints and restatements."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from ingestion.cases.feb_2026.facts import Fact
from ingestion.cases.feb_2026.paths import START, seeded
from ingestion.cases.feb_2026.prices import price_at
from ingestion.cases.wire import Candle, FlowSession

FUNDS, DAILY = "us_spot_btc_etfs", "bykarantelicom/crypto-datasets"
PUBLISHED = time(12, 5)  # of the next UTC day, once every issuer has reported
CUMULATIVE_BEFORE = 56.6e9  # simulated: net flow up to the end of 2025
# Sessions with more than one print, and since when each stood on the page. That the press figure is the first
# print of 2, 9 and 10 February, and the daily table's its restatement a day later, is simulated.
PRINTS = {
    "2026-02-02": (("2026-02-03T12:05", "etf_net_0202_press"), ("2026-02-04T12:05", "etf_net_0202")),
    "2026-02-05": (
        ("2026-02-06T02:30", "etf_net_0205_intermediate"),
        ("2026-02-06T12:05", "etf_net_0205_final"),
    ),
    "2026-02-09": (("2026-02-10T12:05", "etf_net_0209_press"), ("2026-02-11T12:05", "etf_net_0209")),
    "2026-02-10": (("2026-02-11T12:05", "etf_net_0210_press"), ("2026-02-12T12:05", "etf_net_0210")),
    "2026-02-12": (("2026-02-13T11:30", "etf_net_0212"),),  # early, so that the case ends with it
}


def sessions(facts: dict[str, Fact]) -> dict[date, tuple[tuple[datetime, float], ...]]:
    """Every session with its prints in order: (on the page since, net flow in USD)."""
    days = sorted(
        fact.observed_from_at.date()
        for fact in facts.values()
        if (fact.metric, fact.entity, fact.publisher) == ("net_flow", FUNDS, DAILY)
    )
    printed = {}
    for day in days:
        usual = (f"{day + timedelta(days=1)}T{PUBLISHED}", f"etf_net_{day:%m%d}")
        printed[day] = tuple(
            (datetime.fromisoformat(since), facts[fact_id].value)
            for since, fact_id in PRINTS.get(day.isoformat(), (usual,))
        )
    return printed


def page_at(moment: datetime, facts: dict[str, Fact], candles: list[Candle]) -> list[FlowSession]:
    """The sessions that the page listed at a moment, oldest first, each with its newest print."""
    printed = sessions(facts)
    assets = _net_assets(facts, candles, {day: prints[-1][1] for day, prints in printed.items()})
    listed: list[FlowSession] = []
    cumulative = CUMULATIVE_BEFORE
    for day, prints in printed.items():
        flows = [flow for since, flow in prints if since <= moment]
        if flows:
            cumulative += flows[-1]
            listed.append(FlowSession(day, flows[-1], _value_traded(facts, day), assets[day], cumulative))
    return listed


def _value_traded(facts: dict[str, Fact], day: date) -> float:
    fact = facts.get(f"etf_value_traded_{day:%m%d}")
    return fact.value if fact else 1e6 * seeded(f"value traded {day}").randrange(3_000, 5_500)


def _net_assets(facts: dict[str, Fact], candles: list[Candle], flows: dict[date, float]) -> dict[date, float]:
    """Published where they are; else the neighbour's, moved by the price from close to close and the flow."""
    days = list(flows)
    assets = {day: facts[key].value for day in days if (key := f"etf_net_assets_{day:%m%d}") in facts}
    first = days.index(min(assets))
    for day, after in zip(reversed(days[:first]), reversed(days[1 : first + 1]), strict=True):
        assets[day] = float(round((assets[after] - flows[after]) / _growth(candles, day, after)))
    for before, day in zip(days[first:], days[first + 1 :], strict=False):
        if day not in assets:
            assets[day] = float(round(assets[before] * _growth(candles, before, day) + flows[day]))
    return assets


def _growth(candles: list[Candle], before: date, after: date) -> float:
    """Price at one New York close over that at an earlier one; 1 where the case has no price yet."""
    if before < START.date():
        return 1.0
    old, new = (price_at(candles, datetime.combine(day, time(21))) for day in (before, after))
    return new / old
