"""What time it is for a run: fixed by setting, told by a mirror of archived data, or the machine's."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import orjson

from ingestion.settings import Settings


def run_clock(settings: Settings) -> datetime:
    """The moment a run takes as now, naive UTC.

    A mirror with a frozen clock answers as the world stood then; taking the machine's time beside it would
    call everything in it final and long known.
    """
    if settings.now is not None:
        return settings.now
    if settings.mirror:
        try:
            status = httpx.get(f"{settings.mirror.rstrip('/')}/__mirror/status", timeout=5.0)
            told = orjson.loads(status.content).get("now") if status.status_code == 200 else None
        except (httpx.HTTPError, orjson.JSONDecodeError, AttributeError):
            told = None
        if told:
            return datetime.fromisoformat(told).astimezone(UTC).replace(tzinfo=None)
    return datetime.now(UTC).replace(tzinfo=None)
