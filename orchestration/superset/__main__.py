"""`make superset`: starts one over this checkout's releases, shows the current one in it, and stays until Control-C.

Usage: python -m orchestration.superset PROGRAMS [PORT], with the folder of the programs of Superset's environment.
"""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from pathlib import Path

from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.console import out, told_plainly
from orchestration.superset.api import Superset
from orchestration.superset.bootstrap import bootstrap
from orchestration.superset.server import USER, Server


@told_plainly
def main(programs: Path, port: int = 8088) -> int:
    settings = Settings()
    home = settings.data_dir / "superset"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    out.print("Superset starts; the first time it takes two minutes")
    with Server(programs.absolute(), home, port, settings) as server:
        with Superset(server.url, USER, server.password) as superset:
            path = bootstrap(superset, Places(settings.data_dir).published)
        told = ", ".join(f"{count} {what}" for what, count in sorted(superset.done.items()))
        out.print(f"{server.url}{path}   ({told})", soft_wrap=True)
        out.print(f"user {USER}, password in {home / 'password'} or your own; Control-C ends it", soft_wrap=True)
        with suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *(int(port) for port in sys.argv[2:3])))
