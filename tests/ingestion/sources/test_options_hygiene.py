"""Names of options: what is one is read exactly, what is none is told, and many of those refuse the answer."""

from __future__ import annotations

from datetime import datetime, time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.errors import UnreadableBody
from ingestion.options import read_names

FORMATS = {"%d%b%y": lambda day: f"{day.day}{day:%b%y}".upper(), "%Y%m%d": lambda day: f"{day:%Y%m%d}"}


def read(names: list[str | None], expiry: str = "%d%b%y") -> pl.DataFrame:
    return read_names(pl.DataFrame({"instrument_name": names}, schema={"instrument_name": pl.String}), expiry)


@given(
    st.sampled_from(sorted(FORMATS)),
    st.dates(datetime(2016, 1, 1).date(), datetime(2068, 1, 1).date()),
    st.integers(1, 10**7),
    st.sampled_from(["call", "put"]),
    st.sampled_from(["BTC", "ETH"]),
)
def test_a_name_tells_expiry_strike_and_side(expiry: str, day: datetime, strike: int, side: str, coin: str) -> None:
    row = read([f"{coin}-{FORMATS[expiry](day)}-{strike}-{side[0].upper()}"], expiry).row(0, named=True)
    assert (row["currency"], row["expiry_at"]) == (coin, datetime.combine(day, time(8)))
    assert (row["strike_price"], row["option_type"], row["_reject"]) == (str(strike), side, None)


@pytest.mark.parametrize(
    "name",
    ["", "BTC", "BTC-25SEP26-84000", "BTC-25SEP26-84000-C-C", "BTC-25SEP26--84000-C", "BTC-25SEP26-84e3-C",
     "BTC-30FEB26-84000-C", "BTC-SEP26-84000-C", "BTC-25SEP2026-84000-C", " BTC-25SEP26-84000-C", "btc-25sep26-1-c",
     "BTC-25SEP26-84000-c", "BTC-CS-25SEP26-84000_90000", None],
)  # fmt: skip
def test_what_is_no_name_is_told_and_not_guessed(name: str | None) -> None:
    row = read([name]).row(0, named=True)
    assert row["_reject"] == "name is not coin-expiry-strike-C or P"


@pytest.mark.parametrize(
    ("malformed", "of", "is_refused"), [(1, 20, False), (5, 500, False), (6, 500, True), (2, 2, True)]
)
def test_more_than_one_in_a_hundred_is_another_format(malformed: int, of: int, is_refused: bool) -> None:
    names: list[str | None] = ["?"] * malformed + [f"BTC-25SEP26-{n}-P" for n in range(1, of - malformed + 1)]
    if is_refused:
        with pytest.raises(UnreadableBody, match=f"{malformed} of {of} names are unreadable"):
            read(names)
    else:
        assert read(names)["_reject"].count() == malformed
