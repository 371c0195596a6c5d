"""Turns an audited candidate into a release that can be verified: meta, checkpoint, files, pages, receipt.

The order matters: after the receipt nothing in the folder may change. Publishing is `release.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration import shelf
from orchestration.candidate import Candidate, mark_sealed
from orchestration.changes import compare
from orchestration.check_result import CheckResult
from orchestration.comparison import compare_releases, is_comparable
from orchestration.contents import Contents
from orchestration.export import export_parquet
from orchestration.gate import decide, excuse_degraded, required_rule_ids
from orchestration.meta_schema import META_TABLES
from orchestration.meta_tables import write_meta
from orchestration.quality_page import render
from orchestration.receipt import Receipt, write_receipt
from orchestration.refusals import UnfinishedDatabase
from orchestration.release_manifest import ReleaseManifest, summarise
from orchestration.rule_book import rule_book
from orchestration.rules import Rule, load_rules, with_columns
from orchestration.run_facts import RunFacts

# Run by a process of its own: what this one still holds in memory proves nothing about the file.
_COUNT = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where not temporary").fetchall()
    counts = {f"{s}.{t}": connection.table(f"{s}.{t}").count("*").fetchall()[0][0] for s, t in tables}
print(json.dumps(counts))
"""


def seal(
    candidate: Candidate,
    facts: RunFacts,
    results: Sequence[CheckResult],
    published: Path,
    rules: Sequence[Rule] | None = None,
    now: datetime | None = None,
    *,
    contents: Contents,
    write_brief: Callable[[Path, Path], None],
) -> Receipt:
    """Finish the candidate's files and write its receipt, whatever the audit said: it is kept either way.

    `results` come from `quality.audit`; `write_brief` draws in another process. The database must not be open elsewhere
    in this one. What is refused gets no brief, only its quality page. A brief that cannot be drawn is our
    bug and stops the release: absent data make a section that says so, never an error.
    """
    rules = load_rules() if rules is None else rules
    last = shelf.last_release(published, facts.scope)
    manifest = summarise(contents, facts)
    with duckdb.connect(str(candidate.database)) as connection:
        is_yardstick = last is not None and is_comparable(manifest, last)
        changes = (
            compare(connection, candidate.catalog, shelf.database_of(published, last.release_id))
            if last is not None and is_yardstick
            else []
        )
        judged = [
            *excuse_degraded(with_columns(results, rules, candidate.catalog), candidate.catalog, facts.datasets),
            *compare_releases(manifest, last, changes),
        ]
        write_meta(connection, candidate.catalog, facts, manifest, judged, rule_book(candidate.catalog, rules))
        connection.execute("checkpoint")
    verdict = decide(judged, required_rule_ids(rules), manifest, None)
    with ThreadPoolExecutor(1) as pool:
        is_wanted = verdict.decision == "publish"
        brief = pool.submit(write_brief, candidate.database, candidate.folder) if is_wanted else None
        _assert_finished(candidate.database, manifest)
        with duckdb.connect(str(candidate.database), read_only=True) as connection:
            export_parquet(connection, candidate.catalog, candidate.folder / "parquet")
        documented = type(candidate.catalog)((*candidate.catalog.tables, *META_TABLES))
        (candidate.folder / "catalog.json").write_bytes(documented.to_json(release_id=candidate.release_id))
        manifest.write(candidate.folder)
        page = render(manifest, judged, verdict, facts, candidate.catalog)
        (candidate.folder / "quality.html").write_text(page, encoding="utf-8")
        if brief:
            brief.result()
    mark_sealed(candidate.folder)
    moment = now or datetime.now(UTC).replace(tzinfo=None)
    return write_receipt(candidate.folder, candidate.release_id, moment, rules, judged)


def _assert_finished(database: Path, manifest: ReleaseManifest) -> None:
    """No write-ahead log left, and another process reads back every row."""
    if database.with_name(database.name + ".wal").exists():
        raise UnfinishedDatabase(f"{database.name} still has a write-ahead log after its checkpoint")
    child = subprocess.run(  # noqa: S603  our own interpreter and our own code
        [sys.executable, "-I", "-c", _COUNT, str(database)], capture_output=True, text=True, check=False
    )
    if child.returncode:
        raise UnfinishedDatabase(f"another process cannot read {database.name}: {child.stderr.strip()[-500:]}")
    counts: dict[str, int] = json.loads(child.stdout)
    for name, expected in manifest.tables.items():
        if counts.get(name) != expected.rows_count:
            raise UnfinishedDatabase(f"{name} has {counts.get(name)} rows on disk, {expected.rows_count} were written")
