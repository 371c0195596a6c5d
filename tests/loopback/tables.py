"""An answer's rows, whatever its format, taken apart and put together again: what row faults work on."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from ingestion.cases.wire import csv_name, zip_bytes

SPOT_COLUMNS = (
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count",
    "taker_buy_volume", "taker_buy_quote_volume", "ignore",
)  # fmt: skip
RETARGET_COLUMNS = ("time", "height", "difficulty", "adjustment")


@dataclass
class Table:
    """Rows with column names. `shape`: headless or headed CSV in a zip, JSON records, or bare JSON rows."""

    path: str
    columns: list[str]
    rows: list[list[Any]]
    shape: str

    @classmethod
    def decode(cls, path: str, body: bytes) -> Table:
        if path.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                rows: list[list[Any]] = list(csv.reader(archive.read(csv_name(path)).decode().splitlines()))
            if "/metrics/" in path:
                return cls(path, [str(name) for name in rows[0]], rows[1:], "headed")
            return cls(path, list(SPOT_COLUMNS), rows, "headless")
        answer = json.loads(body)
        if isinstance(answer, dict):
            records = answer["data"]["list"]
            return cls(path, list(records[0]), [list(record.values()) for record in records], "records")
        return cls(path, list(RETARGET_COLUMNS), answer, "rows")

    def encode(self) -> bytes:
        if self.shape == "rows":
            return json.dumps(self.rows).encode()
        if self.shape == "records":
            records = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
            return json.dumps({"code": 0, "msg": None, "data": {"list": records}}).encode()
        lines = ([self.columns] if self.shape == "headed" else []) + self.rows
        text = "".join(",".join(_cell(cell) for cell in line) + "\n" for line in lines)
        return zip_bytes(csv_name(self.path), text.encode())

    def at(self, column: str) -> int:
        """Position of a column; its name is the source's own."""
        return self.columns.index(column)


def _cell(value: Any) -> str:
    named = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    return named.get(str(value), str(value))
