"""Raw from captures alone: no network, no clock. The same captures always give the same partitions.

Called at the end of every ingest, and on its own after a parser or a contract has changed. A partition that only has
got more captures is made from its stored rows and the new ones: an hour's poll costs the same at the end of a month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from ingestion.atomic import write_atomically
from ingestion.capture import Capture, CaptureStore
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.events import Taken, hidden, write_day
from ingestion.judging import JUDGED_TOGETHER, Parsed, judge_each, quarantine_rows
from ingestion.landing import PartitionReport, stored_inputs, stored_rows, write_partition
from ingestion.places import Places
from ingestion.sources import Feed
from ingestion.standing import standing
from ingestion.turns import turn
from ingestion.windows import PARTITION_FORMATS, partition_of

if TYPE_CHECKING:
    from ingestion.ingest import IngestReport

WHOLE = "all"


def project(
    dataset: Dataset,
    source: Feed,
    store: CaptureStore,
    places: Places,
    report: IngestReport,
    is_forced: bool = False,
) -> None:
    """Land every partition whose captures, contract or parser differ from what it was made from; all, if forced.

    A schedule's run and a repair may land one dataset at once. The later of them finds the captures of both.
    """
    with turn(places.raw / dataset.source / dataset.name):
        _project(dataset, source, store, places, report, is_forced)
    _notice_shared_labels(dataset, places, report)


@dataclass(frozen=True, slots=True)
class _Partition:
    """A partition's captures, a digest of what it is to be made from, and whether it is already.

    landed: how many of the captures, the first ones, the stored rows were made from.
    """

    name: str
    captures: list[Capture]
    inputs: str
    is_unchanged: bool
    landed: int

    @property
    def new(self) -> list[str]:
        return [] if self.is_unchanged else [capture.capture_id for capture in self.captures[self.landed :]]


def _project(
    dataset: Dataset, source: Feed, store: CaptureStore, places: Places, report: IngestReport, is_forced: bool
) -> None:
    partitions = _partitions(dataset, source, store, places, is_forced)
    # Answers of many small partitions are judged together; a partition is written when its last one is.
    judged = judge_each(dataset, source, _answers(dataset, store, partitions))
    for partition in partitions:
        if partition.is_unchanged:
            names = _existing(places, dataset, partition.name)
            report.partitions += [PartitionReport(name, is_unchanged=True) for name in names]
        elif dataset.is_events:
            _land_events(dataset, source, store, places, partition, report)
        else:
            _land(dataset, source, places, partition, islice(judged, len(partition.new)), report)


def _partitions(
    dataset: Dataset, source: Feed, store: CaptureStore, places: Places, is_forced: bool
) -> list[_Partition]:
    found = []
    unreadable = unreadable_captures(places, dataset)
    for name, captures in _by_partition(dataset, source, store).items():
        inputs = _inputs(dataset, source, captures)
        made_from = {stored_inputs(places.raw, dataset, existing) for existing in _existing(places, dataset, name)}
        # An unreadable answer is told again in every run, until the source gives another one.
        is_unchanged = not is_forced and made_from == {inputs} and not standing(captures, unreadable)
        is_whole = is_forced or is_unchanged or dataset.is_events
        landed = 0 if is_whole else _landed_already(places, dataset, source, name, captures)
        found.append(_Partition(name, captures, inputs, is_unchanged, landed))
    return found


def _answers(dataset: Dataset, store: CaptureStore, partitions: list[_Partition]) -> Iterator[Capture]:
    """What is to be judged, with its bodies: those of one partition at a time, or of several small ones."""
    ids: list[str] = []
    for partition in partitions:
        if len(ids) + len(partition.new) > JUDGED_TOGETHER:
            yield from store.each(dataset.source, dataset.name, ids)
            ids = []
        ids += partition.new
    yield from store.each(dataset.source, dataset.name, ids)


def unreadable_captures(places: Places, dataset: Dataset) -> set[str]:
    """Captures that could not be landed as a whole: their questions are asked again."""
    folder = places.quarantine / dataset.source / dataset.name
    frames = [pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))]
    return set(pl.concat(frames).filter(pl.col("scope") == "capture")["capture_id"]) if frames else set()


def _landed_already(places: Places, dataset: Dataset, source: Feed, partition: str, captures: list[Capture]) -> int:
    """How many of the captures, the first ones, the stored partition was made from; 0 if it is of something else."""
    made_from = None if partition == WHOLE else stored_inputs(places.raw, dataset, partition)
    digest = _digest_of(dataset, source)
    for number, capture in enumerate(captures, start=1):
        digest.update(f"|{capture.capture_id}".encode())
        if digest.hexdigest() == made_from:
            return number
    return 0


def _land(
    dataset: Dataset,
    source: Feed,
    places: Places,
    partition: _Partition,
    answers: Iterable[tuple[Capture, Parsed | UnreadableBody]],
    report: IngestReport,
) -> None:
    good: list[pl.DataFrame] = []
    bad: list[pl.DataFrame] = []
    empty: list[str] = []
    refused: dict[str, str] = {}
    if partition.landed:
        good.append(stored_rows(places.raw, dataset, partition.name))
        bad += _stored_quarantine(places, dataset, partition.name)
        refused |= dict(row for frame in bad for row in _refused(frame))
    for capture, parsed in answers:
        if isinstance(parsed, UnreadableBody):
            bad.append(quarantine_rows(capture, "capture", [(str(parsed), None)]))
            refused[capture.capture_id] = str(parsed)
            continue
        good.append(parsed.good)
        bad.append(parsed.bad)
        report.running += parsed.running
        if not (parsed.good.height or parsed.bad.height or parsed.running):
            empty.append(capture.url)
    _tell(refused, partition.captures, report)
    if empty and source.next_page is None:
        # Nothing may have happened; or a source that is not well has answered with an empty list.
        report.notices.append(f"{len(empty)} answer(s) without a row: {empty[0]}{' …' if len(empty) > 1 else ''}")
    counts = _write_quarantine(places, dataset, partition.name, bad)
    if not any(frame.height for frame in good):
        report.partitions.append(PartitionReport(partition.name, quarantined=counts, is_unchanged=True))
        return
    rows = pl.concat(good).with_columns(_partition_names(dataset, partition.name).alias("_partition"))
    for name, part in sorted(rows.partition_by("_partition", as_dict=True).items()):
        landed = write_partition(places.raw, dataset, str(name[0]), [part.drop("_partition")], partition.inputs)
        landed.quarantined, counts = counts, {}
        report.partitions.append(landed)


def _land_events(
    dataset: Dataset,
    source: Feed,
    store: CaptureStore,
    places: Places,
    partition: _Partition,
    report: IngestReport,
) -> None:
    """The same where rows cannot be held: all answers of the partition again, each to a file, and then together."""
    bad: list[pl.DataFrame] = []
    refused: dict[str, str] = {}
    taken: list[Taken] = []
    with ExitStack() as stack:
        for capture in store.read(dataset.source, dataset.name, partition.new):
            path = hidden(places.raw, dataset, partition.name, capture)
            stack.callback(path.unlink, missing_ok=True)
            is_first = all(one.capture.request_key != capture.request_key for one in taken)
            answer = Taken(path, dataset, capture, partition.inputs, is_first)
            try:
                answer.read(source)
            except UnreadableBody as error:
                bad.append(quarantine_rows(capture, "capture", [(str(error), None)]))
                refused[capture.capture_id] = str(error)
                continue
            bad += answer.bad
            report.running += answer.running
            if answer.answers:
                taken.append(answer)
        _tell(refused, partition.captures, report)
        counts = _write_quarantine(places, dataset, partition.name, bad)
        landed = PartitionReport(partition.name, is_unchanged=True)
        if taken:
            landed = write_day(places.raw, dataset, partition.name, taken, partition.inputs)
        landed.quarantined = counts
        report.partitions.append(landed)


def _tell(refused: dict[str, str], captures: list[Capture], report: IngestReport) -> None:
    """An unreadable answer fails the landing while it stands; afterwards it is a fact worth knowing."""
    still = standing(captures, refused)
    for capture_id, reason in refused.items():
        (report.unreadable if capture_id in still else report.notices).append(reason)


def _partition_names(dataset: Dataset, partition: str) -> pl.Expr:
    """Where rows go: all to the partition of their captures, or each to its own where one answer spans several.

    The state of now may hold facts of yesterday; they stay with the day of receipt, since yesterday's partition is
    made from other captures and would be overwritten.
    """
    if partition != WHOLE:
        return pl.lit(partition)
    return pl.col("event_date").dt.strftime(PARTITION_FORMATS[dataset.partition])


def _by_partition(dataset: Dataset, source: Feed, store: CaptureStore) -> dict[str, list[Capture]]:
    """Captures that hold rows, by the partition they are about (`all` where one answer spans partitions).

    An answer that repeats the previous one to the same question word for word adds nothing and is left out.
    """
    grouped: dict[str, list[Capture]] = {}
    previous: dict[tuple[str, str, bytes | None], str] = {}
    for row in store.index(dataset.source, dataset.name).iter_rows(named=True):
        capture = Capture(**row, body=b"")
        if not source.holds_rows(capture) or previous.get(capture.request_key) == capture.body_sha256:
            continue
        previous[capture.request_key] = capture.body_sha256
        name = partition_of(capture.covers_from, dataset.partition) if capture.covers_from else WHOLE
        grouped.setdefault(name, []).append(capture)
    return grouped


def _existing(places: Places, dataset: Dataset, partition: str) -> list[str]:
    folder = places.raw / dataset.source / dataset.name
    if partition != WHOLE:
        return [partition]
    return sorted(path.stem for path in folder.glob("*.parquet") if path.stem != "schema") or [WHOLE]


def _inputs(dataset: Dataset, source: Feed, captures: list[Capture]) -> str:
    digest = _digest_of(dataset, source)
    for capture in captures:
        digest.update(f"|{capture.capture_id}".encode())
    return digest.hexdigest()


def _digest_of(dataset: Dataset, source: Feed) -> hashlib._Hash:
    return hashlib.sha256(f"{dataset.fingerprint}|{source.version}".encode())


def _stored_quarantine(places: Places, dataset: Dataset, partition: str) -> list[pl.DataFrame]:
    path = places.quarantine / dataset.source / dataset.name / f"{partition}.parquet"
    return [pl.read_parquet(path)] if path.exists() else []


def _refused(quarantined: pl.DataFrame) -> list[tuple[str, str]]:
    """Answers that were put aside as a whole, with the reason."""
    return quarantined.filter(pl.col("scope") == "capture").select("capture_id", "reason").rows()


def _write_quarantine(places: Places, dataset: Dataset, partition: str, bad: list[pl.DataFrame]) -> dict[str, int]:
    """Replace what stands aside of a partition; the number of its rows by reason."""
    path = places.quarantine / dataset.source / dataset.name / f"{partition}.parquet"
    rows = pl.concat(bad) if bad else pl.DataFrame()
    if not rows.height:
        path.unlink(missing_ok=True)
        return {}
    write_atomically(path, lambda part: rows.write_parquet(part, compression="zstd"), is_private=True)
    # A refused answer is told as such, or as a notice once it is not the newest; here its rows are not counted.
    return dict(rows.filter(pl.col("scope") == "row")["reason"].value_counts().rows())


def _notice_shared_labels(dataset: Dataset, places: Places, report: IngestReport) -> None:
    """Report stamps that the source printed on rows of two periods: its convention has moved between files."""
    if dataset.label_column is None:
        return
    label, event = dataset.label_column, dataset.event_time
    files = sorted((places.raw / dataset.source / dataset.name).glob("*.parquet"))
    rows = pl.concat([pl.read_parquet(path, columns=[label, event]) for path in files])
    shared = rows.group_by(label).agg(pl.col(event).unique().sort()).filter(pl.col(event).list.len() > 1).sort(label)
    told = []
    for stamp, periods in shared.rows():
        listed = " and ".join(f"{period:%Y-%m-%d %H:%M}" for period in periods)
        told.append(f"the source's stamp {stamp:%Y-%m-%d %H:%M} stands on two periods, starting {listed}")
    # First, since old refused answers may be many and a summary shows only a few.
    report.notices[:0] = told
