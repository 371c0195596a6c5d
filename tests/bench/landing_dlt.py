"""The same pages and the same zip landed by dlt as most people would: row by row, with typed columns, to Parquet files.

The peer of tests.bench.landing, in a process of its own; imported only where dlt is installed.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt
import orjson

CANDLE = (
    "open_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "trades",
    "buy",
    "buy_quote",
)
TRADE = ("trade_id", "price", "quantity", "first_id", "last_id", "traded_at", "is_buyer_maker", "is_best_match")


def land_pages(folder: Path, out: Path) -> None:
    def rows() -> Iterator[list[dict[str, Any]]]:
        for path in sorted(folder.glob("*.json")):
            page = [dict(zip(CANDLE, row, strict=False)) for row in orjson.loads(path.read_bytes())]
            for row in page:
                for name in ("open_time", "close_time"):
                    row[name] = datetime.fromtimestamp(row[name] / 1000, UTC)
            yield page

    times = {"open_time": "timestamp", "close_time": "timestamp", "trades": "bigint"}
    _run("candles", rows, {name: times.get(name, "double") for name in CANDLE}, out)


def land_zip(path: Path, out: Path) -> None:
    def rows() -> Iterator[list[dict[str, Any]]]:
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as member:
            held = []
            for row in csv.DictReader(io.TextIOWrapper(member), fieldnames=TRADE):
                row["traded_at"] = datetime.fromtimestamp(int(row["traded_at"]) / 1_000_000, UTC)
                held.append(row)
                if len(held) == 10_000:
                    yield held
                    held = []
            yield held

    types = dict.fromkeys(TRADE, "bigint") | {"price": "double", "quantity": "double", "traded_at": "timestamp"}
    _run("trades", rows, types | {"is_buyer_maker": "bool", "is_best_match": "bool"}, out)


def _run(name: str, rows: Any, types: dict[str, str], out: Path) -> None:
    resource = dlt.resource(rows, name=name, columns={column: {"data_type": kind} for column, kind in types.items()})
    pipeline = dlt.pipeline(
        name,
        pipelines_dir=str(out / "pipelines"),
        destination=dlt.destinations.filesystem(bucket_url=str(out)),
        dataset_name="landed",
    )
    pipeline.run(resource(), loader_file_format="parquet")
