"""Series that FRED shows by leave of their owners (S&P, Nasdaq, Cboe): same file, other licence."""

from __future__ import annotations

from ingestion.sources import Feed
from ingestion.sources.fred import parse, series_requests

SERIES = ("SP500", "NASDAQCOM", "DJIA", "VIXCLS")

FEEDS = {"series_daily": Feed(series_requests(SERIES), parse)}
