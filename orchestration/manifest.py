"""dbt's manifest for the definitions: parsed when a project file changed, read otherwise. No database is touched."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache, partial
from pathlib import Path

from ingestion.atomic import write_atomically
from ingestion.errors import UnwindError
from ingestion.settings import PROJECT
from ingestion.turns import turn

DBT_PROJECT = PROJECT / "dbt_project"
TARGET = DBT_PROJECT / "target"
MANIFEST, PARSE, STAMP = "manifest.json", "partial_parse.msgpack", "project.sha256"
_SUFFIXES = {".sql", ".py", ".yml", ".yaml", ".csv"}


@cache
def manifest_path() -> Path:
    """Path of an up-to-date manifest.json; parses the project first if any of its files changed.

    A fresh checkout is often met by several processes at once (tests, a daemon beside its web server): one of them
    parses, the others wait for it, and nobody ever reads half a file.
    """
    wanted = project_digest()
    if not _is_parsed(wanted):
        with turn(TARGET):
            if not _is_parsed(wanted):
                _parse()
                write_atomically(TARGET / STAMP, lambda part: part.write_text(wanted))
    return TARGET / MANIFEST


def _is_parsed(wanted: str) -> bool:
    stamp = TARGET / STAMP
    return stamp.exists() and stamp.read_text() == wanted and (TARGET / MANIFEST).exists()


def _parse() -> None:
    from dbt.cli.main import dbtRunner

    from orchestration.dbt_connections import close_dbt_connections
    from orchestration.warehouse import environment

    parsed = TARGET / "parsed"
    arguments = ["parse", "--quiet", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    with environment(UNWIND_WAREHOUSE=None, DO_NOT_TRACK="1"):
        try:
            outcome = dbtRunner().invoke([*arguments, "--target-path", str(parsed), "--log-path", str(parsed / "logs")])
        finally:
            close_dbt_connections()
    if not outcome.success:
        raise UnwindError(f"the dbt project does not parse: {outcome.exception}")
    # dbt writes its files in place, where a reader could meet the first half of one.
    for name in (PARSE, MANIFEST):
        write_atomically(TARGET / name, partial(shutil.copyfile, parsed / name))


@cache
def project_digest() -> str:
    """Hash over every file of the dbt project that its manifest and its answers are made from, as this process found
    them."""
    digest = hashlib.sha256()
    for path in sorted(DBT_PROJECT.rglob("*")):
        if path.suffix in _SUFFIXES and TARGET not in path.parents and "logs" not in path.parts:
            digest.update(str(path.relative_to(DBT_PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print(manifest_path())
