"""Ten tables with ten checks each (G7): our test `sound` in dbt, beside the same hundred checks as plain SQL.

A project of ten tables is made with nothing of ours in it but the test. Ours is what dbt says that its tests took;
starting dbt is not in it, since a run starts it once, whatever it tests.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from statistics import median

import duckdb

from tests.bench.found import Found, Size
from tests.bench.measure import in_turns, run
from tests.bench.places import DBT_PROJECT, QUIET, dbt

# Rows a table, rounds.
SIZES: dict[Size, tuple[int, int]] = {"full": (200_000, 5), "quick": (200_000, 1), "tiny": (1_000, 1)}
TABLES = 10
GRAIN = ["observed_at", "symbol"]
FIGURES = ["open_price", "high_price", "low_price", "close_price"]
RULES = {
    "high_is_highest": "high_price >= greatest(open_price, close_price)",
    "low_is_lowest": "low_price <= least(open_price, close_price)",
    "prices_are_positive": "low_price > 0",
    "volume_is_not_negative": "volume >= 0",
}
ROWS = """
    select timestamp '2020-01-01' + to_minutes(cast(n // 4 as int)) as observed_at, 'S' || (n % 4) as symbol,
        100.0 + n % 97 as open_price, 210.0 + n % 13 as high_price, 50.0 + n % 7 as low_price,
        100.0 + n % 89 as close_price, n % 1000 as volume
    from range({rows}) as numbers (n)
"""


def measure(size: Size, home: Path) -> Found:
    rows, rounds = SIZES[size]
    project, warehouse = home / "project", home / "checked.duckdb"
    write_project(project, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        for number in range(TABLES):
            connection.execute(f"create table table_{number} as {ROWS.format(rows=rows)}")

    def ours() -> float:
        run(dbt("test", target=home / "t", project=project), QUIET, project)
        results = json.loads((home / "t" / "run_results.json").read_text())["results"]
        assert [one["status"] for one in results] == ["pass"] * TABLES
        return float(sum(one["execution_time"] for one in results))

    seconds = median([ours() for _ in range(rounds)])
    with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
        plain = in_turns({"plain": lambda: ask_plainly(connection)}, rounds)["plain"]
    checks = len(RULES) + len(FIGURES) + 2
    return Found(
        {"G7": seconds / plain},
        told=[
            f"{TABLES} tables of {rows:,} rows, {checks} checks each, {rounds} rounds, one thread",
            f"ours {seconds:.2f} s, plain SQL {plain:.2f} s",
        ],
    )


def ask_plainly(connection: duckdb.DuckDBPyConnection) -> None:
    """The same checks, one aggregate each, one statement a table. Raises AssertionError where one is broken."""
    key = f"({', '.join(GRAIN)})"
    aggregates = [
        f"count(*) - count(distinct {key})",
        f"count(*) filter (where {' is null or '.join(GRAIN)} is null)",
        *(f"count(*) filter (where not isfinite({name}))" for name in FIGURES),
        *(f"count(*) filter (where not ({rule}))" for rule in RULES.values()),
    ]
    for number in range(TABLES):
        [broken] = connection.execute(f"select {', '.join(aggregates)} from table_{number}").fetchall()
        assert not any(broken)


def write_project(project: Path, warehouse: Path) -> None:
    """Models that stand in for tables which are there already: only their tests are run."""
    (project / "models").mkdir(parents=True)
    (project / "tests" / "generic").mkdir(parents=True)
    shutil.copy(DBT_PROJECT / "tests" / "generic" / "sound.sql", project / "tests" / "generic")
    columns = [{"name": name, "data_type": "double"} for name in FIGURES]
    models = []
    for number in range(TABLES):
        (project / "models" / f"table_{number}.sql").write_text("select 1")
        sound = {"name": f"table_{number}__is_sound", "arguments": {"grain": GRAIN, "rules": RULES}}
        models.append({"name": f"table_{number}", "columns": columns, "data_tests": [{"sound": sound}]})
    profile = {"outputs": {"dev": {"type": "duckdb", "path": str(warehouse), "threads": 1, "settings": {"threads": 1}}}}
    flags = {"require_generic_test_arguments_property": True, "send_anonymous_usage_stats": False}
    # JSON is YAML.
    for name, content in {
        "dbt_project.yml": {"name": "checked", "profile": "checked", "flags": flags},
        "profiles.yml": {"checked": {"target": "dev", **profile}},
        "models/models.yml": {"models": models},
    }.items():
        (project / name).write_text(json.dumps(content))
