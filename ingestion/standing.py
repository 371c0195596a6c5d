"""Which unreadable answers still stand: those whose days no readable answer about the same has told since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingestion.capture import Capture
from ingestion.windows import Window

# Moments in an address: epochs, and dates with whatever time follows. They move from one poll to the next.
_MOMENT = re.compile(rb"\d{10,}|\d{4}-\d{2}-\d{2}(?:[T ][\d:.%A-F]*Z?)?")


def standing(captures: Sequence[Capture], unreadable: Iterable[str]) -> set[str]:
    """Ids of the unreadable answers that are the last word on some day, of captures in order of receipt.

    The newest answer to a question is, unless every one of its days was told readably by the answer to another question
    about the same: by a later one, or by one that came when the day was over. Of one question the newest counts alone.
    """
    broken = set(unreadable)
    last = {capture.request_key: capture.capture_id for capture in captures}
    return {
        capture.capture_id
        for capture in captures
        if capture.capture_id in broken
        and last[capture.request_key] == capture.capture_id
        and not _is_told_otherwise(capture, captures, broken)
    }


def _is_told_otherwise(bad: Capture, captures: Sequence[Capture], broken: set[str]) -> bool:
    if bad.covers_from is None or bad.covers_to is None:
        return False
    about = _subject(bad)
    told = [
        (Window(other.covers_from, other.covers_to), other.received_at)
        for other in captures
        if other.capture_id not in broken
        and other.covers_from
        and other.covers_to
        and other.request_key != bad.request_key
        and _subject(other) == about
    ]
    return all(
        any(
            days.first <= day <= days.last and (received_at > bad.received_at or received_at.date() > day)
            for days, received_at in told
        )
        for day in Window(bad.covers_from, bad.covers_to).days()
    )


def _subject(capture: Capture) -> tuple[str, bytes, bytes]:
    """What is asked about, whenever it is asked."""
    return capture.method, _MOMENT.sub(b"", capture.url.encode()), _MOMENT.sub(b"", capture.request_body or b"")
