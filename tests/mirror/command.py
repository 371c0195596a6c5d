"""`unwind run --live` as a person runs it: another process, asking the mirror."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.release import current
from orchestration.release_manifest import ReleaseManifest
from tests.loopback.exchange import SERVED

FIRST, LAST = "2026-05-20", "2026-07-18"


@dataclass(frozen=True)
class Run:
    """What a run left behind and what it told."""

    data_dir: Path
    code: int
    told: str
    release: ReleaseManifest | None

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Ask the release that this run left as the current one, even when later runs replaced it."""
        assert self.release is not None, self.told
        file = self.data_dir / "published" / "releases" / self.release.release_id / "unwind.duckdb"
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def line_of(self, dataset: str) -> list[str]:
        """The cells of a dataset's line in the closing table."""
        lines = [line for line in self.told.splitlines() if line.startswith(dataset)]
        assert len(lines) == 1, self.told
        return [cell.strip() for cell in lines[0].split("  ") if cell.strip()]


def run_live(
    data_dir: Path, mirror_url: str, first: str = FIRST, last: str = LAST, sources: str | None = SERVED
) -> Run:
    """Run the command and wait for its end. `sources`: what is asked; None for everything."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("UNWIND_", "DAGSTER_"))}
    settings = {
        "UNWIND_MIRROR": mirror_url,
        "UNWIND_DATA_DIR": str(data_dir),
        "UNWIND_RETRY_WAIT_SECONDS": "0.005",
        "DO_NOT_TRACK": "1",
        **({"UNWIND_SOURCES": sources} if sources else {}),
    }
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "run", "--live", "--from", first, "--to", last],
        env=kept | settings,
        # Away from the checkout, where a developer's .env may lie.
        cwd=data_dir.parent,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return Run(data_dir, done.returncode, done.stdout + done.stderr, current(data_dir / "published"))


def copy_of(run: Run, folder: Path) -> Path:
    """Another data folder with everything that a run left but its log, for what comes after it."""
    return Path(shutil.copytree(run.data_dir, folder, symlinks=True, ignore=shutil.ignore_patterns("dagster")))
