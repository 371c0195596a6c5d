"""Opens a database beside the warehouse for each earlier moment that a build answers for too (macros/earlier.sql)."""

from __future__ import annotations

import json
import os

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

# As in dbt_project.yml. Seeds are the same at every moment and stay in the warehouse.
SCHEMAS = ("staging", "intermediate", "marts", "vintages")


class Plugin(BasePlugin):
    """UNWIND_EARLIER names them, database and moment: `{"asof_20260206t2130z": "2026-02-06 21:30:00"}`."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        for name in json.loads(os.environ.get("UNWIND_EARLIER") or "{}"):
            conn.execute(f"attach '{name}.duckdb' as \"{name}\"")
            for schema in SCHEMAS:
                conn.execute(f'create schema if not exists "{name}".{schema}')
