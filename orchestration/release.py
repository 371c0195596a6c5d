"""Publishing and rolling back: verify, decide, swap one link, write it down. Only this changes `latest`.

Candidates come from `candidate.py`, `quality.py` and `seal.py`. However this is called, nothing is published
that differs from its receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration import ledger, shelf
from orchestration.candidate import DATABASE
from orchestration.catalog import PUBLISHED_SCHEMAS, Catalog
from orchestration.changes import TableChange, compare
from orchestration.comparison import compare_releases, is_comparable
from orchestration.gate import Reason, Verdict, decide, required_rule_ids
from orchestration.lock import PATIENCE_SECONDS, release_lock
from orchestration.receipt import Receipt, differences, objections, read_receipt
from orchestration.refusals import GateRefused, NoSuchRelease
from orchestration.release_manifest import ReleaseManifest
from orchestration.rules import Rule, load_rules

KEPT_RELEASES = 10


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did. `warnings` are the rules that warned."""

    release_id: str
    folder: Path
    replaced: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelved:
    """One release on the shelf, as `unwind releases` shows it."""

    manifest: ReleaseManifest
    published_at: datetime | None
    is_current: bool
    is_pinned: bool = False


def publish(
    published: Path,
    release_id: str,
    *,
    replace_live: bool = False,
    rules: Sequence[Rule] | None = None,
    now: datetime | None = None,
    keep: int = KEPT_RELEASES,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Published:
    """Put a sealed candidate in front of the readers. Raises GateRefused with reasons, or ReleaseLocked.

    `now` is the machine's clock, for tests only: a receipt ages in real time, whatever a case's clock says.
    """
    rules = load_rules() if rules is None else rules
    moment = now or _now()
    with release_lock(published, patience_seconds):
        shelf.clean_up(published, moment)
        folder = shelf.candidate_folder(published, release_id)
        receipt = _receipt_of(published, release_id)
        reasons = [Reason("receipt", text) for text in objections(folder, receipt, release_id, rules, moment)]
        verdict = None if reasons else _decide(published, folder, receipt, rules, replace_live)
        refused = tuple(reasons) if verdict is None else verdict.reasons
        if verdict is None or verdict.decision == "refuse":
            texts = [reason.text for reason in refused]
            if any(reason.blames_candidate for reason in refused):
                shelf.reject(published, release_id, texts, moment)
            ledger.append(published, event="refused", release_id=release_id, at=moment, reasons=texts)
            raise GateRefused(release_id, texts)
        replaced = shelf.current_id(published)
        target = shelf.place(folder, published)
        shelf.point_to(published, release_id)
        shelf.note_published(published, release_id, moment, replaced)
        shelf.prune(published, keep)
    return Published(release_id, target, replaced, verdict.warnings)


def rollback(published: Path, to: str | None = None, patience_seconds: float = PATIENCE_SECONDS) -> str:
    """Point readers to an earlier release, the one before the current unless named. Returns its id.

    Its files are verified against its receipt first.
    """
    moment = _now()
    with release_lock(published, patience_seconds):
        shelf.clean_up(published, moment)
        target = to or _before_current(published)
        folder = shelf.released_folder(published, target)
        receipt = read_receipt(folder)
        if receipt is None:
            raise NoSuchRelease(f"there is no release {target}; `releases` lists them")
        if damage := list(differences(folder, receipt)):
            raise GateRefused(target, damage)
        replaced = shelf.current_id(published)
        shelf.point_to(published, target)
        ledger.append(published, event="rolled_back", release_id=target, at=moment, replaced=replaced)
    return target


def pin(published: Path, release_id: str, is_pinned: bool = True, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Keep a release for good, or let it go with the others again. Raises NoSuchRelease."""
    with release_lock(published, patience_seconds):
        if release_id not in shelf.shelved_ids(published):
            raise NoSuchRelease(f"there is no release {release_id}; `releases` lists them")
        if (release_id in shelf.pinned_ids(published)) != is_pinned:
            ledger.append(published, event="pinned" if is_pinned else "unpinned", release_id=release_id, at=_now())


def list_releases(published: Path) -> list[Shelved]:
    """Releases on the shelf, newest publication first."""
    times = {
        line["release_id"]: datetime.fromisoformat(line["at"])
        for line in ledger.read(published)
        if line.get("event") == "published"
    }
    current, pinned = shelf.current_id(published), shelf.pinned_ids(published)
    return [
        Shelved(
            ReleaseManifest.read(shelf.released_folder(published, release_id)),
            times.get(release_id),
            release_id == current,
            release_id in pinned,
        )
        for release_id in reversed(shelf.shelved_ids(published))
    ]


def current(published: Path) -> ReleaseManifest | None:
    """The release that readers see; None before the first."""
    release_id = shelf.current_id(published)
    return ReleaseManifest.read(shelf.released_folder(published, release_id)) if release_id else None


def _before_current(published: Path) -> str:
    """The release published before the current one, of those still on the shelf."""
    ids, newest = shelf.shelved_ids(published), shelf.current_id(published)
    earlier = ids[: ids.index(newest)] if newest in ids else ids
    if not earlier:
        raise NoSuchRelease("there is no earlier release to go back to")
    return earlier[-1]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _receipt_of(published: Path, release_id: str) -> Receipt:
    """The candidate's receipt, or a refusal that says where the candidate is instead."""
    folder = shelf.candidate_folder(published, release_id)
    if not folder.exists():
        if earlier := shelf.refusal_of(published, release_id):
            raise GateRefused(release_id, earlier)
        if shelf.released_folder(published, release_id).exists():
            raise GateRefused(release_id, ["it is already published; to go back to it, roll back"])
        raise GateRefused(release_id, ["there is no such candidate"])
    receipt = read_receipt(folder)
    if receipt is None:
        raise GateRefused(release_id, ["it has no receipt: it was never audited, or its audit did not finish"])
    return receipt


def _decide(published: Path, folder: Path, receipt: Receipt, rules: Sequence[Rule], replace_live: bool) -> Verdict:
    """Compare anew with what is published now, which may not be what was there at the audit, and decide."""
    manifest = ReleaseManifest.read(folder)
    last = shelf.last_release(published, manifest.scope)
    tables = Catalog.from_json((folder / "catalog.json").read_bytes()).tables
    catalog = Catalog(tuple(table for table in tables if table.schema in PUBLISHED_SCHEMAS))
    changes: list[TableChange] = []
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        recorded = connection.execute("select rule_id, status from meta.check_results").fetchall()
        if last is not None and is_comparable(manifest, last):
            changes = compare(connection, catalog, shelf.database_of(published, last.release_id))
    results = {result.rule_id: result for result in receipt.results}
    results |= {result.rule_id: result for result in compare_releases(manifest, last, changes)}
    verdict = decide(list(results.values()), required_rule_ids(rules), manifest, current(published), replace_live)
    claimed = {rule_id: str(result["status"]) for rule_id, result in receipt.verdicts.items()}
    if claimed == dict(recorded):
        return verdict
    forged = Reason("receipt", "the receipt's verdicts are not those that the audit wrote into meta.check_results")
    return Verdict("refuse", (*verdict.reasons, forged), verdict.warnings)
