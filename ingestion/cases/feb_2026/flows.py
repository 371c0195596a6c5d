"""ETF flows of the case: what the page of totals showed at a moment, with first prints and restatements.

Flows are published from 2 January to 12 February 2026, and were taken as they are. Before and after them flows lean
the way the price went, and add up to the level at which the published ones begin.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple

from ingestion.cases import wire
from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.facts import Fact
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.paths import seeded
from ingestion.cases.feb_2026.sessions import SESSIONS
from ingestion.cases.feb_2026.times import DAY, LAST_POLL, daily, new_york
from ingestion.cases.wire import FlowSession
from ingestion.request import Request

FUNDS, DAILY = "us_spot_btc_etfs", "bykarantelicom/crypto-datasets"
FIRST_SESSION = date(2024, 1, 11)
PUBLISHED = time(12, 5)  # of the next UTC day, once every issuer has reported
CUMULATIVE_BEFORE = 56.6e9  # simulated: net flow up to the end of 2025
TENTH_OF_A_MILLION = 100_000
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
}
# Once a day since the crash began, and in the night of the intermediate print. The page holds 300 sessions, so the
# older ones are what it showed at the end of 2024.
END_OF_2024, NIGHT = datetime(2024, 12, 31, 12, 5), datetime(2026, 2, 6, 3)
POLLED = tuple(sorted([END_OF_2024, NIGHT, *daily("2026-01-28", "2026-03-10", 12.1), LAST_POLL]))


class Session(NamedTuple):
    """One session of all funds; `prints` in order: (on the page since, net flow in USD)."""

    prints: tuple[tuple[datetime, float], ...]
    value_traded: float
    net_assets: float


def answers(market: Market) -> dict[str, Told]:
    held = history(market)

    def page(_: Request, asked_at: datetime) -> bytes:
        return wire.inflow_json(page_at(asked_at, held))

    return {"sosovalue/etf_flow_totals": Told(POLLED, page)}


def history(market: Market) -> dict[date, Session]:
    """Every session of the funds with what was ever said of it."""
    printed = _prints(market)
    final = {day: prints[-1][1] for day, prints in printed.items()}
    assets = _net_assets(market, final)
    return {day: Session(printed[day], _value_traded(market.facts, day), assets[day]) for day in printed}


def page_at(moment: datetime, held: dict[date, Session]) -> list[FlowSession]:
    """The sessions that the page listed at a moment, oldest first, each with its newest print."""
    listed: list[FlowSession] = []
    before_2026 = sum(session.prints[-1][1] for day, session in held.items() if day.year < 2026)
    cumulative = CUMULATIVE_BEFORE - before_2026
    for day, session in held.items():
        flows = [flow for since, flow in session.prints if since <= moment]
        if flows:
            cumulative += flows[-1]
            listed.append(FlowSession(day, flows[-1], session.value_traded, session.net_assets, cumulative))
    return listed


def _prints(market: Market) -> dict[date, tuple[tuple[datetime, float], ...]]:
    facts = market.facts
    published = {
        fact.observed_from_at.date(): fact.value
        for fact in facts.values()
        if (fact.metric, fact.entity, fact.publisher) == ("net_flow", FUNDS, DAILY)
    }
    flows = _simulated(market, min(published)) | published
    printed = {}
    for day in sorted(flows):
        said = PRINTS.get(day.isoformat())
        usual = (datetime.combine(day + DAY, PUBLISHED), flows[day])
        printed[day] = (
            tuple((datetime.fromisoformat(since), facts[fact_id].value) for since, fact_id in said)
            if said
            else (usual,)
        )
    return printed


def _simulated(market: Market, first_published: date) -> dict[date, float]:
    """Dollars by session, in tenths of a million as tables print them; those before the published add up."""
    days = [day for day in SESSIONS if day >= FIRST_SESSION]
    raw = {}
    for before, day in zip([days[0] - DAY, *days[:-1]], days, strict=True):
        change = market.price(new_york(day, 16)) / market.price(new_york(before, 16)) - 1
        noise = 2 * seeded(f"flow {day}").random() - 1
        raw[day] = 5.5e9 * change + 180e6 * noise
    earlier = [day for day in days if day < first_published]
    shift = (CUMULATIVE_BEFORE - sum(raw[day] for day in earlier)) / len(earlier)
    return {
        day: float(TENTH_OF_A_MILLION * round((flow + (shift if day < first_published else 0)) / TENTH_OF_A_MILLION))
        for day, flow in raw.items()
    }


def _value_traded(facts: dict[str, Fact], day: date) -> float:
    fact = facts.get(f"etf_value_traded_{day:%m%d}") if day.year == 2026 else None
    return fact.value if fact else 1e6 * seeded(f"value traded {day}").randrange(3_000, 5_500)


def _net_assets(market: Market, flows: dict[date, float]) -> dict[date, float]:
    """Published where they are; else the neighbour's, moved by the price from close to close and the flow."""
    days = list(flows)
    assets = {
        day: market.facts[key].value
        for day in days
        if day.year == 2026 and (key := f"etf_net_assets_{day:%m%d}") in market.facts
    }
    first = days.index(min(assets))
    for day, after in zip(reversed(days[:first]), reversed(days[1 : first + 1]), strict=True):
        assets[day] = float(round((assets[after] - flows[after]) / _growth(market, day, after)))
    for before, day in zip(days[first:], days[first + 1 :], strict=False):
        if day not in assets:
            assets[day] = float(round(assets[before] * _growth(market, before, day) + flows[day]))
    return assets


def _growth(market: Market, before: date, after: date) -> float:
    """Price at one New York close over that at an earlier one."""
    return market.price(new_york(after, 16)) / market.price(new_york(before, 16))
