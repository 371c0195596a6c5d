"""When the case's questions were asked, and moments as the hosts write them.

What can still be asked later was asked once, when the case is looked at: landing then takes the documented delay for
the moment a row was known. Asked in their own time are files, pages that are revised, and states nobody gives back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ingestion.request import Request

LAST_POLL = datetime(2026, 3, 11, 11, 59)
BACKFILL = (LAST_POLL,)
DAY = timedelta(days=1)
# A file of a day is asked for on the next morning, one of a month in the week after.
FILE_AFTER, MONTHLY_AFTER = timedelta(days=1, hours=8, minutes=1), timedelta(days=8, hours=8, minutes=1)
# New York's clock: summer time began and ended at 07:00 and 06:00 UTC of these Sundays.
SUMMERS = (
    (date(2024, 3, 10), date(2024, 11, 3)),
    (date(2025, 3, 9), date(2025, 11, 2)),
    (date(2026, 3, 8), date(2026, 11, 1)),
)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def epoch_s(moment: datetime) -> int:
    """Naive UTC to seconds since 1970."""
    return (moment - datetime(1970, 1, 1)) // timedelta(seconds=1)


def epoch_ms(moment: datetime) -> int:
    """Naive UTC to milliseconds since 1970."""
    return (moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)


def new_york(day: date, hour: int, minute: int = 0) -> datetime:
    """New York's clock on a day as UTC.

    >>> new_york(date(2026, 2, 6), 16), new_york(date(2025, 7, 4), 16)
    (datetime.datetime(2026, 2, 6, 21, 0), datetime.datetime(2025, 7, 4, 20, 0))
    """
    behind = 4 if any(first <= day < last for first, last in SUMMERS) else 5
    return midnight(day) + timedelta(hours=hour + behind, minutes=minute)


def days_between(first: date, last: date) -> list[date]:
    """Every day, both ends included."""
    return [first + n * DAY for n in range((last - first).days + 1)]


def midnights(request: Request) -> list[datetime]:
    """The beginnings of the UTC days a question is about."""
    return [midnight(day) for day in days_of(request)]


def days_of(request: Request) -> list[date]:
    """The UTC days a question is about."""
    if request.covers_from is None or request.covers_to is None:
        raise ValueError(f"{request.url} is about no days")
    return days_between(request.covers_from, request.covers_to)


def file_out(request: Request) -> datetime:
    """When the file of a day, or of a month, was asked for."""
    days = days_of(request)
    return midnight(days[-1]) + (FILE_AFTER if len(days) == 1 else MONTHLY_AFTER)


def daily(first: str, last: str, hours: float) -> Iterator[datetime]:
    """The same time of the day on every day."""
    for day in days_between(date.fromisoformat(first), date.fromisoformat(last)):
        yield midnight(day) + timedelta(hours=hours)
