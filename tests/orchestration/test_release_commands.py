"""What a person asks of kept releases: the difference of two, a pin, files, a way back to the bytes, a check-up."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.release import publish
from tests.orchestration.releasing import facts, sealed

NEWS = (
    "update marts.fct_price_daily set close_price = close_price + 1.5 where observed_date = '2026-02-05';"
    "delete from marts.fct_price_hourly where period_start_at = '2026-01-28 00:00';"
    "insert into marts.fct_etf_flow_daily select * replace (date '2026-02-14' as session_date) "
    "from marts.fct_etf_flow_daily where session_date = '2026-02-05'"
)
Unwind = Callable[..., Result]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Releases r1 and, with three news, r2: other code made it, so its history may differ."""
    folder = tmp_path_factory.mktemp("data")
    sealed(folder, "r1")
    publish(folder / "published", "r1")
    sealed(folder, "r2", NEWS, given=facts("r2", code_version="0.2.0"))
    publish(folder / "published", "r2")
    return folder


@pytest.fixture
def unwind(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Unwind:
    monkeypatch.setenv("UNWIND_DATA_DIR", str(data))
    monkeypatch.setattr("orchestration.explain_command.manifest_path", lambda: data / "manifest.json")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def told(answer: Result, capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    """What a command printed; the console writes past the runner."""
    assert answer.exit_code == code, answer.output
    return answer.output + capsys.readouterr().out


def test_diff_names_rows_and_both_values(unwind: Unwind, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(unwind("diff"), capsys)
    assert "r1 → r2" in text
    assert "marts.fct_price_daily: 0 added, 0 removed, 1 changed" in text
    [line] = [line for line in text.splitlines() if "close_price" in line]
    assert line.split()[-2:] == ["70300", "70301.5"]
    assert "marts.fct_price_hourly: 0 added, 1 removed, 0 changed" in text
    assert "marts.fct_etf_flow_daily: 1 added, 0 removed, 0 changed" in text
    assert "fct_difficulty_epoch" not in text
    assert "every row is the same" in told(unwind("diff", "r1", "r2", "--table", "fct_difficulty_epoch"), capsys)


def test_diff_as_csv_has_a_line_for_every_changed_value(unwind: Unwind, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(told(unwind("diff", "r1", "r2", "--csv"), capsys).splitlines()))
    [changed] = [row for row in rows if row["change"] == "changed"]
    assert (changed["column"], changed["old"], changed["new"]) == ("close_price", "70300", "70301.5")
    assert changed["key"] == "observed_date=2026-02-05; asset=BTC; venue=binance; quote_currency=USDT"
    assert {row["table"] for row in rows if row["change"] == "removed"} == {"marts.fct_price_hourly"}


def test_diff_with_what_is_not_kept_says_so(unwind: Unwind) -> None:
    answer = unwind("diff", "r0", "r2")
    assert answer.exit_code == 1


def test_a_pinned_release_outlives_retention(
    data: Path, unwind: Unwind, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from orchestration.shelf import pinned_ids, prune, shelved_ids

    assert "is kept" in told(unwind("releases", "pin", "r1"), capsys)
    assert "yes" in next(line for line in told(unwind("releases"), capsys).splitlines() if " r1 " in line)
    prune(data / "published", keep=1)
    assert shelved_ids(data / "published") == ["r1", "r2"]
    told(unwind("releases", "pin", "r1"), capsys)
    told(unwind("releases", "unpin", "r1"), capsys)
    assert pinned_ids(data / "published") == set()
    assert unwind("releases", "pin", "r9").exit_code == 1


def test_export_writes_what_each_format_can_say(unwind: Unwind, tmp_path: Path) -> None:
    words = ("export", "fct_price_daily", "vintages.etf_flow", "--to", tmp_path)
    assert unwind(*words, "--csv", "--parquet", "--xlsx").exit_code == 0
    with (tmp_path / "fct_price_daily.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 16
    described = {(row["table"], row["column"]) for row in csv.DictReader((tmp_path / "columns.csv").open())}
    assert ("vintages.etf_flow", "known_from_at") in described
    assert "r2" in (tmp_path / "release.csv").read_text()
    schema = pq.read_schema(tmp_path / "fct_price_daily.parquet")
    assert b"Unit: " in schema.field("close_price").metadata[b"comment"]
    assert schema.metadata[b"licence"] == b"CC-BY-NC-SA-4.0"
    with zipfile.ZipFile(tmp_path / "unwind.xlsx") as book:
        assert re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode()) == [
            "about", "price_daily", "vintages.etf_flow",
        ]  # fmt: skip
        assert "Unit: " in book.read("xl/comments1.xml").decode()
        assert "<v>84500</v>" in book.read("xl/worksheets/sheet2.xml").decode()


def test_export_of_a_query_and_of_what_is_open(
    unwind: Unwind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert unwind("export", "--query", "select 42 as answer", "--to", tmp_path).exit_code == 0
    assert (tmp_path / "answer.csv").read_text() == '"answer"\n42\n'
    assert unwind("export", "--open-only", "--to", tmp_path / "open").exit_code == 0
    assert {path.name for path in (tmp_path / "open").iterdir()} == {
        "columns.csv", "release.csv", "fct_difficulty_epoch.csv",
    }  # fmt: skip
    assert unwind("export", "etf_flow", "--open-only", "--to", tmp_path / "none").exit_code == 1
    assert unwind("export", "fct_price_daily", "--open-only", "--to", tmp_path / "none").exit_code == 1
    assert unwind("export", "--query", "select 1", "--open-only", "--to", tmp_path / "none").exit_code == 1
    assert not (tmp_path / "none").exists()


def test_explain_walks_from_a_column_to_its_captures(unwind: Unwind, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(unwind("explain", "fct_open_interest_daily.open_interest_coins"), capsys)
    for part in ("DOUBLE, coins", "one row per observed_date, asset, venue", "made by 2 models", "stg_derivatives"):
        assert part in text
    assert "raw/exchange/positions, 1 of 1 captures" in text
    assert "https://exchange.test/positions" in text
    assert "sha256 " + "0" * 64 in text
    row = ("--row", "observed_date=2026-02-05", "--row", "venue=all")
    assert "open_interest_coins=" in told(
        unwind("explain", "fct_open_interest_daily.open_interest_coins", *row), capsys
    )
    for wrong in (("nothing",), ("fct_price_daily.nothing",), ("fct_price_daily", "--row", "venue=binance")):
        assert unwind("explain", *wrong).exit_code == 1


def test_doctor_finds_the_good_and_the_orphan(data: Path, unwind: Unwind, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(unwind("doctor"), capsys)
    assert "wrong" not in text
    assert "its storage version is v1.4.0" in text
    orphan, log = data / "published" / "releases" / "r7", data / "published" / "releases" / "r1" / "unwind.duckdb.wal"
    orphan.mkdir()
    log.touch()
    try:
        text = told(unwind("doctor"), capsys, code=1)
        assert "the ledger does not know: r7" in text
        assert "releases/r1/unwind.duckdb.wal" in text
    finally:
        orphan.rmdir()
        log.unlink()
