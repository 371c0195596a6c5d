"""The UTC days a run covers, and the partitions they fall into. Deterministic: no clock is read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

PartitionKind = Literal["day", "month", "year"]
PARTITION_FORMATS: dict[PartitionKind, str] = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True, slots=True)
class Window:
    """UTC days from `first` to `last`, both included.

    >>> list(Window(date(2026, 2, 5), date(2026, 2, 6)).days())
    [datetime.date(2026, 2, 5), datetime.date(2026, 2, 6)]
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the window ends ({self.last}) before it starts ({self.first})")

    def days(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += timedelta(days=1)

    def pieces(self, kind: PartitionKind, at_most_days: int | None = None) -> Iterator[Window]:
        """The window cut where partitions of `kind` begin, and into runs of `at_most_days` counted from there.

        A run's questions stay inside one partition, and two windows that cover the same days ask them alike.

        >>> [(w.first.day, w.last.day) for w in Window(date(2026, 1, 25), date(2026, 2, 6)).pieces("month", 5)]
        [(25, 25), (26, 30), (31, 31), (1, 5), (6, 6)]
        """
        first = previous = self.first
        for day in self.days():
            if _piece(day, kind, at_most_days) != _piece(first, kind, at_most_days):
                yield Window(first, previous)
                first = day
            previous = day
        yield Window(first, previous)

    def until(self, now: datetime) -> Window | None:
        """The part whose days have begun at `now`; None when all of it lies in the future."""
        if self.first > now.date():
            return None
        return Window(self.first, min(self.last, now.date()))

    def reaching_back(self, lag: timedelta) -> Window:
        """The window and the days before it whose values come out only within it."""
        return Window(self.first - lag, self.last)

    def since(self, day: date) -> Window | None:
        """The part from `day` on; None when all of it is before."""
        return Window(max(self.first, day), self.last) if day <= self.last else None

    def within(self, other: Window) -> Window | None:
        """The days of both; None when they have none in common.

        >>> str(Window(date(2026, 2, 1), date(2026, 2, 28)).within(Window(date(2026, 2, 20), date(2026, 3, 9))).first)
        '2026-02-20'
        """
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Window(first, last) if first <= last else None


def partition_of(day: date, kind: PartitionKind) -> str:
    """Name of the partition a day belongs to.

    >>> partition_of(date(2026, 2, 5), "month"), partition_of(date(2026, 2, 5), "year")
    ('2026-02', '2026')
    """
    return day.strftime(PARTITION_FORMATS[kind])


def whole(day: date, kind: PartitionKind) -> Window:
    """The partition a day belongs to, from its first day to its last.

    >>> str(whole(date(2026, 2, 5), "month").last)
    '2026-02-28'
    """
    first = _first_of(day, kind)
    following = {"day": day + timedelta(days=1), "month": _first_of(first + timedelta(days=31), "month")}
    return Window(first, following.get(kind, date(day.year + 1, 1, 1)) - timedelta(days=1))


def _first_of(day: date, kind: PartitionKind) -> date:
    return {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[kind]


def _piece(day: date, kind: PartitionKind, at_most_days: int | None) -> tuple[str, int]:
    return partition_of(day, kind), (day - _first_of(day, kind)).days // at_most_days if at_most_days else 0
