"""Whole runs against the usual ways (G1-G3) over a server on loopback, and what starting costs (G5, G6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.bench.client import beyond_transfer_ms
from tests.bench.found import Found, Size
from tests.bench.measure import Cost, rounds, run
from tests.bench.places import BIN, PYTHON, QUIET, dbt
from tests.loopback.exchange import TEN, Exchange

FIRST, LAST = "2026-02-20", "2026-03-07"
# Rounds of whole runs; of them, those with one process a step, which take a minute each. Ten minutes are for all.
SIZES: dict[Size, tuple[int, int]] = {"full": (2, 1), "quick": (0, 0), "tiny": (0, 0)}


def measure(size: Size, home: Path) -> Found:
    count, slow = SIZES[size]
    figures, costs = {}, {}
    if count:
        with Exchange(now="2026-03-10T12:00:00") as exchange:
            costs = rounds(_whole_runs(home, exchange.url, slow), count)
        ours = costs["ours"]
        figures = {"G2": costs["stock in-process"].cpu / ours.cpu, "G3": ours.cpu / costs["dbt build"].cpu}
    if slow:
        stock = costs["stock multiprocess"]
        figures |= {"G1 cpu": stock.cpu / ours.cpu, "G1 wall": stock.wall / ours.wall}
    costs |= rounds(_starts(), 2 * count + 1)
    figures["G5"] = costs["unwind --help"].cpu / costs["import duckdb"].cpu
    figures["G6"] = costs["import our definitions"].cpu / costs["import dagster_dbt"].cpu
    figures["own client"] = beyond_transfer_ms()
    return Found(
        figures,
        absent={key: "only in a full run" for key in ("G1 cpu", "G1 wall", "G2", "G3") if key not in figures},
        told=[f"{count} rounds, {slow} of them with a process a step; starts {2 * count + 1}"]
        + [f"{name} {cost.cpu:.2f} CPU s, {cost.wall:.2f} s" for name, cost in costs.items()],
    )


def _whole_runs(home: Path, url: str, slow: int) -> dict[str, Callable[[int], Cost | None]]:
    def environment(name: str, number: int) -> dict[str, str]:
        data = home / f"{name}-{number}"
        data.mkdir(parents=True)
        dagster = data / "dagster"
        dagster.mkdir()
        if name != "ours":  # whose instance is part of what is measured
            (dagster / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
        return {
            **QUIET,
            "UNWIND_DATA_DIR": str(data),
            "DAGSTER_HOME": str(dagster),
            "UNWIND_MIRROR": url,
            "UNWIND_SOURCES": TEN,
        }

    def ours(number: int) -> Cost:
        command = [PYTHON, "-m", "tests.bench.unpaced", "run", "--live", "--from", FIRST, "--to", LAST]
        return run(command, environment("ours", number))

    def stock(executor: str) -> Callable[[int], Cost]:
        command = [PYTHON, "-m", "tests.bench.stock", executor, FIRST, LAST]
        return lambda number: run(command, environment(executor, number))

    def dbt_build(number: int) -> Cost:
        landed = home / f"ours-{number}"
        settings = {"UNWIND_WAREHOUSE": str(home / f"dbt-{number}.duckdb")}
        command = dbt("build", "--exclude-resource-type", "unit_test", target=home / f"target-{number}")
        return run(command, {**QUIET, **settings}, landed)

    def multiprocess(number: int) -> Cost | None:
        return stock("multiprocess")(number) if number < slow else None

    usual = {"stock in-process": stock("in_process"), "stock multiprocess": multiprocess}
    return {"ours": ours, "dbt build": dbt_build, **usual}


def _starts() -> dict[str, Callable[[int], Cost | None]]:
    def python(code: str) -> Callable[[int], Cost]:
        return lambda _: run([PYTHON, "-W", "ignore", "-c", code], QUIET)

    return {
        "unwind --help": lambda _: run([str(BIN / "unwind"), "--help"], QUIET),
        "import duckdb": python("import duckdb"),
        "import our definitions": python("import orchestration.definitions"),
        "import dagster_dbt": python("import dagster_dbt"),
    }
