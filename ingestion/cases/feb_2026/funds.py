"""ETF flows by fund, as Farside's table has them: parts of the totals, to a tenth of a million.

Published by fund are three flows of 4 February, and Farside's own total of the 5th; all other parts are simulated.
"""

from __future__ import annotations

from datetime import date, datetime

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.flows import TENTH_OF_A_MILLION, history
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.paths import seeded
from ingestion.cases.feb_2026.times import LAST_POLL
from ingestion.request import Request

SHARES = {
    "IBIT": 0.52, "FBTC": 0.18, "BITB": 0.05, "ARKB": 0.07, "BTCO": 0.01, "EZBC": 0.01, "BRRR": 0.01, "HODL": 0.02,
    "BTCW": 0.01, "GBTC": 0.09, "BTC": 0.03,
}  # fmt: skip
BEGAN = {"BTC": date(2024, 7, 31)}
OWN_TOTALS = {date(2026, 2, 5): "etf_net_0205_farside"}
POLLED = (datetime(2026, 2, 6, 12, 10), datetime(2026, 2, 7, 12, 10), LAST_POLL)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def answers(market: Market) -> dict[str, Told]:
    held = history(market)

    def table(_: Request, asked_at: datetime) -> bytes:
        lines = [_line("", [*SHARES, "Total"], "th")]
        for day, session in held.items():
            said = [flow for since, flow in session.prints if since <= asked_at]
            if said:
                total = market.facts[OWN_TOTALS[day]].value if day in OWN_TOTALS else said[-1]
                parts = by_fund(market, day, round(total / TENTH_OF_A_MILLION))
                cells = [_cell(parts.get(fund)) for fund in SHARES]
                label = f"{day.day:02} {MONTHS[day.month - 1]} {day.year}"
                lines.append(_line(label, [*cells, _cell(sum(parts.values()))], "td"))
        return f'<html><body><table class="etf">{"".join(lines)}</table></body></html>'.encode()

    return {"farside/btc_flows": Told(POLLED, table)}


def by_fund(market: Market, day: date, tenths: int) -> dict[str, int]:
    """Tenths of a million by fund, of which there is a sum; the largest fund that is not published takes the rest."""
    random = seeded(f"funds {day}")
    known = {}
    if day.year == 2026:
        for fund in SHARES:
            fact = market.facts.get(f"etf_net_{day:%m%d}_{fund.lower()}")
            if fact:
                known[fund] = round(fact.value / TENTH_OF_A_MILLION)
    parts = dict(known)
    rest = tenths - sum(known.values())
    open_ended = [fund for fund in SHARES if fund not in known and day >= BEGAN.get(fund, day)]
    weight = sum(SHARES[fund] for fund in open_ended)
    for fund in open_ended:
        # Some money moves between funds whatever the sum is.
        moved = int(200 * SHARES[fund] * (2 * random.random() - 1))
        parts[fund] = int(rest * SHARES[fund] / weight) + moved
    parts[open_ended[0]] += tenths - sum(parts.values())
    return {fund: parts[fund] for fund in SHARES if fund in parts}


def _cell(tenths: int | None) -> str:
    """Millions with a bracket for minus; a dash where a fund had not begun."""
    if tenths is None:
        return "-"
    text = f"{abs(tenths) / 10:,.1f}"
    return f"({text})" if tenths < 0 else text


def _line(label: str, cells: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in [label, *cells]) + "</tr>"
