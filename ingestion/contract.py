"""What each dataset promises, read from dbt's sources YAML: the one declaration everybody else follows.

That these files belong to dbt is the only thing ingestion knows about dbt. Rules about rows are declared there
and enforced in judging.py.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ingestion.errors import ContractError
from ingestion.settings import PROJECT
from ingestion.windows import PartitionKind
from ingestion.yaml_file import read_yaml

STAGING = PROJECT / "dbt_project" / "models" / "staging"
TYPES = ("varchar", "double", "bigint", "timestamp", "date", "boolean")
TOPICS = ("prices", "derivatives", "options", "flows", "onchain", "macro", "stress")
CADENCES = ("ten_minutes", "quarter_hourly", "hourly", "daily", "weekly")
ACCESS = ("keyless", "key", "opt_in", "own_node")
Cadence = Literal["ten_minutes", "quarter_hourly", "hourly", "daily", "weekly"]
# Beyond this an answer is no longer one; sources with larger files say so (`max_body_mb`).
MAX_BODY_BYTES = 32 * 1024 * 1024
# Said for readers and schedules; they change no row, so raw is not made anew for them.
_NOT_IN_ROWS = ("topic", "cadence", "history", "is_proven", "stands_in", "traps")
_DURATION = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$")
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")


@dataclass(frozen=True, slots=True)
class Column:
    """One business column: name, type, what it means, its unit, and whether the source may leave it out."""

    name: str
    data_type: str
    description: str
    unit: str | None
    is_nullable: bool


@dataclass(frozen=True, slots=True)
class RowRule:
    """A condition every row must meet (Polars SQL); `otherwise` says what is wrong with a row that does not."""

    that: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a host may be asked: requests in a time, how many at once, and its own weight limit where it has one."""

    requests: int = 10
    seconds: float = 1.0
    at_once: int = 1
    weight_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """One source table. Grain: the columns that name a fact; several rows per grain are its vintages.

    access: keyless; key (asked only where `key_env` is set, sent in `key_header` or `key_query`); opt_in (only when the
    user names
    the source); own_node (only where `address_env` says where it is, a URL or a folder of this machine).
    is_snapshot: an answer is the state at its moment and nobody gives it back later; it belongs to the day it was
    received. history: how far back the source answers, None for all of it.
    is_proven: its parser has read real bytes, not only payloads written from the documentation.
    stands_in: datasets that say about the same when this one is silent.
    archive_above_bytes: size from which a body is kept as a file of its own and never held in memory.
    is_events: too many rows to hold. An answer is one vintage as a whole: whoever wants the newest takes the newest
    answer's rows, and a row that a corrected file no longer has is not in them.
    """

    source: str
    name: str
    description: str
    topic: str
    host: str
    access: Literal["keyless", "key", "opt_in", "own_node"]
    key_env: str | None
    key_header: str | None
    key_query: str | None
    address_env: str | None
    pace: Pace
    cadence: Cadence
    is_snapshot: bool
    history: timedelta | None
    is_proven: bool
    stands_in: tuple[str, ...]
    traps: tuple[str, ...]
    partition: PartitionKind
    grain: tuple[str, ...]
    event_time: str
    expected_per_day: int | None
    published_after: Literal["utc_day_end", "period_end"]
    publication_lag: timedelta
    max_lag: timedelta
    is_revisable: bool
    is_events: bool
    bad_row_tolerance_ratio: float
    label_column: str | None
    rules: tuple[RowRule, ...]
    columns: tuple[Column, ...]
    licence: str
    licence_url: str
    attribution: str
    is_redistributable: bool
    max_body_bytes: int
    archive_above_bytes: int | None
    fingerprint: str

    @property
    def key(self) -> str:
        return f"{self.source}/{self.name}"


def parse_duration(text: str) -> timedelta:
    """An ISO 8601 duration of days, hours and minutes.

    >>> parse_duration("P1DT8H")
    datetime.timedelta(days=1, seconds=28800)
    """
    match = _DURATION.match(text)
    if not match or text in ("P", "PT"):
        raise ContractError(f"{text!r} is not a duration such as PT8H or P3D")
    days, hours, minutes = (int(group or 0) for group in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


@cache
def load_contracts(staging: Path = STAGING) -> tuple[Dataset, ...]:
    """Every declared dataset, ordered by key. Raises ContractError naming the file and what is wrong."""
    found: list[Dataset] = []
    for path in sorted(staging.glob("*/_*.yml")):
        for source in (read_yaml(path) or {}).get("sources", []):
            for table in source["tables"]:
                try:
                    found.append(_dataset(source, table))
                except (KeyError, TypeError, ValueError) as error:
                    name = f"{source['name']}.{table['name']}"
                    raise ContractError(f"{path.name}: {name}: {type(error).__name__}: {error}") from error
    return tuple(sorted(found, key=lambda dataset: dataset.key))


def find(key: str, contracts: tuple[Dataset, ...] | None = None) -> Dataset:
    """The dataset called `<source>/<name>`."""
    everything = contracts or load_contracts()
    for dataset in everything:
        if dataset.key == key:
            return dataset
    raise ContractError(f"no dataset {key!r}; there are {', '.join(d.key for d in everything)}")


def _dataset(source: dict[str, Any], table: dict[str, Any]) -> Dataset:
    upper, meta = source["config"]["meta"], table["config"]["meta"]
    columns = tuple(_column(column) for column in table["columns"])
    names = [column.name for column in columns]
    for needed in (*meta["grain"], meta["event_time"]):
        if needed not in names:
            raise ContractError(f"{table['name']}: {needed!r} is not among its columns")
    if meta["topic"] not in TOPICS:
        raise ContractError(f"{table['name']}: topic {meta['topic']!r} is none of {', '.join(TOPICS)}")
    for name in (source["name"], table["name"]):
        if not _NAME.match(name):
            raise ContractError(f"{name!r} is not a name: lower case, digits and underscores")
    for said, allowed in ((meta["cadence"], CADENCES), (upper.get("access", "keyless"), ACCESS)):
        if said not in allowed:
            raise ContractError(f"{table['name']}: {said!r} is none of {', '.join(allowed)}")
    if "archive_above_mb" in upper and "key" in upper:
        raise ContractError(f"{table['name']}: a key that a host repeats cannot be taken out of an archive")
    if meta.get("is_events") and meta["partition"] != "day":
        raise ContractError(f"{table['name']}: events are kept by day")
    shape = {k: v for k, v in meta.items() if k not in _NOT_IN_ROWS} | {
        "columns": [(c.name, c.data_type, c.is_nullable) for c in columns]
    }
    return Dataset(
        source=source["name"],
        name=table["name"],
        description=" ".join(table["description"].split()),
        topic=meta["topic"],
        host=upper["host"],
        access=upper.get("access", "keyless"),
        key_env=upper.get("key", {}).get("env"),
        key_header=upper.get("key", {}).get("header"),
        key_query=upper.get("key", {}).get("query"),
        address_env=upper.get("address_env"),
        pace=Pace(**upper.get("pace", {})),
        cadence=meta["cadence"],
        is_snapshot=bool(meta.get("is_snapshot", False)),
        history=parse_duration(meta["history"]) if "history" in meta else None,
        is_proven=bool(meta.get("is_proven", False)),
        stands_in=tuple(meta.get("stands_in", ())),
        traps=tuple(" ".join(trap.split()) for trap in meta.get("traps", ())),
        partition=meta["partition"],
        grain=tuple(meta["grain"]),
        event_time=meta["event_time"],
        expected_per_day=meta.get("expected_per_day"),
        published_after=meta["publication"]["after"],
        publication_lag=parse_duration(meta["publication"]["lag"]),
        max_lag=parse_duration(meta["max_lag"]),
        is_revisable=bool(meta["is_revisable"]),
        is_events=bool(meta.get("is_events", False)),
        bad_row_tolerance_ratio=float(meta["bad_row_tolerance_ratio"]),
        label_column=meta.get("label_column"),
        rules=tuple(RowRule(rule["that"], rule["else"]) for rule in meta.get("rules", [])),
        columns=columns,
        licence=upper["licence"],
        licence_url=upper["licence_url"],
        attribution=upper["attribution"],
        is_redistributable=bool(upper["is_redistributable"]),
        max_body_bytes=int(upper["max_body_mb"] * 1024**2) if "max_body_mb" in upper else MAX_BODY_BYTES,
        archive_above_bytes=int(upper["archive_above_mb"] * 1024**2) if "archive_above_mb" in upper else None,
        fingerprint=hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:16],
    )


def _column(column: dict[str, Any]) -> Column:
    meta = column.get("config", {}).get("meta", {})
    if column["data_type"] not in TYPES:
        raise ContractError(f"{column['name']}: type {column['data_type']!r} is none of {', '.join(TYPES)}")
    return Column(
        name=column["name"],
        data_type=column["data_type"],
        description=" ".join(column["description"].split()),
        unit=meta.get("unit"),
        is_nullable=bool(meta.get("is_nullable", False)),
    )
