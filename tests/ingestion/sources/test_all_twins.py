"""What holds for every payload of every source: whole, cut at any byte, in any order, with numbers that are none.

A bad row must not hide behind the share of bad rows that refuses a whole answer, so that share is lifted here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingestion.body_gate import check_body
from ingestion.contract import Dataset, find
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.judging import Parsed, check
from ingestion.request import Request
from ingestion.sources import feed
from ingestion.vintages import collapse
from ingestion.windows import Window
from tests.ingestion.sources.landed import put
from tests.ingestion.sources.twin import Twin, registered

TWINS = registered()
EVERY_TWIN = pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.dataset} {twin.payload}")
IN_JSON = [twin for twin in TWINS if twin.payload.endswith(".json")]
# Longer text is cut where hypothesis says; JSON is refused before it is read, so every cut of it is cheap.
EVERY_CUT_OF_TEXT = 400
# Rows of these are what they are by their place, or stand in no list that could be shuffled here.
POSITIONAL = {
    "hyperliquid_metaAndAssetCtxs.json": "names and states are two lists",
    "deribit_get_tradingview_chart_data.json": "parallel lists of cells",
    "brk_series_hash_price_phs.json": "values are counted from a first day",
    "yahoo_chart.json": "parallel lists of cells",
    "yahoo_chart-1d.json": "parallel lists of cells",
    "farside_btc.html": "a page, turned round in test_farside",
    "ishares_ibit-fund-history.xml": "a workbook",
    "treasury_daily-par-yield-xml.xml": "a document",
}
# The time since the payment before is longer where that payment's row was put aside.
FROM_NEIGHBOURS = {"interval_hours"}
# Of each minute the last row counts: where its time is unreadable, the one before it is the last.
LAST_OF_SEVERAL = {"tardis_deribit_options_chain.csv"}
NO_NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999")
_IN_JSON = re.compile(rb'(?<=[:\[,])(\s*"?)(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?="?\s*[,\]}])')
_IN_TEXT = re.compile(rb"(?<=[,\n>])(\$?)(-?\d+(?:\.\d+)?)(?=[,\r\n<])")


def whole(twin: Twin, body: bytes | None = None) -> Parsed:
    """What landing takes of a body, however many rows of it are bad."""
    dataset, capture = find(twin.dataset), twin.capture(body)
    patient = replace(dataset, bad_row_tolerance_ratio=1.0)
    return check(patient, feed(dataset).parse(dataset, capture), capture, 1)


def facts(twin: Twin, parsed: Parsed, leave_out: Callable[[str, str], bool] = lambda name, kind: False) -> set[Any]:
    dataset = find(twin.dataset)
    names = [column.name for column in dataset.columns if not leave_out(column.name, column.data_type)]
    return set(parsed.good.select(*names, "published_at").rows())


@cache
def right(twin: Twin) -> Parsed:
    return whole(twin)


def asked(twin: Twin) -> Request:
    """A question that such an answer would be given to. Gates have their own tests."""
    dataset: Dataset = find(twin.dataset)
    first, last = twin.covers_from or date(2026, 5, 11), twin.covers_to or date(2026, 5, 11)
    request = feed(dataset).requests(dataset, Window(first, last))[0]
    return replace(request, gate=None, kind=twin.kind or request.kind)


@EVERY_TWIN
def test_a_whole_answer_has_rows_and_no_bad_one(twin: Twin) -> None:
    check_body(asked(twin), twin.body)
    parsed = right(twin)
    assert parsed.good.height
    assert parsed.bad["reason"].to_list() == []
    assert parsed.running == 0


@EVERY_TWIN
@settings(max_examples=1, deadline=None)
@given(data=st.data())
def test_a_cut_answer_is_refused_or_gives_only_right_rows(twin: Twin, data: st.DataObject) -> None:
    body, request = twin.body, asked(twin)
    ends: list[int] | range = range(len(body))
    if request.kind in ("text", "html") and len(body) > EVERY_CUT_OF_TEXT:
        ends = data.draw(st.lists(st.sampled_from(ends), min_size=100, max_size=100, unique=True))
    for end in ends:
        passed = True
        try:
            check_body(request, body[:end])
        except BodyRejected:
            passed = False
        try:
            rows = facts(twin, whole(twin, body[:end]))
        except UnreadableBody:
            continue
        # Not even what the gate refuses may be read wrongly: bodies are read again from the store.
        assert rows <= facts(twin, right(twin)), f"cut at {end} of {len(body)}, {passed=}"


def shuffled(twin: Twin, turn: random.Random) -> bytes:
    """The payload with every list of its rows in another order, some of them twice."""

    def mix(rows: list[Any]) -> list[Any]:
        mixed = rows + turn.choices(rows, k=2) if rows else []
        turn.shuffle(mixed)
        return mixed

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: walk(held) for name, held in node.items()}
        if isinstance(node, list):
            held = [walk(item) for item in node]
            return mix(held) if all(isinstance(item, dict | list) for item in node) else held
        return node

    if twin.payload.endswith(".json"):
        return orjson.dumps(walk(orjson.loads(twin.content)))
    first, *lines = twin.content.decode("utf-8-sig").splitlines()
    is_headed = not first[:1].isdigit()
    head = [first] if is_headed else []
    return twin.wrap(("\n".join([*head, *mix(lines if is_headed else [first, *lines])]) + "\n").encode())


def landed(twin: Twin, parsed: Parsed) -> pl.DataFrame:
    dataset = find(twin.dataset)
    return collapse(parsed.good, dataset).drop("_capture_id").sort(dataset.grain)


@EVERY_TWIN
@settings(max_examples=4, deadline=None)
@given(turn=st.randoms(use_true_random=False))
def test_order_and_repeats_of_rows_do_not_matter(twin: Twin, turn: random.Random) -> None:
    if twin.payload in POSITIONAL:
        pytest.skip(POSITIONAL[twin.payload])
    parsed = whole(twin, shuffled(twin, turn))
    assert parsed.bad["reason"].to_list() == []
    assert landed(twin, parsed).equals(landed(twin, right(twin)))


@EVERY_TWIN
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_what_is_no_number_never_lands(twin: Twin, data: st.DataObject) -> None:
    form = _IN_JSON if twin.payload.endswith(".json") else _IN_TEXT
    numbers = list(form.finditer(twin.content))
    assume(numbers)
    place = data.draw(st.sampled_from(numbers))
    word = data.draw(st.sampled_from(NO_NUMBERS)).encode()
    planted = twin.content[: place.start(2)] + word + twin.content[place.end(2) :]
    try:
        parsed = whole(twin, twin.wrap(planted))
    except UnreadableBody:
        return
    floats = parsed.good.select(pl.selectors.float())
    assert floats.select(pl.all_horizontal(pl.all().is_finite() | pl.all().is_null()).all()).item() in (True, None)
    if twin.payload in LAST_OF_SEVERAL:
        return

    # Texts are taken as they are printed: an id may be any word.
    def is_left_out(name: str, kind: str) -> bool:
        return kind == "varchar" or name in FROM_NEIGHBOURS

    assert facts(twin, parsed, is_left_out) <= facts(twin, right(twin), is_left_out)


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of everything in a parsed body, the whole of it first."""
    yield path
    if isinstance(node, dict | list):
        for step, held in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(held, (*path, step))


@pytest.mark.parametrize("twin", IN_JSON, ids=lambda twin: f"{twin.dataset} {twin.payload}")
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_body_of_another_form_is_told_as_unreadable_and_crashes_nothing(twin: Twin, data: st.DataObject) -> None:
    holder = {"body": orjson.loads(twin.content)}
    path = data.draw(st.sampled_from(list(places(holder))[1:]))
    strange: Any = data.draw(st.sampled_from([None, "x", "", [], [[]], {}, [{}], 7, 1.5, True]))
    put(strange, *path)(holder)
    body, dataset = orjson.dumps(holder["body"]), find(twin.dataset)
    with suppress(UnreadableBody):
        whole(twin, body)
    follow = feed(dataset).next_page
    if follow:
        with suppress(UnreadableBody):
            follow(dataset, replace(asked(twin), url=twin.url), twin.capture(body))


def test_the_exceptions_are_payloads_that_are_read() -> None:
    assert {*POSITIONAL, *LAST_OF_SEVERAL} <= {twin.payload for twin in TWINS}
