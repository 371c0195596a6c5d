"""The rows of an answer against the contract: cast, judged, and split into good ones and those that stand aside.

Every rule about a row's shape, type or possibility is enforced here and nowhere later. Writing is for landing.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import isfinite
from typing import Any

import numpy as np
import polars as pl

from ingestion.capture import Capture
from ingestion.contract import Column, Dataset
from ingestion.errors import UnreadableBody
from ingestion.sources import Feed
from ingestion.windows import Window, whole

_POLARS = {
    "varchar": pl.String(),
    "double": pl.Float64(),
    "bigint": pl.Int64(),
    "timestamp": pl.Datetime("us"),
    "date": pl.Date(),
    "boolean": pl.Boolean(),
}
_QUARANTINE = {"capture_id": pl.String(), "scope": pl.String(), "reason": pl.String(), "row": pl.String()}
_NOTHING_ASIDE = pl.DataFrame(schema=_QUARANTINE)
CONFLICT = "one answer gives this fact two different values"
# Starting a statement costs more than a page of rows does. The numbers, of answers and of rows, bound what is held as
# text.
JUDGED_TOGETHER = 100
ROWS_TOGETHER = 100_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """The rows of one answer that met the contract, and those that did not. `event_date` partitions them.

    judged: how many distinct rows there were, running ones included.
    """

    good: pl.DataFrame
    bad: pl.DataFrame
    running: int
    judged: int


def judge_each(
    dataset: Dataset, source: Feed, captures: Iterable[Capture]
) -> Iterator[tuple[Capture, Parsed | UnreadableBody]]:
    """Each answer's rows, or why it cannot be landed; its body is let go.

    Answers of one shape are judged together, so many at once. When one breaks the run, those before it come first.
    """
    held: list[tuple[Capture, pl.DataFrame]] = []
    try:
        for capture in captures:
            try:
                frame = source.parse(dataset, capture)
                refuse_without_columns(dataset, frame)
            except UnreadableBody as error:
                yield from _judge_held(dataset, source, held)
                held = []
                yield capture, error
                continue
            if held and (_is_enough(held) or held[0][1].schema != frame.schema):
                yield from _judge_held(dataset, source, held)
                held = []
            held.append((replace(capture, body=b""), frame))
    except Exception:
        yield from _judge_held(dataset, source, held)
        raise
    yield from _judge_held(dataset, source, held)


def _is_enough(held: list[tuple[Capture, pl.DataFrame]]) -> bool:
    return len(held) >= JUDGED_TOGETHER or sum(frame.height for _, frame in held) >= ROWS_TOGETHER


def _judge_held(
    dataset: Dataset, source: Feed, held: list[tuple[Capture, pl.DataFrame]]
) -> Iterator[tuple[Capture, Parsed | UnreadableBody]]:
    if not held:
        return
    captures, frames = zip(*held, strict=True)
    for capture, parsed in zip(captures, judge_together(dataset, frames, captures, source.version), strict=True):
        try:
            refuse_beyond_tolerance(dataset, dict(parsed.bad["reason"].value_counts().rows()), parsed.judged)
            yield capture, parsed
        except UnreadableBody as error:
            yield capture, error


def check(dataset: Dataset, frame: pl.DataFrame, capture: Capture, version: int) -> Parsed:
    """Cast and judge the rows of one answer. Raises UnreadableBody when a column is gone or too many rows are bad."""
    parsed = judge(dataset, frame, capture, version)
    refuse_beyond_tolerance(dataset, dict(parsed.bad["reason"].value_counts().rows()), parsed.judged)
    return parsed


def judge(dataset: Dataset, frame: pl.DataFrame, capture: Capture, version: int) -> Parsed:
    """Cast and judge rows, a piece of an answer or all of it. Raises UnreadableBody when a column is gone."""
    refuse_without_columns(dataset, frame)
    return judge_together(dataset, [frame], [capture], version)[0]


def judge_together(
    dataset: Dataset, frames: Sequence[pl.DataFrame], captures: Sequence[Capture], version: int
) -> list[Parsed]:
    """The same for many answers of one shape in one statement, which costs a page about as much as its rows do."""
    text = pl.concat(frames, rechunk=True).with_columns(_of_their_answers(dataset, frames, captures))
    as_sent = text.select(frames[0].columns)
    text = text.with_row_index("_row")
    if "_reject" not in text.columns:
        text = text.with_columns(pl.lit(None, dtype=pl.String).alias("_reject"))
    if "published_at" not in text.columns:
        text = text.with_columns(pl.lit(None, dtype=pl.Datetime("us")).alias("published_at"))
    cast = text.select(_cast(column, text.schema[column.name]).alias(column.name) for column in dataset.columns)
    reason = pl.coalesce(pl.col("_reject"), *_type_reasons(dataset, text, cast))
    typed = text.with_columns(reason.alias("_reject")).with_columns(cast.get_columns())
    ruled = [*_rule_reasons(dataset), _reason_for_strangers(dataset)]
    typed = typed.with_columns(pl.coalesce(pl.col("_reject"), *ruled).alias("_reject"))
    if not dataset.is_events:  # whose other piece may hold the row that contradicts
        typed = _reject_conflicts(typed, dataset)
    ends = "period_end_at" if "period_end_at" in typed.columns else dataset.event_time
    passed = pl.col("_reject").is_null()
    is_running = (passed & (pl.col(ends) > pl.col("_fetched_at"))).fill_null(False)
    bad = typed.filter(~passed)
    good = typed.filter(passed & ~is_running).select(
        "_answer",
        *[c.name for c in dataset.columns],
        "published_at",
        "provenance",
        "_capture_id",
        "_fetched_at",
        pl.lit(version, dtype=pl.Int32).alias("_parser_version"),
        pl.col(dataset.event_time).dt.date().alias("event_date"),
    )
    told = bad.select("_answer", "_reject").hstack(
        as_sent[bad["_row"]].select(pl.struct(pl.all()).struct.json_encode().alias("row"))
    )
    sizes = dict(typed["_answer"].value_counts().iter_rows())
    parsed = []
    found = zip(captures, _of_each(good, len(frames)), _of_each(told, len(frames)), strict=True)
    for number, (capture, own, aside) in enumerate(found):
        judged = sizes.get(number, 0)
        running = judged - own.height - aside.height
        parsed.append(Parsed(own, quarantine_rows(capture, "row", aside.rows()), running, judged))
    return parsed


def _of_their_answers(dataset: Dataset, frames: Sequence[pl.DataFrame], captures: Sequence[Capture]) -> list[pl.Series]:
    """For every row the number and the stamps of its answer, and the first and last day it may be about."""
    days = [_own_days(dataset, capture) for capture in captures]
    stamps = pl.DataFrame(
        [
            pl.Series("_answer", range(len(captures)), dtype=pl.Int32),
            pl.Series("provenance", [capture.provenance for capture in captures], dtype=pl.String),
            pl.Series("_capture_id", [capture.capture_id for capture in captures], dtype=pl.String),
            pl.Series("_fetched_at", [capture.received_at for capture in captures], dtype=pl.Datetime("us")),
            pl.Series("_first", [own.first if own else None for own in days], dtype=pl.Date),
            pl.Series("_last", [own.last if own else None for own in days], dtype=pl.Date),
        ]
    )
    return stamps[np.repeat(np.arange(len(frames)), [frame.height for frame in frames])].get_columns()


def _own_days(dataset: Dataset, capture: Capture) -> Window | None:
    """The partition that an answer is about, where it is about one."""
    if dataset.is_snapshot or capture.covers_from is None:
        return None
    return whole(capture.covers_from, dataset.partition)


def _of_each(rows: pl.DataFrame, answers: int) -> list[pl.DataFrame]:
    """The rows of each answer, which stand one behind the other."""
    sizes = dict(rows["_answer"].value_counts().iter_rows())
    lengths = [sizes.get(number, 0) for number in range(answers)]
    plain = rows.drop("_answer")
    return [plain.slice(end - length, length) for end, length in zip(accumulate(lengths), lengths, strict=True)]


def refuse_without_columns(dataset: Dataset, frame: pl.DataFrame) -> None:
    """Raise UnreadableBody when a column of the contract is gone."""
    missing = [c.name for c in dataset.columns if c.name not in frame.columns]
    if missing:
        raise UnreadableBody(f"columns {missing} are gone from the answer")


def refuse_beyond_tolerance(dataset: Dataset, bad: dict[str, int], judged: int) -> None:
    """Raise UnreadableBody when too many of an answer's rows were put aside; bad: their number by reason."""
    total = sum(bad.values())
    if judged and total / judged > dataset.bad_row_tolerance_ratio:
        listed = "; ".join(f"{reason} ({count})" for reason, count in sorted(bad.items(), key=lambda i: -i[1])[:4])
        raise UnreadableBody(
            f"{total} of {judged} rows are bad, over the {dataset.bad_row_tolerance_ratio:.1%} allowed: {listed}"
        )


def quarantine_rows(capture: Capture, scope: str, rows: Iterable[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows of the quarantine: (reason, text of the row or None). `scope`: row, or capture for a whole answer."""
    told = [(capture.capture_id, scope, reason, text) for reason, text in rows]
    return pl.DataFrame(told, schema=_QUARANTINE, orient="row") if told else _NOTHING_ASIDE


def _cast(column: Column, found: pl.DataType) -> pl.Expr:
    """The column in the contract's type, null where its text is not of that type."""
    value = pl.col(column.name)
    if column.data_type == "boolean" and found == pl.String:
        return pl.when(value == "true").then(True).when(value == "false").then(False)
    return value.cast(_POLARS[column.data_type], strict=False)


def _type_reasons(dataset: Dataset, text: pl.DataFrame, typed: pl.DataFrame) -> list[pl.Expr]:
    """Why rows are not of the contract's types, asked of the columns where some may not be."""
    reasons: list[pl.Expr] = []
    for column in dataset.columns:
        if not _is_doubtful(column, text[column.name], typed[column.name]):
            continue
        value = pl.col(column.name)
        is_null = value.is_null() | (value == "") if text.schema[column.name] == pl.String else value.is_null()
        if not column.is_nullable:
            reasons.append(pl.when(is_null).then(pl.lit(f"{column.name} is missing")))
        cast = _cast(column, text.schema[column.name])
        reasons.append(
            pl.when(~is_null & cast.is_null()).then(pl.lit(f"{column.name} is not of type {column.data_type}"))
        )
        if column.data_type == "double":
            reasons.append(pl.when(~cast.is_finite()).then(pl.lit(f"{column.name} is not finite")))
    return reasons


def _is_doubtful(column: Column, text: pl.Series, typed: pl.Series) -> bool:
    """Whether any cell may be missing, of another type, or not finite. Mostly none is, and whole columns tell so."""
    if typed.null_count() > (text.null_count() if column.is_nullable else 0):
        return True
    if column.data_type == "varchar":
        return not column.is_nullable and bool((typed == "").any())
    # One infinity or NaN makes the sum one.
    return column.data_type == "double" and not isfinite(typed.sum())


def _rule_reasons(dataset: Dataset) -> list[pl.Expr]:
    # A rule about a column that may be absent says nothing when it is absent.
    return [pl.when(~pl.sql_expr(rule.that)).then(pl.lit(rule.otherwise)) for rule in dataset.rules] or [
        pl.lit(None, dtype=pl.String)
    ]


def _reason_for_strangers(dataset: Dataset) -> pl.Expr:
    """Rows of another partition than the one asked for would overwrite it: what the source sent unasked stays out."""
    is_own = pl.col(dataset.event_time).dt.date().is_between(pl.col("_first"), pl.col("_last"))
    return pl.when(~is_own).then(pl.lit("outside the days asked for"))


def _reject_conflicts(typed: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Identical repeats inside one answer are one row; different values for one fact are all refused."""
    grain = ["_answer", *dataset.grain]
    if typed.select(grain).is_unique().all():
        return typed
    names = [column.name for column in dataset.columns]
    unique = typed.unique(["_answer", *names, "_reject"], keep="first", maintain_order=True)
    passed = pl.col("_reject").is_null()
    is_conflict = passed & (passed.sum().over(grain) > 1)
    return unique.with_columns(
        pl.when(is_conflict).then(pl.lit(CONFLICT)).otherwise(pl.col("_reject")).alias("_reject")
    )
