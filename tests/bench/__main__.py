"""`make bench`: every goal in one command, printed, kept in docs/benchmarks.json and written to docs/benchmarks.md.

`--quick` looks in under two minutes, `--only G8,G9` measures again what those need, `--scale` is `make bench-scale`.
What was measured in full is kept. A missed bar of ours, or a module that failed, is the exit code.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from tests.bench import page, record
from tests.bench.found import Found, Size
from tests.bench.goals import GOALS
from tests.bench.places import PROJECT

# Who measures what. `distributed` is there where Spark and Sail are; `scale` only when asked for.
MODULES: dict[str, tuple[str, ...]] = {
    "trades": ("G8 scan", "G8 polars", "G8 peak"),
    "stored": ("G14 size", "G14 scan"),
    "added_days": ("G12 years", "G12 full"),
    "coins": ("G10 scan", "G10 polars"),
    "surface": ("G9 scan", "G9 polars", "G9 numpy", "G9 pandas", "own surface"),
    "correlations": ("G11 polars", "G11 pandas", "own correlations"),
    "landing": ("G13 json", "G13 csv"),
    "checks": ("G7",),
    "offline": ("G15",),
    "whole_runs": ("G1 cpu", "G1 wall", "G2", "G3", "G5", "G6", "own client"),
    "distributed": ("G8 spark", "G10 spark", "G16 cells", "G16 run"),
    "scale": ("G8 growth", "own coins"),
}


def main(arguments: list[str]) -> int:
    asked = _asked(arguments)
    size: Size = "quick" if asked.quick else "full"
    entries = {}
    for module in chosen(asked.only, asked.scale):
        print(f"{module} …", flush=True)
        entries[module] = measured(module, size)
        one = entries[module]
        print("\n".join(f"  {told}" for told in (one.told if one.failure is None else [one.failure])), flush=True)
    print("\n".join(["", *page.lines(entries)]))
    if size == "full":
        kept = record.load() | entries
        record.save(kept)
        page.write({module: kept[module] for module in MODULES if module in kept})
    failed = [module for module, one in entries.items() if one.failure]
    missed = [goal.key for goal in GOALS if page.is_missed(goal, page.by_goal(entries, goal))]
    seconds = sum(one.seconds for one in entries.values())
    print(f"{seconds:.0f} s; missed: {', '.join(missed) or 'none'}; failed: {', '.join(failed) or 'none'}")
    return int(bool(missed or failed))


def chosen(only: str, is_scale: bool = False) -> list[str]:
    """Modules that measure these goals (G8 or its keys); all but `scale` where none is named."""
    if is_scale:
        return ["scale"]
    wanted = {name.strip() for name in only.split(",") if name.strip()}
    if not wanted:
        return [module for module in MODULES if module != "scale"]
    found = [module for module, keys in MODULES.items() if wanted & {*keys, *(key.split()[0] for key in keys), module}]
    return [module for module in found if module != "scale" or "scale" in wanted]


def measured(module: str, size: Size) -> record.Entry:
    """One module's entry. What goes wrong in it is told there: the others are measured all the same."""
    home, started = Path(tempfile.mkdtemp(prefix=f"unwind-{module}-")), time.monotonic()
    found, failure = Found(), None
    try:
        found = import_module(f"tests.bench.{module}").measure(size, home)
    except ModuleNotFoundError as missing:
        found = Found(absent=dict.fromkeys(MODULES[module], f"not measured here, there is no {missing.name}"))
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return record.entry(found, size, time.monotonic() - started, failure)


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer, under two minutes; nothing is kept")
    parser.add_argument("--only", default="", metavar="G8,G9", help="only what measures these goals")
    parser.add_argument("--scale", action="store_true", help="200M trades and 100M unspent outputs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    os.chdir(PROJECT)
    sys.exit(main(sys.argv[1:]))
