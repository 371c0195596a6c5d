"""The UTC days a run covers, and the partitions they fall into. Deterministic: no clock is read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

PartitionKind = Literal["day", "month", "year"]


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

    def until(self, now: datetime) -> Window | None:
        """The part whose days have begun at `now`; None when all of it lies in the future."""
        if self.first > now.date():
            return None
        return Window(self.first, min(self.last, now.date()))


def partition_of(day: date, kind: PartitionKind) -> str:
    """Name of the partition a day belongs to.

    >>> partition_of(date(2026, 2, 5), "month"), partition_of(date(2026, 2, 5), "year")
    ('2026-02', '2026')
    """
    return {"day": f"{day:%Y-%m-%d}", "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[kind]
