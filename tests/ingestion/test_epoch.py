"""Integer times: every unit is told by its digits, and nothing else passes."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ingestion.epoch import Unit, to_timestamp

ANY_MOMENT = st.datetimes(datetime(2009, 1, 4), datetime(2100, 1, 1)).map(lambda t: t.replace(microsecond=0))
UNITS: dict[Unit, int] = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@given(moment=ANY_MOMENT, unit=st.sampled_from(sorted(UNITS)))
def test_every_moment_round_trips_in_every_unit(moment: datetime, unit: Unit) -> None:
    text = str(int((moment - datetime(1970, 1, 1)).total_seconds()) * UNITS[unit])
    frame = pl.DataFrame({"t": [text]})
    assert frame.select(to_timestamp("t", tuple(UNITS)))["t"].to_list() == [moment]
    others = tuple(other for other in UNITS if other != unit)
    assert frame.select(to_timestamp("t", others))["t"].to_list() == [None]


@given(text=st.text(alphabet="0123456789-.eE", max_size=20))
def test_no_text_becomes_a_time_before_bitcoin(text: str) -> None:
    got = pl.DataFrame({"t": [text]}).select(to_timestamp("t", tuple(UNITS)))["t"][0]
    assert got is None or got >= datetime(2009, 1, 3) - timedelta(0)
