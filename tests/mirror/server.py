"""The mirror of archived real answers as a process of its own, and its controls: clock, faults, counters.

The archive stays where it is: nothing here or in the tests repeats a value of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import datetime
from typing import Any, Self
from urllib.request import ProxyHandler, Request, build_opener

from tests.conftest import MIRROR

BUNDLE = MIRROR / "bundle-2026-06"
# Its head and body leave at once: the forty milliseconds that a system waits in between say nothing about us.
SERVE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); import serve; "
    "serve.Handler.disable_nagle_algorithm = True; serve.main()"
)


class Mirror:
    """`serve.py` on a free port. Without a clock everything in the bundle is public."""

    def __init__(self, *options: str) -> None:
        self._options = options

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-c", SERVE, str(MIRROR), str(BUNDLE), *self._options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), "the mirror did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def now(self, moment: datetime | None) -> None:
        """Freeze the clock at a moment of UTC; None lifts it."""
        self._ask("now", {"now": f"{moment.isoformat()}Z" if moment else None})

    def faults(self, *specs: str) -> None:
        """Replace all faults. The form of a fault is told in the mirror's README."""
        self._ask("faults", {"faults": list(specs)})

    def reset(self) -> None:
        """No clock, no faults, counters at zero."""
        self.now(None)
        self.faults()
        self._ask("reset", {})

    def status(self) -> dict[str, Any]:
        return self._ask("status")

    @property
    def requests(self) -> int:
        return int(self.status()["requests"])

    @property
    def asked_by_host(self) -> Counter[str]:
        """How many requests each host had."""
        found: Counter[str] = Counter()
        for host_and_status, count in self.status()["by_host_status"].items():
            found[host_and_status.partition(" ")[0]] += count
        return found

    @property
    def fired_by_fault(self) -> dict[str, int]:
        """How often each of the present faults struck, by its specification."""
        return {fault["spec"]: fault["fired"] for fault in self.status()["faults"]}

    @property
    def faults_fired(self) -> int:
        """How often the present faults struck: a test of a fault that never came proves nothing."""
        return sum(fault["fired"] for fault in self.status()["faults"])

    def _ask(self, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        # Not by httpx, which takes longer to make a client ready than the mirror to answer.
        data = None if body is None else json.dumps(body).encode()
        with build_opener(ProxyHandler({})).open(Request(f"{self.url}/__mirror/{what}", data), timeout=10) as answer:
            return dict(json.load(answer))
