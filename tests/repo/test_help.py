"""`unwind --help` answers at once: it loads none of the packages that cost seconds."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ["dagster", "dbt", "great_expectations", "pandas", "scipy", "polars", "pyarrow", "duckdb", "httpx", "pydantic"]
PROBE = """
import sys
from orchestration.cli import app
app(["--help"], standalone_mode=False)
print("LOADED", sorted(name for name in sys.modules if "." not in name))
"""


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    told = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout
    shown, _, loaded = told.partition("LOADED")
    commands = (
        "run status sql claims brief releases diff export explain rollback probe backfill reparse alerts doctor ui"
    )
    for command in commands.split():
        assert f" {command} " in shown
    assert [name for name in HEAVY if f"'{name}'" in loaded] == []
