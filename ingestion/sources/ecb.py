"""European Central Bank: reference rates against the euro since 1999, all days in one zip."""

from __future__ import annotations

from datetime import time

import polars as pl

from ingestion.archives import read_single_member
from ingestion.bodies import csv_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.local_time import utc_at
from ingestion.request import Request
from ingestion.row_times import reason_for_date
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
MEMBER = "eurofxref-hist.csv"
# What the dollar proxy is made of, and the renminbi.
CURRENCIES = ("USD", "JPY", "GBP", "CAD", "SEK", "CHF", "CNY")
FRANKFURT = "Europe/Berlin"
AGREED, PUBLISHED = time(14, 15), time(16)


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [Request(source=dataset.source, dataset=dataset.name, url=URL, kind="zip")]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Units of a currency for one euro, one row per day and currency; N/A is no row. Newest day first in the file."""
    columns = {"Date": "day"} | {name: name for name in CURRENCIES}
    wide = csv_frame(read_single_member(capture.body, MEMBER), columns, MEMBER)
    frame = wide.unpivot(index="day", variable_name="currency", value_name="units_per_eur").filter(
        pl.col("units_per_eur") != "N/A"
    )
    day = pl.col("day").str.to_date("%Y-%m-%d", strict=False)
    return frame.select(
        "currency",
        day.alias("observed_date"),
        utc_at(day, AGREED, FRANKFURT).alias("observed_at"),
        "units_per_eur",
        utc_at(day, PUBLISHED, FRANKFURT).alias("published_at"),
        reason_for_date(day).alias("_reject"),
    )


FEEDS = {"reference_rates": Feed(requests, parse)}
