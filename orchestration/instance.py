"""The Dagster instance of this data folder: where runs, checks and schedules are remembered."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ingestion.settings import Settings


def dagster_home(settings: Settings) -> Path:
    """DAGSTER_HOME, set to `<data>/dagster` unless the user chose one; made ready with our dagster.yaml."""
    home = Path(os.environ.setdefault("DAGSTER_HOME", str(settings.data_dir / "dagster")))
    # Events that Dagster hands over together are stored together (event_log.py); read once, at Dagster's import.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "500")
    # Its event log is the log of a run: for its owner alone.
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        shutil.copy(Path(__file__).with_name("dagster.yaml"), home / "dagster.yaml")
    return home
