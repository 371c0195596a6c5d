"""A Postgres of Debian's for one test: made, started on loopback with a password, and gone afterwards."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

# initdb refuses to run as root; Debian's own user of the database, or nobody, may.
USERS = ("postgres", "nobody")
PATIENCE_SECONDS = 30.0


def program(name: str) -> str | None:
    """A program of Postgres: on the path, or where Debian keeps them by version; the newest."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return shutil.which(name) or (str(versions[-1]) if versions else None)


def free_port() -> int:
    """A port of loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """One cluster in a folder of its own, owned by an unprivileged user where the test runs as root."""

    def __init__(self) -> None:
        self.port = free_port()
        self.password = secrets.token_hex(12)
        self.folder = Path(tempfile.mkdtemp(prefix="unwind-postgres-"))
        self._owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            names = {entry.pw_name: entry for entry in pwd.getpwall()}
            account = next(names[name] for name in USERS if name in names)
            self._owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(self.folder, account.pw_uid, account.pw_gid)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to reach it; the names of deploy/.env.example."""
        return {
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(self.port),
            "POSTGRES_DB": "postgres",
            "POSTGRES_USER": "unwind",
            "POSTGRES_PASSWORD": self.password,
        }

    def __enter__(self) -> Self:
        cluster, secret = self.folder / "cluster", self.folder / "password"
        secret.write_text(self.password)
        if self._owner:
            os.chown(secret, self._owner["user"], self._owner["group"])
        flags = ["--username=unwind", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync", "--encoding=UTF8"]
        made = self._run("initdb", "--pgdata", str(cluster), *flags)
        assert made.returncode == 0, made.stderr
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "off",
        }
        options = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        self._log = (self.folder / "log").open("w")
        self._process = subprocess.Popen(
            [str(program("postgres")), "-D", str(cluster), *options],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            **self._owner,
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._run("pg_isready", "--host=127.0.0.1", f"--port={self.port}").returncode:
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_SECONDS)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, query: str) -> list[list[str]]:
        """Rows of an answer, as text."""
        told = self._run(
            "psql",
            *("--host=127.0.0.1", f"--port={self.port}", "--username=unwind", "--dbname=postgres"),
            *("--no-align", "--tuples-only", "--command", query),
        )
        assert told.returncode == 0, told.stderr
        return [line.split("|") for line in told.stdout.splitlines()]

    def _run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(program(name)), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PGPASSWORD": self.password},
            timeout=PATIENCE_SECONDS,
            **self._owner,
        )
