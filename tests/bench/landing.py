"""Landing (G13): two hundred pages of candles and a zip of trades, from captures to raw Parquet, against dlt's rows.

Ours is all that a run does to them: the hash of every body, the contract, vintages, quarantine, the file. dlt is given
the bodies as files, the same JSON reader and the types of the columns. Its rows are found equal before a time counts.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl

from ingestion.capture import Capture, CaptureStore, capture_id
from ingestion.contract import Dataset, find
from ingestion.places import Places
from tests.bench.found import Found, Size
from tests.bench.jobs import in_rounds

CANDLES, TRADES = find("binance_spot/klines_1m"), find("binance_vision_trades/spot_agg_trades")
# Pages of a thousand candles, rows of the zip, rounds.
SIZES: dict[Size, tuple[int, int, int]] = {"full": (200, 300_000, 3), "quick": (100, 100_000, 2), "tiny": (4, 4_000, 1)}
# dlt's cost is by the row, so it is given a part.
PART = 4
# So many pages stay within a month, which is what a partition is.
PAGES_A_MONTH = 40
DAY = date(2026, 1, 1)
NOW = datetime(2026, 2, 1)
# Both land a little first, so that what a process does once is not counted.
OURS = """
from pathlib import Path
from ingestion.capture import CaptureStore
from ingestion.contract import find
from ingestion.ingest import IngestReport
from ingestion.places import Places
from ingestion.reparse import project
from ingestion.sources import feed
dataset = find({key!r})
def land(folder):
    places = Places(Path(folder))
    project(dataset, feed(dataset), CaptureStore(places.capture), places, IngestReport(dataset.key), is_forced=True)
land("warm")
def job(): land("whole")
"""
DLT = """
from pathlib import Path
from tests.bench.landing_dlt import {land}
{land}(Path("warm/{given}"), Path("warm/dlt"))
def job(): {land}(Path("part/{given}"), Path("part/dlt"))
"""


def measure(size: Size, home: Path) -> Found:
    pages, rows, rounds = SIZES[size]
    for folder, share in (("warm", pages // 2), ("whole", 1), ("part", PART)):
        write_pages(home / folder, pages // share)
        write_zip(home / folder, rows // share, rows)
    pieces = {"ours json": OURS.format(key=CANDLES.key), "ours csv": OURS.format(key=TRADES.key)}
    has_dlt = find_spec("dlt") is not None
    if has_dlt:
        pieces["dlt json"] = DLT.format(land="land_pages", given="pages")
        pieces["dlt csv"] = DLT.format(land="land_zip", given="trades.zip")

    def clear() -> None:
        for folder in home.glob("*/dlt"):
            shutil.rmtree(folder)

    spent = in_rounds(pieces, rounds, home, clear)
    clear()
    in_rounds({name: piece for name, piece in pieces.items() if "dlt" in name}, 1, home)
    compare(home, pages * 1000, rows, has_dlt)
    landed = {"ours json": pages * 1000, "ours csv": rows, "dlt json": pages // PART * 1000, "dlt csv": rows // PART}
    pace = {name: landed[name] / one.cpu for name, one in spent.items()}
    return Found(
        {f"G13 {kind}": pace[f"ours {kind}"] / pace[f"dlt {kind}"] for kind in ("json", "csv") if has_dlt},
        absent={} if has_dlt else dict.fromkeys(("G13 json", "G13 csv"), "dlt is not installed"),
        told=[f"{pages} pages of 1,000 candles, a zip of {rows:,} trades, {rounds} rounds; dlt one in {PART} of them"]
        + [f"{name} {pace[name]:,.0f} rows/CPU s, {one.peak_mb:.0f} MB" for name, one in spent.items()],
    )


def write_pages(home: Path, count: int) -> None:
    """Candles of the minute as the venue's REST answers have them, as files and as captures."""
    rng = np.random.default_rng(20260205)
    (home / "pages").mkdir(parents=True)
    captures = []
    for number in range(count):
        month, page = divmod(number, PAGES_A_MONTH)
        start = datetime(2025, 1 + month, 1) + timedelta(minutes=1000 * page)
        stamps = (np.datetime64(start, "ms").astype(int) + 60_000 * np.arange(1000)).tolist()
        prices = np.round(70_000 + np.cumsum(rng.normal(0, 3, 1000)), 2)
        coins = np.round(rng.lognormal(0, 1, 1000), 5)
        figures = [prices, prices + 5, prices - 5, prices + 1, coins, coins * prices, coins / 2, coins * prices / 2]
        texts = [[f"{figure:.8f}" for figure in one] for one in figures]
        cells = [stamps, *texts[:5], [at + 59_999 for at in stamps], texts[5], [*range(1000)], *texts[6:], ["0"] * 1000]
        body = json.dumps(list(zip(*cells, strict=True))).encode()
        (home / "pages" / f"{number:04d}.json").write_bytes(body)
        url = (
            f"https://data-api.binance.vision/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime={stamps[0]}&limit=1000"
        )
        last = start + timedelta(minutes=999)
        captures.append(captured(CANDLES, url, body, start.date(), last.date()))
    CaptureStore(Places(home).capture).append(captures)


def write_zip(home: Path, count: int, in_a_day: int) -> None:
    """The first trades of a day as the venue's archive has it, as a file and as a capture."""
    rng = np.random.default_rng(20260205)
    numbers = np.arange(count)
    rows = pl.DataFrame(
        {
            "trade_id": numbers,
            "price": np.round(70_000 + np.cumsum(rng.normal(0, 0.3, in_a_day)), 2)[:count],
            "quantity": np.round(rng.lognormal(-5, 2, in_a_day), 5)[:count],
            "first": 2 * numbers,
            "last": 2 * numbers + 1,
            "at": np.datetime64(DAY, "us").astype(int) + numbers * (86_400_000_000 // in_a_day),
            "is_buyer_maker": np.where(rng.random(count) < 0.5, "True", "False"),
            "is_best_match": ["True"] * count,
        }
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"BTCUSDT-aggTrades-{DAY}.csv", rows.write_csv(include_header=False))
    (home / "trades.zip").write_bytes(packed.getvalue())
    url = f"https://data.binance.vision/data/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-{DAY}.zip"
    CaptureStore(Places(home).capture).append([captured(TRADES, url, packed.getvalue(), DAY, DAY)])


def captured(dataset: Dataset, url: str, body: bytes, first: date, last: date) -> Capture:
    digest = hashlib.sha256(body).hexdigest()
    return Capture(
        capture_id=capture_id("GET", url, None, NOW, digest),
        source=dataset.source,
        dataset=dataset.name,
        method="GET",
        url=url,
        request_body=None,
        requested_at=NOW,
        received_at=NOW,
        status=200,
        content_type=None,
        body=body,
        body_sha256=digest,
        covers_from=first,
        covers_to=last,
        provenance="measured",
    )


def compare(home: Path, candles: int, trades: int, has_dlt: bool) -> None:
    """Raise AssertionError unless every row is there, and dlt's, which are the first of them, are the same."""
    for key, table, count, names in (
        (CANDLES.key, "candles", candles, {"open_time": "period_start_at", "close": "close_price"}),
        (TRADES.key, "trades", trades, {"traded_at": "traded_at", "price": "price", "quantity": "quantity_coins"}),
    ):
        own = list(names.values())
        ours = pl.read_parquet(home / "whole" / "raw" / key / "2*.parquet").select(own).sort(own)
        assert ours.height == count
        if has_dlt:
            theirs = (
                pl.read_parquet(home / "part" / "dlt" / "landed" / table / "*.parquet").select(*names).rename(names)
            )
            naive = pl.col(own[0]).dt.replace_time_zone(None).dt.cast_time_unit("us")
            assert theirs.height == count // PART
            assert theirs.with_columns(naive).sort(own).equals(ours.head(count // PART))
