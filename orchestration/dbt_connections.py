"""Lets go of the warehouse file after dbt ran in this process. Running dbt is elsewhere.

dbtRunner leaves its DuckDB connection open when it returns, whether the build passed or failed, and a
process cannot open one file with two configurations: every later read-only open or ATTACH would fail.
"""

from __future__ import annotations

import sys


def close_dbt_connections() -> None:
    """Close dbt-duckdb's database in this process; nothing to do where dbt never ran.

    Closing the environment flushes the write-ahead log and frees the file at once. The manager's own
    `close_all_connections` only forgets the environment, which frees the file when the last reference to it
    happens to go; it is called as well, so that the next dbt run starts with a new environment.
    """
    module = sys.modules.get("dbt.adapters.duckdb.connections")
    if module is None:
        return
    manager = module.DuckDBConnectionManager
    with manager._LOCK:
        if manager._ENV is not None:
            manager._ENV.close()
        manager.close_all_connections()
