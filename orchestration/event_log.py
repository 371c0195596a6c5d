"""Dagster's SQLite event log, storing a batch of events in one transaction instead of one by one.

Dagster hands over the events of a run's plan, and those of a range of partitions, as batches; its SQLite log writes
each of them with transactions of its own, which was a sixth of a run (docs/decisions/0003). What is stored is the same:
tests/orchestration/test_event_log.py compares the two. Named in dagster.yaml; instance.py switches batches on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from dagster import StringSource
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from sqlalchemy import Connection


class BatchingSqliteEventLog(SqliteEventLogStorage):
    """One transaction per batch and shard; single events are stored as ever."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._local = threading.local()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> Any:
        return {"home": StringSource}

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> BatchingSqliteEventLog:
        # Where Dagster's own log would be, so that an instance may change from one to the other.
        return cls(str(Path(config_value["home"]) / "history" / "runs"), inst_data)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events of any runs: the run's own shard first, then what the index over all runs holds of them."""
        for run_id, group in groupby(sorted(events, key=_run), key=_run):
            with self.run_connection(run_id) as connection:
                connection.execute(self.prepare_insert_event_batch(list(group)))
        assets = [event for event in events if event.dagster_event_type in ASSET_EVENTS]
        checks = [event for event in events if event.dagster_event_type in ASSET_CHECK_EVENTS]
        if not assets and not checks:
            return
        with self.index_transaction() as connection, self._holding(connection):
            for event in assets:
                number = self._insert(connection, event)
                self._store_asset_event_tags(connection, [event], [number])
                self._store_asset_event(connection, event, number)
            for event in checks:
                self.store_asset_check_event(event, self._insert(connection, event))

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        held = getattr(self._local, "connection", None)
        if held is not None and shard == INDEX_SHARD_NAME:
            yield held
        else:
            with super()._connect(shard) as connection:
                yield connection

    @contextmanager
    def _holding(self, connection: Connection) -> Iterator[None]:
        """What this thread writes to the index meanwhile belongs to the same transaction."""
        self._local.connection = connection
        try:
            yield
        finally:
            self._local.connection = None

    def _insert(self, connection: Connection, event: EventLogEntry) -> int:
        key = connection.execute(self.prepare_insert_event(event)).inserted_primary_key
        if key is None:
            raise RuntimeError("SQLite gave no number to a stored event")
        return int(key[0])


def _run(event: EventLogEntry) -> str:
    return event.run_id
