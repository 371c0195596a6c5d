"""A Spark standalone cluster of real processes on loopback: a master, and two workers of one core each.

`make spark-cluster` starts it to be tried; the tests start their own. Packages and Java alone, by the classes that
Spark's own scripts start, which want a shell account on each host. What runs on it is not said here.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGES = Path(__file__).parents[2] / ".venv-spark"
WORKERS = 2
# Of a worker's gigabytes its executor takes most; Java's own memory is beside them.
WORKER_MEMORY = "1536m"
START_SECONDS = 60


@contextmanager
def spark_cluster(port: int = 0) -> Iterator[str]:
    """The master's address, once both workers are with it; all of it ends with the block."""
    port = port or free_port()
    address = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="unwind-spark-")))
        log = folder / "master.log"
        where = ["--host", "127.0.0.1", "--webui-port", "0"]
        stack.enter_context(_process(f"{deploy}.master.Master", [*where, "--port", str(port)], folder, log))
        for number in range(WORKERS):
            its = ["--cores", "1", "--memory", WORKER_MEMORY, "--work-dir", str(folder / f"worker{number}"), address]
            stack.enter_context(
                _process(f"{deploy}.worker.Worker", [*where, *its], folder, folder / f"worker{number}.log")
            )
        _wait(log)
        yield address


@contextmanager
def _process(java_class: str, arguments: list[str], folder: Path, log: Path) -> Iterator[None]:
    spark = next(PACKAGES.glob("lib/python3*/site-packages/pyspark"))
    environment = {**os.environ, "SPARK_HOME": str(spark), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "512m"}
    # Executors are Java's children, and a group of their own ends with the one that started them.
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(spark / "bin" / "spark-class"), java_class, *arguments],
            env=environment,
            cwd=folder,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(log: Path) -> None:
    """Until the master has said of every worker that it came."""
    until = time.monotonic() + START_SECONDS
    while log.read_text().count("Registering worker") < WORKERS:
        if time.monotonic() > until:
            raise TimeoutError(f"no cluster after {START_SECONDS} s: {log.read_text()[-2000:]}")
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt), spark_cluster(7077) as at:
        print(f"{at}, {WORKERS} workers of one core each; Ctrl-C ends it", flush=True)
        threading.Event().wait()
