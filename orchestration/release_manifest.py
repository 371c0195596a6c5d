"""A release in one small file: what run made it, and how many rows of which digest every table has.

Enough to compare two releases without opening a database; row by row that is `changes.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.contents import Contents, TableFacts
from orchestration.run_facts import RunFacts

FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class ReleaseManifest:
    """Sums up one release; `tables` is keyed by `schema.name`, as-of schemas included."""

    release_id: str
    created_at: datetime
    as_of_at: datetime
    scope: str
    window_from: date
    window_to: date
    code_version: str
    provenance: str
    is_degraded: bool
    degraded_reasons: tuple[str, ...]
    instants: tuple[datetime, ...]
    tables: Mapping[str, TableFacts]

    @property
    def rows_count(self) -> int:
        return sum(facts.rows_count for name, facts in self.tables.items() if name.startswith("marts."))

    def write(self, folder: Path) -> None:
        body = orjson.dumps({**asdict(self), "tables": _plain(self.tables)}, option=orjson.OPT_INDENT_2)
        (folder / FILE).write_bytes(body)

    @staticmethod
    def read(folder: Path) -> ReleaseManifest:
        body: dict[str, Any] = orjson.loads((folder / FILE).read_bytes())
        return ReleaseManifest(
            **{
                **body,
                "created_at": datetime.fromisoformat(body["created_at"]),
                "as_of_at": datetime.fromisoformat(body["as_of_at"]),
                "window_from": date.fromisoformat(body["window_from"]),
                "window_to": date.fromisoformat(body["window_to"]),
                "degraded_reasons": tuple(body["degraded_reasons"]),
                "instants": tuple(datetime.fromisoformat(instant) for instant in body["instants"]),
                "tables": {name: TableFacts(**facts) for name, facts in body["tables"].items()},
            }
        )


def summarise(contents: Contents, run: RunFacts) -> ReleaseManifest:
    """What is in the candidate, and what run made it."""
    return ReleaseManifest(
        release_id=run.release_id,
        created_at=run.created_at,
        as_of_at=run.as_of_at,
        scope=run.scope,
        window_from=run.window_from,
        window_to=run.window_to,
        code_version=run.code_version,
        provenance=contents.provenance,
        is_degraded=run.is_degraded,
        degraded_reasons=run.degraded_reasons,
        instants=run.instants,
        tables=contents.tables,
    )


def _plain(tables: Mapping[str, TableFacts]) -> dict[str, dict[str, Any]]:
    return {name: asdict(facts) for name, facts in tables.items()}
