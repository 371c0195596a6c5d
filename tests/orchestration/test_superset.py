"""The bootstrap of Superset against a double of its REST interface; the real one is started in tests/soak."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.catalog import Catalog, Table
from orchestration.refusals import NoSuchRelease
from orchestration.release import publish
from orchestration.superset.api import Superset, SupersetRefused, SupersetUnreachable
from orchestration.superset.bootstrap import LOCKED, bootstrap
from orchestration.superset.dashboard import AXES, CHARTS, ROWS, TABLES, layout
from tests.loopback.superset import PASSWORD, SupersetDouble
from tests.orchestration.good_warehouse import PROJECT
from tests.orchestration.releasing import facts, sealed

CONFIG = PROJECT / "deploy" / "superset" / "superset_config.py"
EVERYTHING = 1 + len(TABLES) + len(CHARTS) + 1


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("superset")
    sealed(folder, "r1", is_whole=True, given=facts("r1", scope="case:feb_2026"))
    publish(folder / "published", "r1")
    return folder / "published"


@pytest.fixture(scope="module")
def tables(published: Path) -> dict[str, Table]:
    catalog = Catalog.from_json((published / "latest" / "catalog.json").read_bytes())
    return {table.full_name: table for table in catalog.tables}


@pytest.fixture
def double(tables: dict[str, Table]) -> Iterator[SupersetDouble]:
    with SupersetDouble({name: table.column_names for name, table in tables.items()}) as double:
        yield double


def run(double: SupersetDouble, published: Path) -> dict[str, int]:
    with Superset(double.url, "admin", PASSWORD) as superset:
        assert bootstrap(superset, published) == "/superset/dashboard/unwind/"
    return dict(superset.done)


def test_a_first_run_makes_everything_and_a_second_changes_nothing(double: SupersetDouble, published: Path) -> None:
    assert run(double, published)["created"] == EVERYTHING
    double.log.clear()
    assert run(double, published) == {"unchanged": EVERYTHING}
    assert double.log == []


def test_columns_and_metrics_have_the_catalogs_words_and_units(
    double: SupersetDouble, published: Path, tables: dict[str, Table]
) -> None:
    run(double, published)
    datasets = double.stored["dataset"].values()
    assert len(datasets) == len(TABLES)
    for dataset in datasets:
        dataset["metrics"].remove(next(metric for metric in dataset["metrics"] if metric["metric_name"] == "count"))
        table = tables[f"{dataset['schema']}.{dataset['table_name']}"]
        comments = {column.name: column.comment for column in table.columns}
        assert dataset["description"] == table.description
        assert {column["column_name"]: column["description"] for column in dataset["columns"]} == comments
        for metric in dataset["metrics"]:
            assert metric["description"] == comments[metric["metric_name"]]
            assert "Unit: " in metric["description"]


def test_the_file_behind_the_link_is_opened_read_only_and_locked(double: SupersetDouble, published: Path) -> None:
    run(double, published)
    [database] = double.stored["database"].values()
    assert database["sqlalchemy_uri"] == f"duckdb:///{published / 'unwind.duckdb'}"
    assert json.loads(database["extra"]) == {"engine_params": {"connect_args": LOCKED}}
    with duckdb.connect(str(published / "unwind.duckdb"), **LOCKED) as connection:  # type: ignore[arg-type]
        assert connection.execute("select scope from meta.releases").fetchall() == [("case:feb_2026",)]
        for attack in ("select * from read_text('/etc/hostname')", "set lock_configuration = false", "install httpfs"):
            with pytest.raises(duckdb.Error):
                connection.execute(attack)


def test_what_was_changed_by_hand_is_put_back_and_what_is_somebodys_own_stays(
    double: SupersetDouble, published: Path
) -> None:
    run(double, published)
    charts, [dashboard] = double.stored["chart"], double.stored["dashboard"].values()
    own = charts[99] = {"id": 99, "slice_name": "my own", "params": "{}"}
    told = {"params": charts[1]["params"], "position_json": dashboard["position_json"]}
    charts[1].update(params='{"viz_type": "pie"}', datasource_id=99)
    dashboard["position_json"] = "{}"
    # Superset itself adds to what it is given; that is no difference.
    dashboard["json_metadata"] = json.dumps({**json.loads(dashboard["json_metadata"]), "chart_configuration": {}})
    double.log.clear()
    assert run(double, published)["changed"] == 2
    assert double.log == ["PUT chart/1", "PUT dashboard/1"]
    assert {"params": charts[1]["params"], "position_json": dashboard["position_json"]} == told
    assert charts[1]["datasource_id"] == 1
    assert charts[99] == own


def test_somebodys_own_metric_and_column_of_our_dataset_stay(double: SupersetDouble, published: Path) -> None:
    run(double, published)
    dataset = double.stored["dataset"][2]
    own = {**dataset["metrics"][0], "id": 98, "metric_name": "zz_own", "expression": "1 + 1", "description": None}
    calculated = {**dataset["columns"][0], "id": 99, "column_name": "own", "expression": "1 + 1", "description": "mine"}
    dataset["metrics"].append(own)
    dataset["columns"] += [calculated]
    dataset["description"] = "changed by hand"
    double.log.clear()
    run(double, published)
    assert double.log == ["PUT dataset/2"]
    assert own in dataset["metrics"]
    assert [column["description"] for column in dataset["columns"] if column["id"] == 99] == ["mine"]
    assert dataset["description"] != "changed by hand"


def test_a_column_that_a_later_release_brought_is_read_anew(double: SupersetDouble, published: Path) -> None:
    run(double, published)
    gone = double.stored["dataset"][2]["columns"].pop()
    double.log.clear()
    run(double, published)
    assert double.log == ["PUT dataset/2/refresh", "PUT dataset/2"]
    assert double.stored["dataset"][2]["columns"][-1]["column_name"] == gone["column_name"]


@pytest.mark.parametrize(
    ("refused", "status", "advice"),
    [
        ("POST database", 422, "does not accept it"),
        ("POST dataset", 403, "role Admin"),
        ("GET chart", 404, "Superset 6"),
        ("PUT dashboard", 500, "log says why"),
    ],
)
def test_a_call_that_is_refused_says_which_and_what_to_do(
    double: SupersetDouble, published: Path, refused: str, status: int, advice: str
) -> None:
    double.refusals[refused] = status
    with pytest.raises(SupersetRefused, match=f"{refused}.*status {status}.*as the test wants it.*{advice}") as told:
        run(double, published)
    assert told.value.status == status


def test_a_wrong_password_and_a_superset_that_is_not_there(double: SupersetDouble) -> None:
    with pytest.raises(SupersetRefused, match="401.*UNWIND_SUPERSET_PASSWORD"):
        Superset(double.url, "admin", "wrong")
    with pytest.raises(SupersetUnreachable, match="make superset"):
        Superset("http://127.0.0.1:9", "admin", PASSWORD)


def test_without_a_release_there_is_nothing_to_show(double: SupersetDouble, tmp_path: Path) -> None:
    with Superset(double.url, "admin", PASSWORD) as superset, pytest.raises(NoSuchRelease, match="unwind run"):
        bootstrap(superset, tmp_path)


def test_charts_ask_for_columns_there_are_in_units_they_can_write(tables: dict[str, Table]) -> None:
    for chart in CHARTS:
        units = {column.name: column.unit for column in tables[chart.table].columns}
        asked = {*chart.only, *chart.but, *chart.by, *chart.more.get("all_columns", ())}
        asked |= {chart.time} - {None} | {metric.level_by for metric in chart.metrics} - {None}
        assert asked <= set(units), chart.name
        # One chart has one axis.
        assert len({units[metric.column] for metric in chart.metrics}) == (1 if chart.metrics else 0), chart.name
        assert {units[metric.column] for metric in chart.metrics} <= set(AXES)


def test_every_line_and_bar_says_whether_it_is_reconstructed(tables: dict[str, Table]) -> None:
    for chart in CHARTS:
        if chart.time:
            assert "provenance" in chart.params(1, {metric.column: "usd" for metric in chart.metrics})["groupby"]
            assert "provenance" in tables[chart.table].column_names


def test_rows_are_full_and_every_chart_stands_once() -> None:
    parts = layout({chart.name: number for number, chart in enumerate(CHARTS)})
    wide = [sum(parts[name]["meta"]["width"] for name in parts[f"ROW-{row}"]["children"]) for row in range(len(ROWS))]
    assert wide == [12] * len(ROWS)
    assert len({chart.name for chart in CHARTS}) == len(CHARTS)


def test_its_settings_have_no_secret_and_name_nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPERSET_SECRET_KEY", raising=False)
    monkeypatch.setenv("SUPERSET_HOME", "home")
    with pytest.raises(KeyError, match="SUPERSET_SECRET_KEY"):
        runpy.run_path(str(CONFIG))
    monkeypatch.setenv("SUPERSET_SECRET_KEY", "of the test")
    settings = runpy.run_path(str(CONFIG))
    assert settings["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:///home/")
    policy = settings["TALISMAN_CONFIG"]["content_security_policy"]
    allowed = {word for words in policy.values() for word in ([words] if isinstance(words, str) else words)}
    assert allowed <= {"'self'", "'none'", "'unsafe-inline'", "'strict-dynamic'", "blob:", "data:"}
