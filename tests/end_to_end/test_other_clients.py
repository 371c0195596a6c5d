"""Clients of other versions and kinds read the published file as the installed one does. Opt-in: `make test-clients`.

They are fetched from the package index on first use; where that cannot be done, the test is skipped and says why.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.children import BIN, Machine
from tests.end_to_end.questions import ask

pytestmark = [pytest.mark.clients, pytest.mark.xdist_group("case")]
CLIENTS = Path(__file__).parent / "clients"
# Everything as text: clients differ in how they hand out a BIGINT, never in what it is.
QUESTION = """
select 'tables' as asked, cast(count(*) as varchar) as answer from duckdb_tables()
union all
select 'comment', comment from duckdb_tables() where schema_name = 'marts' and table_name = 'fct_price_daily'
union all
select 'unit', comment from duckdb_columns()
where schema_name = 'marts' and table_name = 'fct_open_interest_daily' and column_name = 'position_effect_usd'
union all
select 'close ' || observed_date || ' ' || known_at, cast(close_price as varchar)
from marts.fct_price_daily where venue = 'binance' and is_final
union all
select 'flow ' || session_date || ' ' || known_from_at, cast(flow_usd as varchar)
from as_of.etf_flow(timestamp '2026-02-06 05:00') where session_date >= '2026-02-01'
order by asked
"""


def fetched(command: list[str], cwd: Path) -> None:
    """Install a client, or skip."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=200, check=False)
    if done.returncode:
        pytest.skip(f"{command[0]} could not fetch it: {done.stderr.strip()[-200:]}")


def answer_of(command: list[str], database: Path, cwd: Path) -> tuple[str, list[tuple[str, str]]]:
    """Version of a client, and what it answers."""
    told = subprocess.run(
        [*command, str(database.resolve()), QUESTION], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )
    assert told.returncode == 0, told.stderr
    version, rows = json.loads(told.stdout)
    return version.removeprefix("v"), [tuple(row) for row in rows]


@pytest.mark.parametrize("version", ["1.4.5", "2.0.0"])
def test_another_duckdb_reads_the_same(published_case: Machine, version: str, tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    fetched([str(BIN / "uv"), "venv", "--quiet", "--python", str(BIN / "python"), "venv"], tmp_path)
    fetched([str(BIN / "uv"), "pip", "install", "--quiet", "--python", str(python), f"duckdb=={version}"], tmp_path)
    said, rows = answer_of([str(python), "-I", str(CLIENTS / "python_duckdb.py")], published_case.database, tmp_path)
    assert said == version
    assert rows == ask(published_case.database, QUESTION)


@pytest.mark.skipif(not shutil.which("npm"), reason="npm is not installed")
@pytest.mark.parametrize(
    ("package", "script"), [("@duckdb/node-api@1.5.6-r.1", "node_api.mjs"), ("@duckdb/duckdb-wasm@1.32.0", "wasm.cjs")]
)
def test_node_and_browsers_read_the_same(published_case: Machine, package: str, script: str, tmp_path: Path) -> None:
    fetched(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", package], tmp_path)
    shutil.copy(CLIENTS / script, tmp_path)
    _, rows = answer_of(["node", script], published_case.database, tmp_path)
    assert rows == ask(published_case.database, QUESTION)
