"""Publishing: what goes through, what is refused and why, and the way back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import orjson
import pytest

from orchestration import ledger
from orchestration.lock import release_lock
from orchestration.receipt import read_receipt, receipt_sha256
from orchestration.refusals import GateRefused, NoSuchRelease, ReleaseLocked
from orchestration.release import current, list_releases, publish, rollback
from tests.orchestration import good_warehouse, releasing
from tests.orchestration.releasing import RULES, audited, candidate, clone, facts, sealed, sealed_with_brief

NOW = datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def sealed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sealed, unpublished candidate r1; tests work on copies."""
    folder = tmp_path_factory.mktemp("sealed")
    sealed(folder, "r1")
    return folder


@pytest.fixture
def published(sealed_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(sealed_once / "published", tmp_path / "published")
    return tmp_path / "published"


def test_audits_seals_and_publishes_a_good_warehouse(tmp_path: Path) -> None:
    made = candidate(tmp_path, "r1", is_whole=True)
    receipt = sealed_with_brief(made, audited(made))
    done = publish(tmp_path / "published", "r1")
    assert done.replaced is None
    assert done.warnings == (
        "price_daily_big_move on marts.fct_price_daily (close_price, return_close_close_ratio): 2 rows",
    )
    assert set(receipt.verdicts) >= {rule.id for rule in RULES}
    assert {"brief.html", "brief.zh.html", "brief/01_prices.png"} <= set(receipt.files)
    link = tmp_path / "published" / "unwind.duckdb"
    assert link.is_symlink()
    assert not link.readlink().is_absolute()
    assert (tmp_path / "published" / "latest").readlink() == Path("releases/r1")
    with duckdb.connect(str(link), read_only=True) as connection:
        assert connection.execute("select release_id from meta.releases").fetchall() == [("r1",)]
        assert connection.execute("select count(*) from marts.fct_price_hourly").fetchall() == [(384,)]


def test_published_files_are_read_only_complete_and_in_the_ledger(published: Path) -> None:
    done = publish(published, "r1")
    files = {path.relative_to(done.folder).as_posix() for path in done.folder.rglob("*") if path.is_file()}
    parquet = {f"parquet/{name}.parquet" for name in releasing.FEW if name != "etf_flow"}
    pages = {"unwind.duckdb", "catalog.json", "manifest.json", "quality.html", "brief.html", "receipt.json"}
    assert files == pages | parquet | {"parquet/vintages.etf_flow.parquet"}
    assert {oct(path.stat().st_mode & 0o777) for path in done.folder.rglob("*") if path.is_file()} == {"0o444"}
    [line] = ledger.read(published)
    assert (line["event"], line["release_id"]) == ("published", "r1")
    assert line["receipt_sha256"] == receipt_sha256(done.folder)
    assert list((published / "candidates").iterdir()) == []


def test_a_failed_audit_is_refused_and_kept_with_its_report(tmp_path: Path) -> None:
    published = tmp_path / "published"
    sealed(tmp_path, "r1")
    publish(published, "r1")
    made = candidate(tmp_path, "r2", "update marts.fct_price_daily set known_at = '2027-01-01'", is_whole=True)
    sealed_with_brief(made, audited(made))
    with pytest.raises(
        GateRefused, match=r"price_daily_provenance on marts\.fct_price_daily \(known_at, provenance\) failed: 16 rows"
    ) as refused:
        publish(published, "r2")
    assert current(published).release_id == "r1"
    rejected = published / "rejected" / "r2"
    assert "Refused for" in (rejected / "quality.html").read_text()
    assert not (rejected / "brief.html").exists()
    assert orjson.loads((rejected / "refusal.json").read_bytes())["reasons"] == list(refused.value.reasons)
    with pytest.raises(GateRefused, match="price_daily_provenance"):
        publish(published, "r2")


def no_receipt(folder: Path) -> None:
    (folder / "receipt.json").unlink()


def half_a_receipt(folder: Path) -> None:
    body = (folder / "receipt.json").read_bytes()
    (folder / "receipt.json").write_bytes(body[: len(body) // 2])


def edited_table(folder: Path) -> None:
    with duckdb.connect(str(folder / "unwind.duckdb")) as connection:
        connection.execute("update marts.fct_price_daily set close_price = 100000")


def edited_page(folder: Path) -> None:
    (folder / "quality.html").write_text("<p>All is well.</p>")


def flipped_byte(folder: Path) -> None:
    path = folder / "parquet" / "fct_price_daily.parquet"
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def missing_file(folder: Path) -> None:
    (folder / "parquet" / "fct_price_daily.parquet").unlink()


def added_file(folder: Path) -> None:
    (folder / "parquet" / "fct_more.parquet").write_bytes(b"PAR1")


def change_receipt(**changes: object):
    def change(folder: Path) -> None:
        body = orjson.loads((folder / "receipt.json").read_bytes())
        (folder / "receipt.json").write_bytes(orjson.dumps({**body, **changes}))

    return change


def deleted_verdict(folder: Path) -> None:
    body = orjson.loads((folder / "receipt.json").read_bytes())
    del body["verdicts"]["price_daily_provenance"]
    (folder / "receipt.json").write_bytes(orjson.dumps(body))


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (no_receipt, "it has no receipt"),
        (half_a_receipt, "it has no receipt"),
        (edited_table, "unwind.duckdb was changed after its audit"),
        (edited_page, "quality.html was changed after its audit"),
        (flipped_byte, "fct_price_daily.parquet was changed after its audit"),
        (missing_file, "fct_price_daily.parquet was audited and is gone"),
        (added_file, "fct_more.parquet was never audited"),
        (change_receipt(release_id="r0"), "the receipt is for r0, another candidate"),
        (change_receipt(rule_set_hash="0"), "the rules have changed since the audit"),
        (deleted_verdict, "rule price_daily_provenance was not judged"),
    ],
)
def test_nothing_gets_around_the_receipt(published: Path, tamper, said: str) -> None:
    tamper(published / "candidates" / "r1")
    with pytest.raises(GateRefused, match=said):
        publish(published, "r1")
    assert current(published) is None
    assert not (published / "latest").exists()


def test_an_old_receipt_is_refused(published: Path) -> None:
    with pytest.raises(GateRefused, match="receipt has expired"):
        publish(published, "r1", now=NOW + timedelta(hours=25))


def test_the_receipt_of_another_candidate_is_refused(published: Path) -> None:
    clone(published, published / "candidates" / "r1", "r2")
    with pytest.raises(GateRefused, match="the receipt is for r1, another candidate"):
        publish(published, "r2")


def test_a_rule_deleted_from_the_rule_set_is_noticed(published: Path) -> None:
    with pytest.raises(GateRefused, match="the rules have changed since the audit"):
        publish(published, "r1", rules=RULES[1:])


def test_a_rule_deleted_before_the_audit_is_noticed(tmp_path: Path) -> None:
    made = candidate(tmp_path, "r1")
    sealed_with_brief(made, releasing.passed(RULES[1:]))
    with pytest.raises(GateRefused, match=f"rule {RULES[0].id} was not judged"):
        publish(tmp_path / "published", "r1")


def test_a_forged_verdict_contradicts_what_the_audit_wrote(tmp_path: Path) -> None:
    made = candidate(tmp_path, "r1", "update marts.fct_price_daily set known_at = '2027-01-01'", is_whole=True)
    sealed_with_brief(made, audited(made))
    body = orjson.loads((made.folder / "receipt.json").read_bytes())
    body["verdicts"]["price_daily_provenance"]["status"] = "pass"
    (made.folder / "receipt.json").write_bytes(orjson.dumps(body))
    with pytest.raises(GateRefused, match="not those that the audit wrote"):
        publish(tmp_path / "published", "r1")


@pytest.mark.parametrize("release_id", ["nobody", "r1"])
def test_what_is_no_candidate_cannot_be_published(published: Path, release_id: str) -> None:
    publish(published, "r1")
    with pytest.raises(GateRefused, match=r"no such candidate|already published"):
        publish(published, release_id)


def test_a_table_that_shrank_is_refused(published: Path, tmp_path: Path) -> None:
    publish(published, "r1")
    sealed(tmp_path, "r2", "delete from marts.fct_price_hourly where period_start_at < '2026-01-28 06:00'")
    with pytest.raises(GateRefused, match="fct_price_hourly from 384 to 378 rows"):
        publish(published, "r2")
    assert current(published).release_id == "r1"


def test_rewritten_history_is_refused_and_growth_is_not(published: Path, tmp_path: Path) -> None:
    publish(published, "r1")
    sealed(tmp_path, "r2", "update marts.fct_price_daily set close_price = close_price * 1.01")
    with pytest.raises(GateRefused, match=r"release_history_kept failed: against r1: marts\.fct_price_daily"):
        publish(published, "r2")
    longer = good_warehouse.days_after(1)
    given = facts("r3", last=longer, as_of_at=good_warehouse.AS_OF + timedelta(days=1))
    sealed(tmp_path, "r3", given=given, last=longer)
    assert publish(published, "r3").replaced == "r1"


def test_a_case_does_not_replace_live_data_unless_told_to(published: Path, tmp_path: Path) -> None:
    publish(published, "r1")
    sealed(tmp_path, "r2", given=facts("r2", scope="case:feb_2026"))
    with pytest.raises(GateRefused, match="is live data and this one is case:feb_2026"):
        publish(published, "r2")
    assert publish(published, "r2", replace_live=True).replaced == "r1"


def test_judged_anew_against_what_is_published_meanwhile(tmp_path: Path) -> None:
    published = tmp_path / "published"
    sealed(tmp_path, "r1", "delete from marts.fct_price_hourly where period_start_at < '2026-01-28 06:00'")
    sealed(tmp_path, "r2")
    publish(published, "r2")
    with pytest.raises(GateRefused, match="from 384 to 378 rows"):
        publish(published, "r1")


def test_rolls_back_within_two_seconds_and_forth_again(published: Path, tmp_path: Path) -> None:
    publish(published, "r1")
    sealed(tmp_path, "r2")
    publish(published, "r2")
    started = time.perf_counter()
    assert rollback(published) == "r1"
    assert time.perf_counter() - started < 2
    with duckdb.connect(str(published / "unwind.duckdb"), read_only=True) as connection:
        assert connection.execute("select release_id from meta.releases").fetchall() == [("r1",)]
    assert rollback(published, "r2") == "r2"
    assert [(shelved.manifest.release_id, shelved.is_current) for shelved in list_releases(published)] == [
        ("r2", True),
        ("r1", False),
    ]
    assert [line["event"] for line in ledger.read(published)] == ["published"] * 2 + ["rolled_back"] * 2


def test_does_not_roll_back_to_what_is_damaged_or_absent(published: Path, tmp_path: Path) -> None:
    publish(published, "r1")
    with pytest.raises(NoSuchRelease, match="no earlier release"):
        rollback(published)
    with pytest.raises(NoSuchRelease, match="there is no release r9"):
        rollback(published, "r9")
    sealed(tmp_path, "r2")
    publish(published, "r2")
    damaged = published / "releases" / "r1" / "catalog.json"
    damaged.chmod(0o644)
    damaged.write_text("{}")
    with pytest.raises(GateRefused, match=r"catalog\.json was changed"):
        rollback(published)
    assert current(published).release_id == "r2"


def test_keeps_the_last_few_and_always_the_current(published: Path, tmp_path: Path) -> None:
    publish(published, "r1")
    for release_id in ("r2", "r3"):
        sealed(tmp_path, release_id)
        publish(published, release_id, keep=2)
    assert {shelved.manifest.release_id for shelved in list_releases(published)} == {"r2", "r3"}
    rollback(published, "r2")
    sealed(tmp_path, "r4")
    publish(published, "r4", keep=1)
    assert {path.name for path in (published / "releases").iterdir()} == {"r4"}


def test_a_second_writer_waits_briefly_and_then_names_the_first(published: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from orchestration.lock import release_lock\n"
            "with release_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(30)",
            str(published),
        ],
        stdout=subprocess.PIPE,
        cwd=good_warehouse.PROJECT,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(ReleaseLocked, match=f"process {holder.pid} is publishing") as locked:
            publish(published, "r1", patience_seconds=0.2)
        assert (locked.value.pid, locked.value.exit_code) == (holder.pid, 75)
    finally:
        holder.kill()
        holder.wait()
    with release_lock(published, patience_seconds=0):
        pass
    assert publish(published, "r1").release_id == "r1"


def test_the_receipt_survives_reading(published: Path) -> None:
    receipt = read_receipt(published / "candidates" / "r1")
    assert receipt is not None
    assert {result.rule_id for result in receipt.results} == set(receipt.verdicts)
