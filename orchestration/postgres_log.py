"""Dagster's storage in Postgres, with connections that are kept.

Dagster's own opens a connection for every statement of a daemon or a run, so that many idle instances hold none. Here a
handful of processes share one database, and opening a connection costs some twenty times a statement: a run has
thousands. The webserver is given kept connections by Dagster itself; this gives them to every process. Named in
deploy/dagster.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import pg_url_from_config

STATEMENT_MILLISECONDS = 60_000
RECYCLED_AFTER_SECONDS = 3600
# Beyond the one that each of the three stores keeps, for threads that ask at once.
MORE_AT_ONCE = 20


class KeptPostgresStorage(DagsterPostgresStorage):
    """The same tables and the same rows, asked over connections that stay open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for store in (self.event_log_storage, self.run_storage, self.schedule_storage):
            store.optimize_for_webserver(STATEMENT_MILLISECONDS, RECYCLED_AFTER_SECONDS, MORE_AT_ONCE)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> KeptPostgresStorage:
        return cls(postgres_url=pg_url_from_config(config_value), inst_data=inst_data)
