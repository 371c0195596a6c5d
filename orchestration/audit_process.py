"""A second process of a run, which judges a candidate and draws its brief.

Great Expectations and the library of charts take longer to load than to work, and hold Python's lock meanwhile: here
they load while Dagster's events of the build are stored, and draw while the first process writes files
(docs/decisions/0003). It ends with the one that started it, whatever ends that.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.check_result import CheckResult
from orchestration.quality import AuditScope
from orchestration.refusals import HelperFailed

SHOWN_CHARACTERS = 2000


class AuditProcess:
    """The process; one question at a time, a line each way. Whatever goes wrong there is raised as HelperFailed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        # A pipe that nobody empties would stop it at the first long warning.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed by end

    def start(self) -> subprocess.Popen[bytes]:
        """Let it load its libraries; once it has begun, this does nothing."""
        if self._process is None:
            pipe, command = subprocess.PIPE, [sys.executable, "-m", __name__]
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._said)  # noqa: S603  our own
        return self._process

    def judge(self, database: Path, scope: AuditScope) -> list[CheckResult]:
        """What `quality.audit` says of every rule."""
        window = scope.window_from.isoformat(), scope.window_to.isoformat()
        return [CheckResult(**told) for told in self._ask("judge", database, scope.as_of.isoformat(), *window)]

    def write_brief(self, database: Path, folder: Path) -> None:
        """Draw the brief of a database that has its `meta`, into a folder."""
        self._ask("write_brief", database, folder)

    def end(self) -> None:
        """Stop it, whatever it does."""
        if self._process:
            self._process.kill()
            self._process.communicate()
        self._said.close()

    def _ask(self, what: str, *given: str | Path) -> Any:
        process = self.start()
        line = b""
        if process.stdin and process.stdout:
            try:
                process.stdin.write(orjson.dumps([what, *map(str, given)]) + b"\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except BrokenPipeError:
                pass  # as if it had said nothing
        if not line:
            process.wait()
            self._said.seek(0)
            said = self._said.read().decode(errors="replace").strip()[-SHOWN_CHARACTERS:]
            raise HelperFailed(f"the process of the audit ended with {process.returncode}: {said}")
        answer = orjson.loads(line)
        if failure := answer.get("failure"):
            raise HelperFailed(failure) from (OSError(answer["errno"], failure) if answer["errno"] else None)
        return answer["done"]


def _judge(database: str, as_of: str, window_from: str, window_to: str) -> list[dict[str, Any]]:
    from orchestration.quality import audit
    from orchestration.rules import load_rules

    days = date.fromisoformat(window_from), date.fromisoformat(window_to)
    judged = audit(Path(database), load_rules(), AuditScope(datetime.fromisoformat(as_of), *days))
    return [result.to_dict() for result in judged]


def _write_brief(database: str, folder: str) -> None:
    from orchestration.brief.render import write_brief

    write_brief(Path(database), Path(folder))


def _serve() -> None:
    """Load, then answer until nobody can ask any more."""
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is no reply
    from orchestration.brief.picture import load_library
    from orchestration.expectations_library import great_expectations

    great_expectations()
    load_library()
    work: dict[str, Callable[..., Any]] = {"judge": _judge, "write_brief": _write_brief}
    for line in sys.stdin.buffer:
        what, *given = orjson.loads(line)
        try:
            answer = {"done": work[what](*given)}
        except Exception as error:
            answer = {"failure": str(error) or repr(error), "errno": getattr(error, "errno", None)}
        replies.write(orjson.dumps(answer) + b"\n")


if __name__ == "__main__":
    _serve()
