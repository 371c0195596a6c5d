"""The audit receipt: which bytes were audited, by which rules, with which outcome.

Written last when a candidate is sealed (`seal.py`); `release.py` publishes nothing that differs from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from ingestion.atomic import write_atomically
from orchestration.check_result import CheckResult
from orchestration.rules import Rule, rule_set_hash

FILE = "receipt.json"
# An audit speaks for its day: later the sources may have moved on and the rules been sharpened.
MAX_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Receipt:
    """`files` maps every file of the release to its sha256, `verdicts` every rule id to its result."""

    release_id: str
    created_at: datetime
    rule_set_hash: str
    files: Mapping[str, str]
    verdicts: Mapping[str, Mapping[str, Any]]

    @property
    def results(self) -> list[CheckResult]:
        return [CheckResult(**verdict) for verdict in self.verdicts.values()]


def write_receipt(
    folder: Path, release_id: str, created_at: datetime, rules: Sequence[Rule], results: Sequence[CheckResult]
) -> Receipt:
    """Hash every file of the release and write the receipt beside them."""
    receipt = Receipt(
        release_id=release_id,
        created_at=created_at,
        rule_set_hash=rule_set_hash(rules),
        files=hash_files(folder),
        verdicts={result.rule_id: result.to_dict() for result in results},
    )
    body = orjson.dumps(asdict(receipt), option=orjson.OPT_INDENT_2)
    write_atomically(folder / FILE, lambda part: _write(part, body))
    return receipt


def read_receipt(folder: Path) -> Receipt | None:
    """The receipt of a release folder; None where there is none or it cannot be read."""
    try:
        body = orjson.loads((folder / FILE).read_bytes())
        return Receipt(**{**body, "created_at": datetime.fromisoformat(body["created_at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def hash_files(folder: Path) -> dict[str, str]:
    """sha256 of every file below the folder but the receipt, by relative path."""
    return {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != FILE
    }


def differences(folder: Path, receipt: Receipt) -> Iterator[str]:
    """How the files differ from what was audited."""
    found = hash_files(folder)
    for name in sorted(set(found) | set(receipt.files)):
        if name not in found:
            yield f"{name} was audited and is gone"
        elif name not in receipt.files:
            yield f"{name} was never audited"
        elif found[name] != receipt.files[name]:
            yield f"{name} was changed after its audit"


def objections(folder: Path, receipt: Receipt, release_id: str, rules: Sequence[Rule], now: datetime) -> Iterator[str]:
    """Everything that keeps the receipt from vouching for this folder now."""
    if receipt.release_id != release_id:
        yield f"the receipt is for {receipt.release_id}, another candidate"
    if now - receipt.created_at > MAX_AGE:
        hours = MAX_AGE.total_seconds() / 3600
        yield f"the receipt of {receipt.created_at:%Y-%m-%d %H:%M} is older than {hours:.0f} h"
    if receipt.rule_set_hash != rule_set_hash(rules):
        yield "the rules have changed since the audit"
    yield from differences(folder, receipt)


def receipt_sha256(folder: Path) -> str:
    """Hash of the receipt itself, for the ledger."""
    return _sha256(folder / FILE)


def _write(path: Path, body: bytes) -> None:
    path.write_bytes(body)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
