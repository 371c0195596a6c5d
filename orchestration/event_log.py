"""Dagster's SQLite event log, storing a batch of events in one transaction and keeping its connections.

Dagster hands over the events of a run's plan, and those of a range of partitions, as batches; its SQLite log opens the
database several times for each of them, which was a fifth of a run (docs/decisions/0003). What is stored is the same:
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
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, StaticPool, create_engine, text

# Every run has a shard of its own, and a daemon sees many runs.
ENGINES_KEPT = 8


class BatchingSqliteEventLog(SqliteEventLogStorage):
    """One transaction per batch and shard, one connection per shard."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._local = threading.local()
        self._engines: dict[str, tuple[Engine, tuple[int, int] | None]] = {}
        self._tables: set[str] = set()
        self._has_index_columns = False
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> Any:
        return {"home": StringSource}

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> BatchingSqliteEventLog:
        # Where Dagster's own log would be, so that an instance may change from one to the other.
        return cls(str(Path(config_value["home"]) / "history" / "runs"), inst_data)

    def store_event(self, event: EventLogEntry) -> None:
        if event.dagster_event_type in ASSET_EVENTS or event.dagster_event_type in ASSET_CHECK_EVENTS:
            self.store_event_batch([event])
        else:
            super().store_event(event)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; one that is there stays, and Dagster asks before every event."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def _has_asset_key_index_cols_on_connection(self, conn: Connection) -> bool:
        """Whether the index has the columns of Dagster 0.12, which it reads off the schema before every event."""
        if not self._has_index_columns:
            self._has_index_columns = super()._has_asset_key_index_cols_on_connection(conn)
        return self._has_index_columns

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
            with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        """The engine of a shard with its connection, kept: Dagster's own log makes both anew for every statement, which
        compiles the statement again and writes SQLite's journal back at each close."""
        engine, file = self._engines.pop(shard, (None, None))
        if engine is not None and file != _identity(self.path_for_shard(shard)):
            # Another process wiped the run: what goes into the file that is gone would be lost.
            engine.dispose()
            self._initialized_dbs.discard(shard)
            engine = None
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,  # one connection, which the lock hands to one thread at a time
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            with engine.connect() as connection:  # makes the file where there is none
                # A run has a thousand events; a power cut may lose the last of them, a killed process loses none.
                connection.execute(text("pragma synchronous = normal"))
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        self._engines[shard] = engine, _identity(self.path_for_shard(shard))
        if len(self._engines) > ENGINES_KEPT:
            oldest, _ = self._engines.pop(next(iter(self._engines)))
            oldest.dispose()
        return engine

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


def _identity(path: str) -> tuple[int, int] | None:
    """Which file stands under a name; None where there is none."""
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
