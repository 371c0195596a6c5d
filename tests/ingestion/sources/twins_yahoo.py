"""Twins of Yahoo's charts: bars of a session and of an hour."""

from datetime import date

from ingestion.sources.yahoo import URL
from tests.ingestion.sources.twin import Twin

DAILY = Twin(
    "yahoo/chart_1d",
    "yahoo_chart-1d.json",
    f"{URL}/GC%3DF?period1=1704067200&period2=1735689600&interval=1d",
    date(2024, 3, 1),
    date(2024, 3, 8),
)
HOURLY = Twin(
    "yahoo/chart_1h",
    "yahoo_chart.json",
    f"{URL}/%5EDJI?period1=1709251200&period2=1711929600&interval=1h",
    date(2024, 3, 1),
    date(2024, 3, 8),
)
TWINS = [DAILY, HOURLY]
