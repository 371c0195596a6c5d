"""What one run is about: live or a bundled case, which days, which instants. Pure functions over tags and config."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from ingestion.windows import Window

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
PARTITION = "dagster/partition"
# First day of the oldest market series we carry (BTCUSDT's listing).
FIRST_DAY = date(2017, 8, 17)


def window_of(tags: Mapping[str, str], today: date) -> Window:
    """The days a run covers, from its partition tags; yesterday where it has none.

    >>> window_of({RANGE_START: "2026-02-01", RANGE_END: "2026-02-03"}, date(2026, 2, 4)).last
    datetime.date(2026, 2, 3)
    """
    if RANGE_START in tags and RANGE_END in tags:
        return Window(date.fromisoformat(tags[RANGE_START]), date.fromisoformat(tags[RANGE_END]))
    if PARTITION in tags:
        day = date.fromisoformat(tags[PARTITION])
        return Window(day, day)
    yesterday = today - timedelta(days=1)
    return Window(yesterday, yesterday)


def tags_of(window: Window) -> dict[str, str]:
    """Partition tags of a run over a window: one single run, however many days."""
    return {RANGE_START: window.first.isoformat(), RANGE_END: window.last.isoformat()}


def daily_window(today: date) -> Window:
    """The three days before today: a file that came late yesterday is found this morning."""
    return Window(today - timedelta(days=3), today - timedelta(days=1))


def hourly_window(today: date) -> Window:
    """Today and the two days before: before eight in the morning yesterday's files are not out yet."""
    return Window(today - timedelta(days=2), today)


def parse_instant(text: str) -> datetime:
    """A moment in UTC, naive. A time without a zone is UTC; a date alone is its midnight.

    >>> parse_instant("2026-02-06T21:30:00Z")
    datetime.datetime(2026, 2, 6, 21, 30)
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a moment such as 2026-02-06T21:30:00Z") from None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def parse_day(text: str) -> date:
    """A UTC day.

    >>> parse_day("2026-02-05")
    datetime.date(2026, 2, 5)
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a day such as 2026-02-05") from None


def instant_name(moment: datetime) -> str:
    """How a schema names an instant.

    >>> instant_name(datetime(2026, 2, 6, 21, 30))
    '20260206t2130z'
    """
    return f"{moment:%Y%m%dt%H%M}z" if not moment.second else f"{moment:%Y%m%dt%H%M%S}z"


def asof_schema(instant: datetime) -> str:
    """Where a release keeps its marts as they stood at a moment."""
    return f"marts_asof_{instant_name(instant)}"
