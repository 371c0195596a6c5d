"""After dbt ran in this process, its warehouse file is free again, whether the build passed or failed."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt_connections import close_dbt_connections


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "good.sql").write_text("select 1 as a")
    (tmp_path / "dbt_project.yml").write_text(
        "name: tiny\nversion: 1.0.0\nprofile: tiny\nmodel-paths: [models]\n"
        "flags: {send_anonymous_usage_stats: false}\nmodels: {tiny: {+materialized: table}}\n"
    )
    (tmp_path / "profiles.yml").write_text(
        "tiny: {target: run, outputs: {run: {type: duckdb, path: \"{{ env_var('TINY_WAREHOUSE') }}\", threads: 2}}}\n"
    )
    return tmp_path


def build(project: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    from dbt.cli.main import dbtRunner

    monkeypatch.setenv("TINY_WAREHOUSE", str(warehouse))
    folder = str(project)
    arguments = ["--quiet", "build", "--project-dir", folder, "--profiles-dir", folder, "--log-path", folder]
    return bool(dbtRunner().invoke([*arguments, "--target-path", str(project / "target")]).success)


def test_the_file_is_free_and_the_next_build_works(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, models in enumerate(["good", "bad"]):
        (project / "models" / f"{models}.sql").write_text("select error('no')" if models == "bad" else "select 1 as a")
        warehouse = project / f"run{number}.duckdb"
        assert build(project, warehouse, monkeypatch) is (models == "good")
        with pytest.raises(duckdb.Error):
            # The trap itself: should this ever pass, the module can go.
            duckdb.connect(str(warehouse), read_only=True)
        close_dbt_connections()
        assert not warehouse.with_name(warehouse.name + ".wal").exists()
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            assert connection.execute("select a from good").fetchall() == [(1,)]
        with duckdb.connect() as connection:
            connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
    close_dbt_connections()


def test_does_nothing_where_dbt_never_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "dbt.adapters.duckdb.connections", raising=False)
    close_dbt_connections()
    assert "dbt.adapters.duckdb.connections" not in sys.modules
