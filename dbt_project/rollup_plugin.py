"""How dbt's `rollup` materialization (macros/materializations.sql) reaches rollups.py, which knows nothing of dbt."""

from __future__ import annotations

from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig

from dbt_project.rollups import roll_up


class Plugin(BasePlugin):
    """Called with the compiled query, the raw datasets it reads, and the folder of its days."""

    def store(self, target_config: TargetConfig) -> None:
        given = target_config.config
        roll_up(given["query"], given["datasets"], Path(given["folder"]))
