"""A Superset on this machine alone: its folder, its secrets, and its process. What is shown in it is bootstrap.py's."""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from ingestion.errors import UnwindError
from ingestion.settings import PROJECT, Settings

DEPLOY = PROJECT / "deploy" / "superset"
USER, PASSWORD = "admin", "UNWIND_SUPERSET_PASSWORD"
PATIENCE_SECONDS = 180.0


class SupersetFailed(UnwindError):
    """A program of Superset's ended badly, or did not come up in time."""


class Server:
    """Use as a context manager: its tables are there and it answers while the block lasts.

    programs: folder of the programs of Superset's own environment. home: where it keeps its SQLite, secrets and log.
    """

    def __init__(self, programs: Path, home: Path, port: int, settings: Settings) -> None:
        self.programs, self.home, self.url = programs, home, f"http://127.0.0.1:{port}"
        self.address = f"127.0.0.1:{port}"
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.password = settings.secret(PASSWORD) or _kept(home / "password")
        self._environment = {
            # Keys of sources are none of its business.
            **{name: value for name, value in os.environ.items() if not name.startswith("UNWIND_")},
            "SUPERSET_HOME": str(home),
            "SUPERSET_CONFIG_PATH": str(DEPLOY / "superset_config.py"),
            "SUPERSET_SECRET_KEY": _kept(home / "secret_key"),
            PASSWORD: self.password,
            "FLASK_APP": "superset.app:create_app()",
            # No pixel that tells its makers of this instance.
            "SCARF_ANALYTICS": "false",
            "PYTHONPATH": "",
        }

    def __enter__(self) -> Self:
        self._prepare()
        command = [
            "gunicorn",
            "--bind",
            self.address,
            "--threads",
            "4",
            "--timeout",
            "120",
            "superset.app:create_app()",
        ]
        with self.log.open("ab") as told:
            self._process = subprocess.Popen(  # noqa: S603  our own commands
                [self.programs / command[0], *command[1:]],
                env=self._environment,
                cwd=self.home,
                stdout=told,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    @property
    def log(self) -> Path:
        return self.home / "superset.log"

    def _prepare(self) -> None:
        """Tables, roles and a user, once for each version."""
        done = self.home / "prepared-for"
        version = hashlib.sha256((DEPLOY / "requirements.lock").read_bytes()).hexdigest()
        if done.exists() and done.read_text() == version:
            return
        self._run("superset", "db", "upgrade")
        self._run("superset", "init")
        self._run("python", str(DEPLOY / "add_admin.py"))
        done.write_text(version)

    def _run(self, program: str, *arguments: str) -> None:
        with self.log.open("ab") as told:
            done = subprocess.run(  # noqa: S603
                [self.programs / program, *arguments],
                env=self._environment,
                cwd=self.home,
                stdout=told,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise SupersetFailed(f"{program} {' '.join(arguments)} failed; {self.log} says why")

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return
            time.sleep(0.5)
        raise SupersetFailed(f"Superset did not come up at {self.url}; {self.log} says why")

    def _stop(self) -> None:
        """With all of its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _kept(file: Path) -> str:
    """A secret of this Superset: made by chance once, and read by its owner only."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(32))
    return file.read_text()
