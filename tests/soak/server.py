"""The server of deploy/ as plain processes: the commands of the systemd units, with free ports and folders of a test.

`python -m tests.soak.server` starts one and leaves it running, to look at.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self
from unittest.mock import patch

from tests.end_to_end.children import BIN, Machine
from tests.soak.postgres import Postgres, free_port

if TYPE_CHECKING:
    from dagster import DagsterInstance

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PATIENCE_SECONDS = 90.0


def command_of(unit: str) -> list[str]:
    """What a systemd unit starts."""
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(DEPLOY / "systemd" / f"unwind-{unit}.service")
    return shlex.split(parser["Service"]["ExecStart"])


class Server:
    """Code server, webserver and daemon over a Postgres, each in a process group of its own."""

    def __init__(self, machine: Machine, postgres: Postgres, **settings: str) -> None:
        self.machine = machine
        self.code_port, self.ui_port = free_port(), free_port()
        self.etc = machine.root / "etc"
        self.etc.mkdir(parents=True)
        for name in ("dagster.yaml", "workspace.yaml"):
            text = (DEPLOY / name).read_text().replace("port: 4000", f"port: {self.code_port}")
            (self.etc / name).write_text(text)
        self.settings = {
            "DAGSTER_HOME": str(self.etc),
            "DAGSTER_EVENT_BATCH_SIZE": "500",
            "UNWIND_CODE_HOST": "127.0.0.1",
            "DO_NOT_TRACK": "1",
            **postgres.environment,
            **settings,
        }
        # Where Dagster's Postgres library stands, if not beside this Python's other packages.
        self.settings["PYTHONPATH"] = os.pathsep.join([machine.environment()["PYTHONPATH"], *sys.path[1:]])
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.running)[::-1]:
            self.stop(name)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ui_port}"

    def start(self, name: str, *instead: str) -> None:
        """Start what a unit starts; `instead` takes the place of its program."""
        changes = {
            "/opt/unwind/.venv/bin": str(BIN),
            "/etc/unwind": str(self.etc),
            "4000": str(self.code_port),
            "3000": str(self.ui_port),
        }
        command = command_of(name)
        for old, new in changes.items():
            command = [part.replace(old, new) for part in command]
        with self.log(name).open("ab") as told:
            self.running[name] = subprocess.Popen(
                [*instead, *command[1:]] if instead else command,
                env=self.machine.environment(**self.settings),
                cwd=self.machine.root,
                stdout=told,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self, name: str) -> None:
        """As a machine does that goes down: told first, then gone with all that it started."""
        process = self.running.pop(name)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, name: str) -> Path:
        return self.machine.root / f"{name}.log"

    def told(self) -> str:
        """The end of every log, for a test that fails."""
        return "\n".join(f"--- {path.name}\n{path.read_text()[-3000:]}" for path in self.machine.root.glob("*.log"))

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return self.machine.run(*command, **self.settings)

    def wait_for_the_code(self) -> None:
        probe = f"import socket; socket.create_connection(('127.0.0.1', {self.code_port}), 3)"
        self._wait(lambda: self.run(sys.executable, "-c", probe).returncode == 0, "code server")

    def wait_for_the_ui(self) -> None:
        self._wait(lambda: self.answers("/server_info"), "webserver")

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False

    def runs_of(self, worker: str = "multiprocessing.spawn") -> list[int]:
        """Processes that the code server has started for runs."""
        # Runs are started by threads of the server, and each thread knows its own children.
        threads = Path(f"/proc/{self.running['code'].pid}/task").glob("*/children")
        children = [child for thread in threads for child in thread.read_text().split()]
        return [int(child) for child in children if worker in _command_line(child)]

    @contextmanager
    def instance(self) -> Iterator[DagsterInstance]:
        """Dagster's memory, as these processes share it."""
        import dagster as dg

        with patch.dict(os.environ, self.settings), dg.DagsterInstance.from_config(str(self.etc)) as instance:
            yield instance

    def switch_on_the_morning(self, now: datetime) -> None:
        """What the switch of schedule `daily` in the UI does, but before its last tick, so that this one is due."""
        from dagster._core.definitions.run_request import InstigatorType
        from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteRepositoryOrigin
        from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData

        due = now.replace(hour=9, minute=30, second=0, microsecond=0)
        since = due - timedelta(days=int(due > now), seconds=1)
        location = GrpcServerCodeLocationOrigin("127.0.0.1", port=self.code_port, location_name="unwind")
        origin = RemoteRepositoryOrigin(location, "__repository__").get_instigator_origin("daily")
        data = ScheduleInstigatorData("30 9 * * *", since.timestamp())
        with self.instance() as instance:
            state = InstigatorState(origin, InstigatorType.SCHEDULE, InstigatorStatus.RUNNING, data)
            instance.add_instigator_state(state)

    def _wait(self, is_up: object, what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_up():  # type: ignore[operator]
            assert time.monotonic() < deadline, f"the {what} did not come up\n{self.told()}"
            assert all(process.poll() is None for process in self.running.values()), self.told()
            time.sleep(0.3)


def _command_line(pid: str) -> str:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def main() -> None:
    """Start everything over a throw-away database and this checkout's data; Control-C ends it."""
    from ingestion.settings import Settings

    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unwind-server-")))
        postgres = stack.enter_context(Postgres())
        server = stack.enter_context(Server(Machine(root), postgres, UNWIND_DATA_DIR=str(Settings().data_dir)))
        server.start("code")
        server.wait_for_the_code()
        server.start("webserver")
        server.start("daemon")
        server.wait_for_the_ui()
        print(f"{server.url}   logs: {root}/*.log   Control-C ends it and forgets its runs")
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
