"""`unwind reparse`: raw made anew from what was captured, with no network and to the same content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
from rich.markup import escape

from ingestion.capture import CaptureStore
from ingestion.cases.case import load_case
from ingestion.contract import Dataset, load_contracts
from ingestion.errors import ContractError
from ingestion.ingest import IngestReport
from ingestion.landing import write_empty
from ingestion.places import Places
from ingestion.reparse import project
from ingestion.settings import Settings
from ingestion.sources import feed
from orchestration.console import out, told_plainly


@told_plainly
def reparse(wanted: list[str], case: str | None) -> int:
    """Exit code 1 when an answer cannot be read any more."""
    places = Places(Settings().data_dir, case)
    if case:
        load_case(case)
    everything = {dataset.key: dataset for dataset in load_contracts()}
    if unknown := [key for key in wanted if key not in everything]:
        raise ContractError(f"no dataset {', '.join(unknown)}; there are {', '.join(everything)}")
    broken = 0
    for key in wanted or list(everything):
        dataset = everything[key]
        before = raw_digest(places, dataset)
        report = rebuild(places, dataset)
        after = raw_digest(places, dataset)
        if not report.partitions:
            continue
        rows = sum(partition.rows for partition in report.partitions)
        told = "the same content as before" if after == before else "other content than before"
        out.print(f"{key}: {len(report.partitions)} partitions, {rows:,} rows, {told} ({after[:12]})")
        for text in report.unreadable:
            out.print(f"[red]refused[/red]    {key}: {escape(text)}", soft_wrap=True)
            broken += 1
    return 1 if broken else 0


def rebuild(places: Places, dataset: Dataset) -> IngestReport:
    """Every partition of a dataset from its captures, whatever it was made from before."""
    report = IngestReport(dataset.key)
    write_empty(places.raw, dataset)
    project(dataset, feed(dataset), CaptureStore(places.capture), places, report, is_forced=True)
    return report


def raw_digest(places: Places, dataset: Dataset) -> str:
    """sha256 over the rows of a raw dataset in grain order, whatever its partitions' bytes."""
    files = sorted(path for path in _folder(places, dataset).glob("*.parquet") if path.stem != "schema")
    if not files:
        return hashlib.sha256(b"").hexdigest()
    if dataset.is_events:  # of which a day has more than can be sorted here; its file is written in one way only
        return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files)).hexdigest()
    rows = pl.concat([pl.read_parquet(path) for path in files]).sort(*dataset.grain, "known_at", "_capture_id")
    return hashlib.sha256(rows.write_csv().encode()).hexdigest()


def _folder(places: Places, dataset: Dataset) -> Path:
    return places.raw / dataset.source / dataset.name
