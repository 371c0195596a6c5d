"""dbt's manifest for the definitions: parsed when a project file changed, read otherwise. No database is touched."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from ingestion.errors import UnwindError
from ingestion.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"
TARGET = DBT_PROJECT / "target"
_SUFFIXES = {".sql", ".py", ".yml", ".yaml", ".csv"}


@cache
def manifest_path() -> Path:
    """Path of an up-to-date manifest.json; parses the project first if any of its files changed."""
    stamp, wanted = TARGET / "project.sha256", project_digest()
    if stamp.exists() and stamp.read_text() == wanted and (TARGET / "manifest.json").exists():
        return TARGET / "manifest.json"
    from dbt.cli.main import dbtRunner

    from ingestion.atomic import write_atomically
    from orchestration.dbt_connections import close_dbt_connections
    from orchestration.warehouse import environment

    arguments = ["parse", "--quiet", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    with environment(UNWIND_WAREHOUSE=None, DO_NOT_TRACK="1"):
        try:
            outcome = dbtRunner().invoke([*arguments, "--log-path", str(TARGET / "logs")])
        finally:
            close_dbt_connections()
    if not outcome.success:
        raise UnwindError(f"the dbt project does not parse: {outcome.exception}")
    write_atomically(stamp, lambda part: Path(part).write_text(wanted))
    return TARGET / "manifest.json"


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
