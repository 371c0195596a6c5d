"""What our client costs beyond the bare library's transfer: CPU milliseconds a request, on loopback.

`python -m tests.bench.client` prints one number. The server is a process of its own, so its CPU doesn't count.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import httpx

from ingestion.http import LiveClient
from ingestion.request import Request
from ingestion.settings import Settings

REQUESTS, ROUNDS = 300, 5


def beyond_transfer_ms() -> float:
    """Median over interleaved rounds: ours minus bare httpx, per request."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "host").mkdir()
        (Path(folder) / "host" / "rows.json").write_text("[" + ",".join(["[1770249600000,70000.5]"] * 500) + "]")
        command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
            line = server.stdout.readline() if server.stdout else ""
            url = f"http://127.0.0.1:{line.split('port ')[1].split()[0]}"
            try:
                return _measure(url, Path(folder))
            finally:
                server.terminate()


def _measure(url: str, folder: Path) -> float:
    # No source is called so, and nobody waits for a pace: only the client itself is measured.
    request = Request(source="none", dataset="none", url="https://host/rows.json", kind="json")
    settings = Settings(data_dir=folder, mirror=url, now=None)
    with LiveClient(settings) as ours, httpx.Client() as bare:
        ours._pace(request)._pace = ours._pace(request)._pace.__class__(requests=10**9)

        def transfer() -> None:
            with bare.stream("GET", f"{url}/host/rows.json") as response:
                response.read()

        differences = []
        for _ in range(ROUNDS):
            differences.append(_cpu(lambda: ours.fetch(request)) - _cpu(transfer))
    return 1000 * median(differences) / REQUESTS


def _cpu(ask: Callable[[], object]) -> float:
    ask()
    started = time.process_time()
    for _ in range(REQUESTS):
        ask()
    return time.process_time() - started


if __name__ == "__main__":
    print(f"{beyond_transfer_ms():.2f}")
