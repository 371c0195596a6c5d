"""How dbt's `rollup` materialization (macros/materializations.sql) reaches rollups.py, which knows nothing of dbt."""

from __future__ import annotations

from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig

from dbt_project.rollups import roll_up


class Plugin(BasePlugin):
    """Called with the compiled query, the raw datasets it reads, the folder of its days, and who adds up."""

    def store(self, target_config: TargetConfig) -> None:
        given = target_config.config
        folder, datasets, engine = Path(given["folder"]), given["datasets"], None
        if (target := given["engine"]) != "duckdb":
            # Its imports are for those who ask for it.
            from dbt_project.elsewhere import on

            engine = on(target, folder.name, datasets)
        roll_up(given["query"], datasets, folder, engine)
