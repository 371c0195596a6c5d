"""Our command without the pace of hosts: `python -m tests.bench.unpaced run --live …`. Imported, it takes it away.

Politeness is the same wait for whoever asks, and no part of what two ways of running cost.
"""

from __future__ import annotations

import ingestion.http
from tests.loopback.at_once import AtOnce

ingestion.http.HostPace = AtOnce  # type: ignore[misc,assignment]

if __name__ == "__main__":
    from orchestration.cli import app

    app()
