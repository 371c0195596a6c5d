"""Yields of the United States: what the Treasury prints by month, and FRED passes on by series.

The yields of 5 and 6 February are FRED's; other days are walks, and other tenors than two and ten years follow them.
"""

from __future__ import annotations

from datetime import date, datetime

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.macro import Walk, walked
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.times import BACKFILL, days_of
from ingestion.request import Request

WALKS = {
    "DGS2": Walk(
        {"2024-01-02": 4.33, "2024-04-30": 5.04, "2024-09-16": 3.56, "2025-01-13": 4.40, "2025-10-06": 3.60,
         "2026-03-10": 3.50}, 0.0, 0.010, 2, ("ust2y_0205", "ust2y_0206"), "yields", 0.9,
    ),
    "DGS10": Walk(
        {"2024-01-02": 3.95, "2024-04-25": 4.70, "2024-09-16": 3.63, "2025-01-13": 4.79, "2025-10-06": 4.18,
         "2026-03-10": 4.15}, 0.0, 0.010, 2, ("ust10y_0205", "ust10y_0206"), "yields", 0.95,
    ),
    "DFII10": Walk(
        {"2024-01-02": 1.74, "2024-04-25": 2.28, "2024-09-16": 1.54, "2025-01-13": 2.34, "2025-10-06": 1.80,
         "2026-03-10": 1.83}, 0.0, 0.014, 2, ("ust10y_real_0205", "ust10y_real_0206"), "yields", 0.9,
    ),
}  # fmt: skip
# By which of the walks a tenor goes, and how far above it: half of the way between two and ten years at five.
TENORS = {"BC_2YEAR": (1.0, 0.0), "BC_5YEAR": (0.5, 0.0), "BC_10YEAR": (0.0, 0.0), "BC_30YEAR": (0.0, 0.62)}
DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"


def answers(market: Market) -> dict[str, Told]:
    yields = {series: walked(market, series, walk) for series, walk in WALKS.items()}

    def fred_table(request: Request, _: datetime) -> bytes:
        series = request.series or ""
        lines = [f"{day},{yields[series][day]:.2f}" for day in days_of(request) if day in yields[series]]
        return "\n".join([f"observation_date,{series}", *lines, ""]).encode()

    def treasury_feed(request: Request, _: datetime) -> bytes:
        entries = [_entry(day, yields) for day in days_of(request) if day in yields["DGS10"]]
        return f'<?xml version="1.0" encoding="utf-8"?>\n<pre>{"".join(entries)}</pre>'.encode()

    return {"fred/series_daily": Told(BACKFILL, fred_table), "treasury/par_yields": Told(BACKFILL, treasury_feed)}


def _entry(day: date, yields: dict[str, dict[date, float]]) -> str:
    two, ten = yields["DGS2"][day], yields["DGS10"][day]
    cells = "".join(
        f"<d:{name}>{two * share + ten * (1 - share) + over:.2f}</d:{name}>" for name, (share, over) in TENORS.items()
    )
    spaces = f'xmlns:m="{DATA}/metadata" xmlns:d="{DATA}"'
    return f"<entry><m:properties {spaces}><d:NEW_DATE>{day}T00:00:00</d:NEW_DATE>{cells}</m:properties></entry>"
