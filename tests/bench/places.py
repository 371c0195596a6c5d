"""Where the benches find things: the project, its interpreter, and what dbt is called with."""

from __future__ import annotations

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT / "dbt_project"
PYTHON = sys.executable
BIN = Path(PYTHON).parent
QUIET = {"DO_NOT_TRACK": "1", "PYTHONWARNINGS": "ignore"}


def dbt(*arguments: str, target: Path, project: Path = DBT_PROJECT) -> list[str]:
    """A dbt command over the project."""
    places = ["--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(target)]
    return [str(BIN / "dbt"), "--quiet", *arguments, *places]
