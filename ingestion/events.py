"""Landing of events: a day's answers are read and judged in pieces, and never held as a whole.

An answer is a vintage as a whole. Its rows stay in full beside those of the answer before it, so that a row which a
corrected file has lost is neither forgotten nor counted. Each answer's rows stand in the order of time.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.atomic import write_atomically
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.judging import CONFLICT, judge, quarantine_rows, refuse_beyond_tolerance
from ingestion.landing import INPUTS, PartitionReport, raw_schema
from ingestion.parquet import ROW_GROUP, writer_settings
from ingestion.sources import Feed
from ingestion.vintages import stamp_known_at

ANSWERS = b"unwind.answers"
# A file of which so many rows are bad is refused before its end: they are held, to be put aside with their reasons.
MOST_BAD = 100_000
# What is out of order is put in order in pieces of this length.
ORDERED_AT_ONCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partition holds of one answer: the question it was to, how many rows, the last event, and since when."""

    capture_id: str
    url: str
    rows: int
    last_at: datetime
    known_at: datetime


class Taken:
    """The rows of one answer on disk, under a hidden name; `bad` are those that were put aside.

    inputs: what its partition is made from. is_first: no answer to its question came before.
    """

    def __init__(self, path: Path, dataset: Dataset, capture: Capture, inputs: str, is_first: bool) -> None:
        self.path = path
        self.capture = capture
        self.running = 0
        self.bad: list[pl.DataFrame] = []
        self.answers: list[Answer] = []
        self._dataset = dataset
        self._inputs = inputs
        self._is_first = is_first
        self._reasons: Counter[str] = Counter()

    def read(self, source: Feed) -> None:
        """Take the answer to its end. Raises UnreadableBody."""
        judged, is_ordered, before = 0, True, None
        with self._rows(self.path) as rows:
            for frame in source.pieces(self._dataset, self.capture) if source.pieces else ():
                piece = judge(self._dataset, frame, self.capture, source.version)
                judged += piece.judged
                self.running += piece.running
                self._put_aside(piece.bad)
                if piece.good.height:
                    is_ordered = is_ordered and self._follows(piece.good, before)
                    before = piece.good.tail(1)
                    rows.add(stamp_known_at(piece.good.with_columns(_is_first=pl.lit(self._is_first)), self._dataset))
        if not is_ordered:
            rows = self._put_in_order()
        refuse_beyond_tolerance(self._dataset, self._reasons, judged)
        self.answers = rows.answers

    def _rows(self, path: Path) -> DayFile:
        return DayFile(path, self._dataset, self._inputs, self.capture)

    def _put_aside(self, bad: pl.DataFrame) -> None:
        if bad.height:
            self.bad.append(bad)
            self._reasons.update(bad["reason"].to_list())
            if self._reasons.total() > MOST_BAD:
                told = "; ".join(f"{reason} ({count})" for reason, count in self._reasons.most_common(4))
                raise UnreadableBody(f"more than {MOST_BAD} rows are bad: {told}")

    def _follows(self, rows: pl.DataFrame, before: pl.DataFrame | None) -> bool:
        """Whether times do not fall and numbers rise, from the row before on: then no row can be there twice."""
        both = rows if before is None else pl.concat([before, rows])
        number, at = both[self._dataset.grain[-1]], both[self._dataset.event_time]
        return bool(at.is_sorted() and (number.diff().drop_nulls() > 0).all())

    def _put_in_order(self) -> DayFile:
        """Write the rows again by time and number; of a fact said twice one, of one said differently none."""
        grain, at = list(self._dataset.grain), self._dataset.event_time
        stored = pl.scan_parquet(self.path, hive_partitioning=False)
        keys = stored.select(grain).collect()
        twice = keys.filter(keys.is_duplicated()).unique()
        said = stored.join(twice.lazy(), on=grain, how="semi").unique(maintain_order=True).collect()
        is_conflict = said.select(grain).is_duplicated()
        names = [column.name for column in self._dataset.columns]
        told = said.filter(is_conflict).select(pl.struct(names).struct.json_encode()).to_series()
        self._put_aside(quarantine_rows(self.capture, "row", ((CONFLICT, text) for text in told)))
        once = said.filter(~is_conflict).lazy()
        part = self.path.with_name(f".ordered{self.path.name}")
        try:
            with self._rows(part) as rows:
                hours = stored.select(pl.col(at).dt.truncate(ORDERED_AT_ONCE).unique().sort()).collect()[at]
                for hour in hours:
                    within = pl.col(at).is_between(hour, hour + ORDERED_AT_ONCE, closed="left")
                    single = stored.filter(within).join(twice.lazy(), on=grain, how="anti")
                    rows.add(pl.concat([single, once.filter(within)]).sort(at, *grain).collect())
            os.replace(part, self.path)
        finally:
            part.unlink(missing_ok=True)
        return rows


class DayFile:
    """A file of events in groups of one size. At its end stands what answers it holds; `capture`: the only one."""

    def __init__(self, path: Path, dataset: Dataset, inputs: str, capture: Capture | None = None) -> None:
        self.answers: list[Answer] = []
        self._dataset = dataset
        self._capture = capture
        self._schema = raw_schema(dataset)
        self._held: list[pa.Table] = []
        self._file = pq.ParquetWriter(
            path, self._schema.with_metadata({INPUTS: inputs.encode()}), **writer_settings(dataset, self._schema)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            if self._held:
                self._file.write_table(pa.concat_tables(self._held), ROW_GROUP)
            self._file.add_key_value_metadata({ANSWERS.decode(): orjson.dumps(self.answers).decode()})
        self._file.close()

    def add(self, rows: pl.DataFrame) -> None:
        """Rows of the only answer."""
        if self._capture and rows.height:
            before = self.answers[0].rows if self.answers else 0
            last = rows.select(pl.col(self._dataset.event_time, "known_at").max()).row(0)
            self.answers = [Answer(self._capture.capture_id, self._capture.url, before + rows.height, *last)]
        self.add_table(rows.select(self._schema.names).to_arrow().cast(self._schema))

    def add_table(self, rows: pa.Table) -> None:
        self._held.append(rows)
        if sum(table.num_rows for table in self._held) >= ROW_GROUP:
            together = pa.concat_tables(self._held)
            whole = together.num_rows // ROW_GROUP * ROW_GROUP
            self._file.write_table(together.slice(0, whole), ROW_GROUP)
            # A slice of it would keep all of it in memory.
            self._held = [together.slice(whole).combine_chunks()] if whole < together.num_rows else []


def hidden(root: Path, dataset: Dataset, partition: str, capture: Capture) -> Path:
    """Where the rows of one answer are gathered: what a killed run leaves there the next one removes."""
    folder = root / dataset.source / dataset.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f".{partition}.{capture.capture_id}.{os.getpid()}.part"


def write_day(root: Path, dataset: Dataset, partition: str, taken: list[Taken], inputs: str) -> PartitionReport:
    """Replace `<root>/<source>/<name>/<partition>.parquet` by the rows of these answers, one behind the other."""
    ordered = sorted(taken, key=lambda one: (one.capture.url, one.capture.received_at, one.capture.capture_id))
    answers = [answer for one in ordered for answer in one.answers]

    def write(part: Path) -> None:
        if len(ordered) == 1:
            os.replace(ordered[0].path, part)
            return
        with DayFile(part, dataset, inputs) as rows:
            rows.answers = answers
            for one in ordered:
                for batch in pq.ParquetFile(one.path).iter_batches(ROW_GROUP):
                    rows.add_table(pa.Table.from_batches([batch]).cast(raw_schema(dataset)))

    write_atomically(root / dataset.source / dataset.name / f"{partition}.parquet", write)
    facts = sum(answer.rows for answer in newest(answers))
    return PartitionReport(partition, rows=facts, vintages=sum(answer.rows for answer in answers) - facts)


def answers_of(root: Path, dataset: Dataset) -> Iterator[tuple[str, list[Answer]]]:
    """What each partition holds, read off the ends of its files."""
    for path in sorted((root / dataset.source / dataset.name).glob("*.parquet")):
        if told := (pq.read_metadata(path).metadata or {}).get(ANSWERS):
            yield path.stem, [_answer(**one) for one in orjson.loads(told)]


def newest(answers: list[Answer]) -> list[Answer]:
    """Of each question the last answer."""
    return list({answer.url: answer for answer in answers}.values())


def _answer(last_at: str, known_at: str, **told: Any) -> Answer:
    return Answer(**told, last_at=datetime.fromisoformat(last_at), known_at=datetime.fromisoformat(known_at))
