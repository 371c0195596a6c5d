"""Whatever is written into a run's tags and config, it becomes days and plain names, or an error."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.cases.case import load_case
from ingestion.errors import ContractError
from ingestion.windows import PARTITION_FORMATS, partition_of
from orchestration.run_scope import (
    PARTITION,
    RANGE_END,
    RANGE_START,
    instant_name,
    parse_day,
    parse_instant,
    window_of,
)

TODAY = date(2026, 3, 10)
ATTACKS = (
    "..",
    "../../etc/passwd",
    "2026-02-05/..",
    "2026-02-05\0",
    "%2e%2e%2f",
    "２０２６-02-05",
    "x'; copy (select 1)",
)
# Arbitrary text, and text that is almost a day.
texts = st.text() | st.sampled_from(ATTACKS) | st.from_regex(r"[0-9]{4}-?W?[0-9]{1,2}-?[0-9]{0,2}.?", fullmatch=True)


@given(texts, texts)
def test_a_partition_key_becomes_a_day_or_an_error(first: str, last: str) -> None:
    for tags in ({PARTITION: first}, {RANGE_START: first, RANGE_END: last}):
        try:
            window = window_of(tags, TODAY)
        except ValueError:
            continue
        for kind in PARTITION_FORMATS:
            name = partition_of(window.first, kind)
            assert re.fullmatch(r"\d{1,4}(-\d\d){0,2}", name, re.ASCII), name
            root = Path("/root-of-the-data")
            assert (root / f"{name}.parquet").resolve().parent == root


@given(texts)
def test_a_moment_becomes_a_plain_name_or_an_error(text: str) -> None:
    try:
        moment = parse_instant(text)
    except (ValueError, OverflowError):
        return
    assert re.fullmatch(r"[a-z0-9_]+", instant_name(moment), re.ASCII)


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_day(text)


@pytest.mark.parametrize("name", [*ATTACKS, "/etc", "feb_2026/../feb_2026", "CON"])
def test_a_case_is_one_of_those_there_are(name: str) -> None:
    with pytest.raises(ContractError, match="no bundled case"):
        load_case(name)
