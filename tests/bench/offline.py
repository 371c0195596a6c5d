"""A whole run where no name ever resolves (G15), beside the same run where names do.

Both ask a server on loopback by its number, so that neither needs a name: whoever asks for one all the same, to tell
somebody far away about the run, waits. Nothing that switches such telling off is set from outside.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.bench.found import Found, Size
from tests.bench.measure import Cost, rounds, run
from tests.bench.places import PROJECT, PYTHON
from tests.loopback.exchange import SERVED, Exchange

FIRST, LAST = "2026-03-01", "2026-03-04"
ROUNDS: dict[Size, int] = {"full": 2, "quick": 0, "tiny": 0}
# Python imports it at every start. A resolver that is not there is waited for, and then again.
MUTE = """
import ipaddress, os, socket, time
known = socket.getaddrinfo
def getaddrinfo(host, *arguments, **named):
    name = host.decode() if isinstance(host, bytes) else host
    try:
        is_number = name in (None, "", "localhost") or bool(ipaddress.ip_address(name))
    except ValueError:
        is_number = False
    if is_number:
        return known(host, *arguments, **named)
    with open(os.environ["UNWIND_BENCH_ASKED"], "a") as told:
        told.write(f"{name}\\n")
    time.sleep(float(os.environ["UNWIND_BENCH_WAITS"]))
    raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")
socket.getaddrinfo = getaddrinfo
"""


def measure(size: Size, home: Path) -> Found:
    if not ROUNDS[size]:
        return Found(absent={"G15": "only in a full run"})
    mute, asked = home / "mute", home / "asked"
    mute.mkdir()
    (mute / "sitecustomize.py").write_text(MUTE)
    _try(mute, asked)
    with Exchange(now="2026-03-05T12:00:00") as exchange:

        def once(name: str, number: int, *path: str) -> Cost:
            environment = {
                "DO_NOT_TRACK": "0",
                "PYTHONPATH": os.pathsep.join([str(PROJECT), *path]),
                "UNWIND_BENCH_ASKED": str(asked),
                "UNWIND_BENCH_WAITS": "10",
                "UNWIND_DATA_DIR": str(home / f"{name}-{number}"),
                "UNWIND_MIRROR": exchange.url,
                "UNWIND_SOURCES": SERVED,
            }
            command = [PYTHON, "-m", "tests.bench.unpaced", "run", "--live", "--from", FIRST, "--to", LAST]
            return run(command, environment)

        costs = rounds(
            {"normal": lambda number: once("normal", number), "mute": lambda number: once("mute", number, str(mute))},
            ROUNDS[size],
        )
    names = sorted(set(asked.read_text().split())) if asked.exists() else []
    return Found(
        {"G15": costs["mute"].wall / costs["normal"].wall},
        told=[
            f"{ROUNDS[size]} rounds; names that were asked for: {', '.join(names) or 'none'}",
            *(f"{name} {cost.wall:.2f} s" for name, cost in costs.items()),
        ],
    )


def _try(mute: Path, asked: Path) -> None:
    """Raise AssertionError unless a question for a name is heard, and answered as it should be."""
    code = "import socket\ntry: socket.getaddrinfo('canary.invalid', 80)\nexcept socket.gaierror as said: print(said)"
    environment = {"PYTHONPATH": str(mute), "UNWIND_BENCH_ASKED": str(asked), "UNWIND_BENCH_WAITS": "0"}
    command = [PYTHON, "-c", code]
    told = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True).stdout
    assert "no name server answers" in told
    assert asked.read_text() == "canary.invalid\n"
    asked.unlink()
