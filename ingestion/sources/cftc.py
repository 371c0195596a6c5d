"""CFTC: weekly positions of trader groups in the bitcoin and ether futures of the CME (financial futures, TFF)."""

from __future__ import annotations

from datetime import time, timedelta

import polars as pl

from ingestion.bodies import gate, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.local_time import utc_at
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.row_times import place
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://publicreporting.cftc.gov/resource/gpe5-46if.json"
# Bitcoin, micro bitcoin, ether, micro ether.
CONTRACTS = ("133741", "133742", "146021", "146022")
CLOSE_OF_BUSINESS = time(16)
RELEASE_AFTER, RELEASED = timedelta(days=3), time(15, 30)
FIELDS = {
    "cftc_contract_market_code": "contract_code",
    "market_and_exchange_names": "market_name",
    "report_date_as_yyyy_mm_dd": "report",
    "contract_units": "contract_units",
    "open_interest_all": "open_interest_contracts",
    "dealer_positions_long_all": "dealer_long_contracts",
    "dealer_positions_short_all": "dealer_short_contracts",
    "asset_mgr_positions_long": "asset_manager_long_contracts",
    "asset_mgr_positions_short": "asset_manager_short_contracts",
    "lev_money_positions_long": "leveraged_fund_long_contracts",
    "lev_money_positions_short": "leveraged_fund_short_contracts",
    "other_rept_positions_long": "other_reportable_long_contracts",
    "other_rept_positions_short": "other_reportable_short_contracts",
    "nonrept_positions_long_all": "non_reportable_long_contracts",
    "nonrept_positions_short_all": "non_reportable_short_contracts",
}
# Who moves the market: in one report one of them may be left out, in all of them it has another name.
TOLD_SOMEWHERE = (
    "asset_mgr_positions_long",
    "asset_mgr_positions_short",
    "lev_money_positions_long",
    "lev_money_positions_short",
)
NEEDED = ("cftc_contract_market_code", "report_date_as_yyyy_mm_dd", "open_interest_all")

_is_answer = gate(lambda body: isinstance(body, list), lambda body: body["message"])


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """A year a question: 53 reports of four contracts, under the page of 1,000.

    Tuesday's report comes out on Friday evening, when the three days of a daily run no longer hold Tuesday.
    """
    codes = ",".join(f"'{code}'" for code in CONTRACTS)
    return [
        get_json(
            dataset,
            piece,
            URL,
            {
                "$where": f"cftc_contract_market_code in ({codes})"
                f" and report_date_as_yyyy_mm_dd >= '{piece.first}T00:00:00.000'"
                f" and report_date_as_yyyy_mm_dd <= '{piece.last}T00:00:00.000'",
                "$order": "report_date_as_yyyy_mm_dd,cftc_contract_market_code",
                "$limit": 1000,
            },
            gate=_is_answer,
        )
        for piece in window.reaching_back(dataset.max_lag).pieces(dataset.partition)
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Positions at Tuesday's close. Counts come as text, and a field without a value is left out of its row.

    Published on the Friday of the same week at 15:30 in New York; in weeks with a holiday, and while the
    government is shut, later than that.
    """
    optional = [field for field in FIELDS if field not in NEEDED]
    report = pl.col("report").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us").dt.date()
    records = read_json(capture)
    frame = records_frame(records, FIELDS, optional).with_columns(
        report.alias("report_date"),
        utc_at(report, CLOSE_OF_BUSINESS).alias("observed_at"),
        utc_at(report + RELEASE_AFTER, RELEASED).alias("published_at"),
    )
    gone = [field for field in TOLD_SOMEWHERE if records and not any(field in record for record in records)]
    if gone:
        raise UnreadableBody(f"fields {gone} are in none of {len(records)} reports")
    return place(frame, "observed_at", capture)


FEEDS = {"tff_weekly": Feed(requests, parse)}
