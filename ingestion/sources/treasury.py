"""US Treasury: par yields by tenor. The XML feed is asked by month, its CSV twin by year; both answer whole."""

from __future__ import annotations

import re
from datetime import time
from xml.etree import ElementTree

import polars as pl

from ingestion.bodies import csv_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.local_time import utc_at
from ingestion.request import Request
from ingestion.row_times import outside_partition, reason_for_date
from ingestion.sources import Feed
from ingestion.text_tables import last_line_reason
from ingestion.windows import PartitionKind, Window

BASE = "https://home.treasury.gov/resource-center/data-chart-center/interest-rates"
XML_TENORS = {
    "BC_1MONTH": "1M", "BC_1_5MONTH": "1.5M", "BC_2MONTH": "2M", "BC_3MONTH": "3M", "BC_4MONTH": "4M",
    "BC_6MONTH": "6M", "BC_1YEAR": "1Y", "BC_2YEAR": "2Y", "BC_3YEAR": "3Y", "BC_5YEAR": "5Y",
    "BC_7YEAR": "7Y", "BC_10YEAR": "10Y", "BC_20YEAR": "20Y", "BC_30YEAR": "30Y",
}  # fmt: skip
CSV_TENORS = {
    "1 Mo": "1M", "1.5 Month": "1.5M", "2 Mo": "2M", "3 Mo": "3M", "4 Mo": "4M", "6 Mo": "6M", "1 Yr": "1Y",
    "2 Yr": "2Y", "3 Yr": "3Y", "5 Yr": "5Y", "7 Yr": "7Y", "10 Yr": "10Y", "20 Yr": "20Y", "30 Yr": "30Y",
}  # fmt: skip
# Printed on every day since 1990; other tenors came and went.
_ALWAYS = {"2Y", "10Y"}
_DATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
_META = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
# Declarations are where XML attacks live, and a NUL would hide one from this search (UTF-16).
_UNSAFE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)|\x00", re.IGNORECASE)
QUOTED, PUBLISHED = time(15, 30), time(18)


def xml_requests(dataset: Dataset, window: Window) -> list[Request]:
    """One question per month: an answer holds all of its month, whatever part of it is wanted."""
    path = "pages/xml?data=daily_treasury_yield_curve&field_tdr_date_value_month={day:%Y%m}"
    return [_question(dataset, piece, path) for piece in window.pieces("month")]


def csv_requests(dataset: Dataset, window: Window) -> list[Request]:
    query = "type=daily_treasury_yield_curve&field_tdr_date_value={day:%Y}&page&_format=csv"
    path = f"daily-treasury-rates.csv/{{day:%Y}}/all?{query}"
    return [_question(dataset, piece, path) for piece in window.pieces("year")]


def _question(dataset: Dataset, piece: Window, path: str) -> Request:
    return Request(
        source=dataset.source,
        dataset=dataset.name,
        url=f"{BASE}/{path.format(day=piece.first)}",
        kind="text",
        covers_from=piece.first,
        covers_to=piece.last,
    )


def parse_xml(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Yields in percent, one row per day and tenor; a tenor without a value (`m:null`) is no row.

    The root is a feed, or a <pre> where the site shows the feed as a page.
    """
    if _UNSAFE.search(capture.body):
        raise UnreadableBody("the XML declares a document type or entities, which this feed never does")
    try:
        root = ElementTree.fromstring(capture.body)  # noqa: S314
    except ElementTree.ParseError as error:
        raise UnreadableBody(f"not XML to its end: {error}") from error
    if root.tag.rpartition("}")[2] not in ("feed", "pre"):
        raise UnreadableBody(f"the XML is a <{root.tag}>, expected a feed")
    rows = []
    for entry in root.iter(f"{_META}properties"):
        cells = {child.tag.removeprefix(_DATA): child for child in entry}
        if gone := [name for name in ("NEW_DATE", "BC_2YEAR", "BC_10YEAR") if name not in cells]:
            raise UnreadableBody(f"elements {gone} are gone; there are {sorted(cells)}")
        for name, tenor in XML_TENORS.items():
            if name in cells and cells[name].get(f"{_META}null") != "true":
                rows.append((cells["NEW_DATE"].text, tenor, cells[name].text))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("day", "tenor", "par_yield_pct"), pl.String), orient="row")
    day = pl.col("day").str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us").dt.date()
    return _with_times(frame.with_columns(day.alias("observed_date")), capture, "month")


def parse_csv(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """The same from the yearly file: one column per tenor, newest day first, MM/DD/YYYY; an empty cell is no row."""
    optional = [name for name, tenor in CSV_TENORS.items() if tenor not in _ALWAYS]
    frame = csv_frame(capture.body, {"Date": "day"} | CSV_TENORS, "the Treasury's yearly file", optional)
    frame = frame.with_columns(last_line_reason(capture).alias("_reject"))
    long = frame.unpivot(index=["day", "_reject"], variable_name="tenor", value_name="par_yield_pct").filter(
        pl.col("par_yield_pct").is_not_null() & (pl.col("par_yield_pct") != "")
    )
    day = pl.col("day").str.to_date("%m/%d/%Y", strict=False)
    return _with_times(long.with_columns(day.alias("observed_date")), capture, "year")


def _with_times(frame: pl.DataFrame, capture: Capture, period: PartitionKind) -> pl.DataFrame:
    """Moments of quotation and publication; a day outside the month or year asked for is none of this answer's."""
    day = pl.col("observed_date")
    earlier = [pl.col("_reject")] if "_reject" in frame.columns else []
    return frame.select(
        "tenor",
        "observed_date",
        utc_at(day, QUOTED).alias("observed_at"),
        "par_yield_pct",
        utc_at(day, PUBLISHED).alias("published_at"),
        pl.coalesce(*earlier, reason_for_date(day), outside_partition(day, capture, period)).alias("_reject"),
    )


FEEDS = {"par_yields": Feed(xml_requests, parse_xml), "par_yields_csv": Feed(csv_requests, parse_csv)}
