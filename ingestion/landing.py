"""From judged rows to one raw partition: collapse into vintages, stamp, write atomically. Judging is judging.py.

A partition file is a pure function of the captures of that partition, so landing it again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.atomic import write_atomically
from ingestion.contract import Dataset
from ingestion.parquet import ROW_GROUP, writer_settings
from ingestion.vintages import collapse, stamp_known_at

_ARROW = {
    "varchar": pa.string(),
    "double": pa.float64(),
    "bigint": pa.int64(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}
_ENVELOPE: list[pa.Field[Any]] = [
    pa.field("published_at", pa.timestamp("us")),
    pa.field("known_at", pa.timestamp("us"), nullable=False),
    pa.field("is_known_at_estimated", pa.bool_(), nullable=False),
    pa.field("is_possibly_restated", pa.bool_(), nullable=False),
    pa.field("provenance", pa.string(), nullable=False),
    pa.field("_capture_id", pa.string(), nullable=False),
    pa.field("_fetched_at", pa.timestamp("us"), nullable=False),
    pa.field("_parser_version", pa.int32(), nullable=False),
]
ENVELOPE = pa.schema(_ENVELOPE)
INPUTS = b"unwind.inputs"


@dataclass(slots=True)
class PartitionReport:
    """What landing one partition did. `quarantined` counts rows by reason."""

    partition: str
    rows: int = 0
    vintages: int = 0
    is_unchanged: bool = False
    quarantined: dict[str, int] = field(default_factory=dict)


def raw_schema(dataset: Dataset) -> pa.Schema:
    """Business columns of the contract, then the envelope."""
    business = [pa.field(c.name, _ARROW[c.data_type], nullable=c.is_nullable) for c in dataset.columns]
    return pa.schema([*business, *ENVELOPE])


def write_partition(
    root: Path, dataset: Dataset, partition: str, rows: list[pl.DataFrame], inputs: str
) -> PartitionReport:
    """Collapse rows into vintages, stamp them, and replace `<root>/<source>/<name>/<partition>.parquet`."""
    folder = root / dataset.source / dataset.name
    together = stamp_known_at(collapse(pl.concat(rows), dataset), dataset)
    schema = raw_schema(dataset)
    table = together.sort(*dataset.grain, "known_at", "_capture_id").select(schema.names).to_arrow().cast(schema)
    table = table.replace_schema_metadata({INPUTS: inputs.encode()})
    write_atomically(
        folder / f"{partition}.parquet",
        lambda part: pq.write_table(table, part, row_group_size=ROW_GROUP, **writer_settings(dataset, schema)),
    )
    facts = int(together["_is_first"].sum())
    return PartitionReport(partition, rows=facts, vintages=together.height - facts)


def write_empty(root: Path, dataset: Dataset) -> None:
    """A zero-row file, so that a dataset nothing was landed for yet is readable: an empty glob is an error."""
    path = root / dataset.source / dataset.name / "schema.parquet"
    schema = raw_schema(dataset)
    if path.exists() and pq.read_schema(path).equals(schema):
        return
    write_atomically(path, lambda part: pq.write_table(schema.empty_table(), part))


def stored_inputs(root: Path, dataset: Dataset, partition: str) -> str | None:
    """What the stored partition was made from, None where there is none (or none that can be read)."""
    path = root / dataset.source / dataset.name / f"{partition}.parquet"
    try:
        return (pq.read_schema(path).metadata or {}).get(INPUTS, b"").decode()
    except (FileNotFoundError, pa.ArrowInvalid):
        return None


def stored_rows(root: Path, dataset: Dataset, partition: str) -> pl.DataFrame:
    """The vintages of a stored partition as judging gave them: without what landing stamps."""
    rows = pl.read_parquet(root / dataset.source / dataset.name / f"{partition}.parquet")
    return rows.select(
        *[c.name for c in dataset.columns],
        "published_at",
        "provenance",
        "_capture_id",
        "_fetched_at",
        "_parser_version",
        pl.col(dataset.event_time).dt.date().alias("event_date"),
    )
