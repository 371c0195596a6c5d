"""Child processes as a newcomer's machine would start them: no settings, an empty home, no network."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.loopback.exchange import SERVED

GUARD = Path(__file__).parent / "guard"
PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Machine:
    """A folder that stands for somebody's machine: `home` and `data` are made below it."""

    root: Path
    checkout: Path = PROJECT

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def database(self) -> Path:
        return self.data / "published" / "unwind.duckdb"

    def environment(self, **settings: str) -> dict[str, str]:
        """Nothing of this process's environment but the path to programs."""
        home = self.root / "home"
        home.mkdir(parents=True, exist_ok=True)
        return {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(home),
            "TMPDIR": str(home),
            "PYTHONPATH": f"{GUARD}:{self.checkout}",
            "GUARD_LOG": str(self.root / "network.log"),
            "UNWIND_DATA_DIR": str(self.data),
            "UNWIND_SOURCES": SERVED,
            **settings,
        }

    def run(self, *command: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever the end."""
        return subprocess.run(
            [str(part) for part in command],
            env=self.environment(**settings),
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def unwind(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return self.run(BIN / "unwind", *arguments, **settings)

    def hosts_sought(self) -> list[str]:
        """What a guarded child tried to reach beyond this machine."""
        log = self.root / "network.log"
        return log.read_text().split() if log.exists() else []
