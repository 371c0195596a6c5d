"""Twins of FRED's payloads: government series, series of other owners, and the API's vintages."""

from datetime import date

from ingestion.sources.fred import URL
from tests.ingestion.sources.twin import Twin

DAILY = Twin(
    "fred/series_daily",
    "fred_fredgraph.csv",
    f"{URL}?id=DGS10&cosd=2024-03-01&coed=2024-03-31",
    date(2024, 3, 1),
    date(2024, 3, 31),
)
THIRD_PARTY = Twin(
    "fred_third_party/series_daily",
    "fred_fredgraph-sp500.csv",
    f"{URL}?id=SP500&cosd=2024-07-01&coed=2024-07-31",
    date(2024, 7, 1),
    date(2024, 7, 31),
)
VINTAGES = Twin(
    "fred_api/observations",
    "fred_series-observations.json",
    "https://api.stlouisfed.org/fred/series/observations?series_id=DGS10&file_type=json&realtime_start=2024-03-01"
    "&realtime_end=9999-12-31&observation_start=2024-03-01&observation_end=2024-03-31",
    date(2024, 3, 1),
    date(2024, 3, 31),
)
TWINS = [DAILY, THIRD_PARTY, VINTAGES]
