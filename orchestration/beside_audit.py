"""A process that works on a candidate while this one audits it: it reads what is in the tables, then draws the brief.

DuckDB opens a file in one way per process, and the audit has its own; and the library of charts, which takes as long
to load as half an audit, holds Python's lock while it draws. Both were waited for in every run
(docs/decisions/0003). The process ends with the one that started it, whatever ends that.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.candidate import Candidate
from orchestration.contents import Contents, read_contents
from orchestration.refusals import HelperFailed


class Helper:
    """The process, which answers once to each of the two."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def contents(self) -> Contents:
        """What is in the candidate's tables. Raises HelperFailed."""
        line = self._process.stdout.readline() if self._process.stdout else b""
        if not line:
            self._finish()
        return Contents.from_json(line)

    def write_brief(self, database: Path, folder: Path) -> None:
        """Draw the brief of a database that has its `meta`, into a folder. Raises HelperFailed."""
        self._finish(f"{database}\0{folder}".encode())

    def _finish(self, told: bytes | None = None) -> None:
        _, error = self._process.communicate(told)
        if self._process.returncode or told is None:
            raise HelperFailed(error.decode(errors="replace").strip() or "the process beside the audit has ended")


@contextmanager
def beside_audit(candidate: Candidate, manifest: Path) -> Iterator[Helper]:
    """Start the process; one that was not asked for a brief draws none."""
    command = [sys.executable, "-m", __name__, str(candidate.database), str(manifest), *candidate.asof_schemas]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:  # noqa: S603  our own code
        yield Helper(process)


def _main(database: str, manifest: str, *asof_schemas: str) -> None:
    from orchestration.catalog import read_catalog

    sys.stdout.buffer.write(read_contents(Path(database), read_catalog(Path(manifest)), asof_schemas).to_json() + b"\n")
    sys.stdout.buffer.flush()
    from orchestration.brief.picture import load_library
    from orchestration.brief.render import write_brief

    load_library()
    asked = sys.stdin.buffer.read().decode()
    if asked:
        of, into = asked.split("\0")
        write_brief(Path(of), Path(into))


if __name__ == "__main__":
    _main(*sys.argv[1:])
