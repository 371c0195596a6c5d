"""Hosts that refuse us, remembered across runs: asking again during a ban makes it longer.

A ban ends at its time. A refusal of our country ends when somebody proves it has (`unwind probe`): until then the
datasets that stand in for that host's have to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from ingestion.atomic import write_atomically

# Where a host bans without saying for how long: the shortest ban that the venues document.
SHORTEST_BAN = timedelta(minutes=10)
# What a header says beyond this is a mistake of the host's.
LONGEST_BAN = timedelta(days=30)
_COUNTRY = (b"country", b"restricted location", b"your region", b"eligibility", b"block access")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a host is not asked. `until` None: for good, as far as we know."""

    host: str
    reason: str
    since: datetime
    until: datetime | None

    @property
    def told(self) -> str:
        end = f"until {self.until:%Y-%m-%d %H:%M}Z" if self.until else "until `unwind probe` finds it open"
        return f"{self.host} is not asked {end}: {self.reason}"


class Refusals:
    """Refusals under one folder, one small file per host."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def standing(self, host: str, now: datetime) -> Refusal | None:
        """The refusal in force, None where there is none or it has ended."""
        path = self._path(host)
        if not path.exists():
            return None
        kept = orjson.loads(path.read_bytes())
        until = datetime.fromisoformat(kept["until"]) if kept["until"] else None
        refusal = Refusal(host, kept["reason"], datetime.fromisoformat(kept["since"]), until)
        return None if until and until <= now else refusal

    def all(self, now: datetime) -> list[Refusal]:
        """Every refusal in force."""
        hosts = sorted(path.stem for path in self._folder.glob("*.json"))
        return [refusal for host in hosts if (refusal := self.standing(host, now))]

    def remember(self, refusal: Refusal) -> None:
        kept = {
            "reason": refusal.reason,
            "since": refusal.since.isoformat(),
            "until": refusal.until.isoformat() if refusal.until else None,
        }
        write_atomically(self._path(refusal.host), lambda part: part.write_bytes(orjson.dumps(kept)))

    def forget(self, host: str) -> None:
        self._path(host).unlink(missing_ok=True)

    def _path(self, host: str) -> Path:
        return self._folder / f"{host.replace(':', '_')}.json"


def lasts(status: int, body: bytes, retry_after: float | None, now: datetime) -> tuple[bool, datetime | None]:
    """Whether a refusal is worth remembering, and until when (None: for good).

    401 is about our key and mended by a better one, so it lasts for this run only.
    """
    if status == 401:
        return False, None
    if status == 451 or (status == 403 and any(word in body[:4096].lower() for word in _COUNTRY)):
        return True, None
    longest = LONGEST_BAN.total_seconds()
    pause = timedelta(seconds=min(retry_after, longest)) if retry_after else SHORTEST_BAN
    return True, now + pause
