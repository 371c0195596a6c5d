"""What a folder of captures is about: days and series of a dataset. What lies beyond is not missing from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.windows import Window

if TYPE_CHECKING:
    from ingestion.request import Request


@dataclass(frozen=True, slots=True)
class Share:
    """Days and series of one dataset, None for all of them."""

    days: Window | None = None
    series: frozenset[str] | None = None

    def holds(self, request: Request) -> bool:
        """Whether a question is about one of the series; one that names none is."""
        return self.series is None or request.series is None or request.series in self.series

    def days_of(self, window: Window) -> Window | None:
        """The days of a window that are in it; None when there are none."""
        return window if self.days is None else window.within(self.days)
