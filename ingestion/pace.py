"""How fast each host is asked: the contract's pace, and whatever quota the host's own headers still leave us.

Slowing down before a refusal is cheaper than a ban. Refusals themselves are http.py's affair.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from ingestion.contract import Pace

# Other programs behind our address use the same quota.
SHARE = 0.8
LONGEST_WAIT = 60.0


class HostPace:
    """The pace of one host, for any number of threads. `clock` and `sleep` in seconds."""

    def __init__(
        self, pace: Pace, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._asked: deque[tuple[float, int]] = deque()
        self._spent = 0
        self._last = 0.0
        self._not_before = 0.0
        self._told = ""

    def wait(self, weight: int = 1) -> float:
        """Wait for our turn and take it; returns the seconds waited."""
        with self._lock:
            now = self._clock()
            start = max(now, self._not_before, self._last)
            # Our turn comes when enough of what was asked is older than the pace's time.
            while self._asked and self._spent + weight > self._pace.requests:
                at, spent = self._asked.popleft()
                self._spent -= spent
                start = max(start, at + self._pace.seconds)
            self._asked.append((start, weight))
            self._spent += weight
            self._last = start
        if start > now:
            self._sleep(start - now)
        return start - now

    @property
    def told(self) -> str:
        """What the host last said of our quota, empty if it says nothing."""
        return self._told

    def observe(self, headers: Mapping[str, str], epoch_seconds: float) -> None:
        """Take note of the quota that an answer's headers tell."""
        with self._lock:
            self._told = quota_told(headers, self._pace.weight_per_minute)
        pause = quota_pause(headers, self._pace.weight_per_minute, epoch_seconds)
        if pause > 0:
            with self._lock:
                self._not_before = max(self._not_before, self._clock() + min(pause, LONGEST_WAIT))


def quota_pause(headers: Mapping[str, str], weight_per_minute: int | None, epoch_seconds: float) -> float:
    """Seconds to stay silent so that the host's quota isn't used up; 0 while there is room or nothing is told.

    >>> quota_pause({"x-mbx-used-weight-1m": "5000"}, 6000, 120.0)
    60.0
    >>> quota_pause({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "6"}, None, 120.0)
    0.0
    >>> quota_pause({"x-bapi-limit-status": "0", "x-bapi-limit-reset-timestamp": "122500"}, None, 120.0)
    2.5
    """
    used = _number(headers.get("x-mbx-used-weight-1m"))
    if used is not None and weight_per_minute and used >= SHARE * weight_per_minute:
        return 60.0 - epoch_seconds % 60.0  # the host counts by the minute of its clock
    if _is_spent(headers.get("x-ratelimit-remaining")):
        reset = _number(headers.get("x-ratelimit-reset"))
        # Some hosts tell seconds to go, some the moment.
        return 1.0 if reset is None else max(reset - epoch_seconds if reset > 1e9 else reset, 0.0)
    if _is_spent(headers.get("x-bapi-limit-status")):
        reset = _number(headers.get("x-bapi-limit-reset-timestamp"))
        return 1.0 if reset is None else max(reset / 1000 - epoch_seconds, 0.0)
    return 0.0


def quota_told(headers: Mapping[str, str], weight_per_minute: int | None) -> str:
    """The quota as a person reads it.

    >>> quota_told({"x-mbx-used-weight-1m": "12"}, 6000), quota_told({"x-ratelimit-remaining": "9"}, None)
    ('12 of 6000 a minute used', '9 left')
    """
    if used := headers.get("x-mbx-used-weight-1m"):
        return f"{used} of {weight_per_minute or '?'} a minute used"
    left = headers.get("x-ratelimit-remaining") or headers.get("x-bapi-limit-status")
    return f"{left} left" if left else ""


def _is_spent(left: str | None) -> bool:
    number = _number(left)
    return number is not None and number < 1


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
