"""The audit: the real crash passes, every poison is named, and a second opinion in plain SQL agrees."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import orjson
import pytest

from orchestration.quality import ENGINE_ARGUMENTS, AuditScope, audit, build_expectation
from orchestration.refusals import NoSuchRelease
from orchestration.rules import BrokenRule, Rule, columns_of, load_rules, rule_set_hash
from tests.orchestration import good_warehouse, plain_sql, releasing
from tests.orchestration.poisons import POISONS
from tests.orchestration.releasing import RULES, SCOPE

CATALOG = releasing.catalog()
TABLE_OF = {rule.id: rule.full_name for rule in RULES}


def batches() -> list[list[str]]:
    """The poisons in as few lots as can be inflicted together: no rule of a lot reads what another poison wrote."""
    read = {
        table: {table}.union(*(_tables_in(str(rule.kwargs)) for rule in RULES if rule.full_name == table))
        for table in TABLE_OF.values()
    }
    lots: list[tuple[list[str], set[str], set[str]]] = []
    for name, poison in POISONS.items():
        judged, spoilt = read[TABLE_OF[poison.rule_id]], _tables_in(poison.sql) | {TABLE_OF[poison.rule_id]}
        for names, read_there, spoilt_there in lots:
            if not (judged & spoilt_there or spoilt & read_there):
                names.append(name)
                read_there |= judged
                spoilt_there |= spoilt
                break
        else:
            lots.append(([name], set(judged), set(spoilt)))
    return [names for names, _, _ in lots]


def _tables_in(text: str) -> set[str]:
    return set(re.findall(r"(?:marts|vintages)\.\w+", text))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return releasing.candidate(tmp_path_factory.mktemp("good"), "r1", is_whole=True).database


@pytest.fixture
def spoilt(good: Path, tmp_path: Path):
    def spoil(sql: str) -> Path:
        file = shutil.copy(good, tmp_path / "unwind.duckdb")
        with duckdb.connect(str(file)) as connection:
            connection.execute(sql)
        return file

    return spoil


def not_passed(results) -> dict[str, str]:
    return {result.rule_id: result.status for result in results if result.status != "pass"}


def test_a_crash_and_its_rebound_pass_with_warnings_only(good: Path) -> None:
    results = audit(good, RULES, SCOPE)
    assert [result.rule_id for result in results] == [rule.id for rule in RULES]
    assert not_passed(results) == {"price_daily_big_move": "warn"}
    [move] = [result for result in results if result.status == "warn"]
    assert move.observed == "2 rows"
    days = {row["observed_date"]: row["return_close_close_ratio"] for row in orjson.loads(move.sample_rows)}
    assert days["2026-02-04"] < -0.13
    assert days["2026-02-05"] > 0.11


@pytest.mark.parametrize("names", batches(), ids=lambda names: f"{names[0]} and {len(names) - 1} more")
def test_every_poison_is_named_and_the_twin_agrees(spoilt, names: list[str]) -> None:
    poisons = {name: POISONS[name] for name in names}
    file = spoilt(";".join(poison.sql for poison in poisons.values()))
    tables = {name: TABLE_OF[poison.rule_id] for name, poison in poisons.items()}
    about_them = [rule for rule in RULES if rule.full_name in tables.values()]
    twin = plain_sql.judge(file, about_them, SCOPE)
    said = {r.rule_id: r.status for r in audit(file, about_them, SCOPE)}
    assert {name: said[poison.rule_id] for name, poison in poisons.items()} == {
        name: poison.status for name, poison in poisons.items()
    }
    assert said == twin
    for name, poison in poisons.items():
        about_it = {rule.id: rule for rule in about_them if rule.full_name == tables[name]}
        broken = about_it[poison.rule_id]
        assert broken.kind == "completeness" or columns_of(broken, CATALOG), f"{name}: its message names no column"
        if poison.status == "warn":
            assert "fail" not in {twin[rule_id] for rule_id in about_it}, name


def test_the_twin_agrees_on_all_rules_at_once(spoilt) -> None:
    file = spoilt(
        ";".join(POISONS[name].sql for name in ("dropped day", "coins become contracts of 0.001", "flows in cents"))
    )
    said = {result.rule_id: result.status for result in audit(file, RULES, SCOPE)}
    assert said == plain_sql.judge(file, RULES, SCOPE)


def test_there_is_a_poison_for_every_rule_but_freshness() -> None:
    """Freshness has tests of its own. The rest is here as it stands; the list may shrink, never grow."""
    untested = {rule.id for rule in RULES if rule.kind != "freshness"} - {poison.rule_id for poison in POISONS.values()}
    assert untested == {
        "difficulty_epoch_not_empty",
        "open_interest_daily_not_empty",
        "open_interest_daily_provenance",
        "price_daily_big_move",
        "price_daily_not_empty",
        "price_hourly_not_empty",
        "price_hourly_provenance",
    }


def test_a_missing_day_is_named(spoilt) -> None:
    results = audit(spoilt(POISONS["dropped day"].sql), RULES, SCOPE)
    [gap] = [result for result in results if result.rule_id == "price_daily_no_gap"]
    assert [row["observed_date"] for row in orjson.loads(gap.sample_rows)] == ["2026-02-03"]


def test_old_data_warn_and_never_block(good: Path) -> None:
    later = AuditScope(datetime(2026, 3, 20), good_warehouse.FIRST, good_warehouse.LAST)
    said = not_passed(audit(good, RULES, later))
    assert set(said.values()) == {"warn"}
    assert {
        "price_hourly_fresh",
        "open_interest_hourly_fresh",
        "etf_flow_fresh",
        "difficulty_epoch_fresh",
    } <= set(said)


def test_days_asked_for_and_not_there_are_named(good: Path) -> None:
    wider = AuditScope(datetime(2026, 2, 16, 12), date(2026, 1, 26), date(2026, 2, 16))
    results = audit(good, RULES, wider)
    [gap] = [result for result in results if result.rule_id == "price_daily_no_gap"]
    missing = [row["observed_date"] for row in orjson.loads(gap.sample_rows)]
    # The 15th is due by noon of the 16th, the 16th is not.
    assert missing == ["2026-01-26", "2026-01-27", "2026-02-13", "2026-02-14", "2026-02-15"]


def test_every_entry_builds_its_expectation() -> None:
    from orchestration.expectations_library import great_expectations

    gx = great_expectations()
    for rule in RULES:
        assert build_expectation(gx, rule, SCOPE).meta == {"rule_id": rule.id}


def test_every_published_table_has_rules_and_every_rule_a_table() -> None:
    published = {f"{model['schema']}.{model['name']}" for model in good_warehouse.published_models()}
    assert {rule.full_name for rule in RULES} == published


def test_without_the_engine_settings_the_canary_stops_everything(good: Path) -> None:
    results = audit(good, RULES, SCOPE, engine_arguments={"connect_args": {"read_only": True}})
    assert {result.status for result in results} == {"error"}
    assert "select 42 gave" in results[0].observed


def test_a_rule_that_raises_is_an_error_whatever_its_severity(good: Path) -> None:
    broken = {"unexpected_rows_query": "with t as (select * from {batch}) select nobody from t"}
    rules = [replace(rule, kwargs=broken) if rule.id == "price_daily_big_move" else rule for rule in RULES]
    results = audit(good, rules, SCOPE)
    assert not_passed(results) == {"price_daily_big_move": "error"}
    assert "nobody" in next(result.observed for result in results if result.status == "error")


def test_a_table_that_is_gone_is_an_error_of_each_of_its_rules(spoilt) -> None:
    said = not_passed(audit(spoilt("drop table marts.fct_difficulty_epoch"), RULES, SCOPE))
    mine = {rule.id for rule in RULES if rule.table == "fct_difficulty_epoch"}
    assert {said[rule_id] for rule_id in mine} == {"error"}


def test_without_a_candidate_there_is_nothing_to_audit(tmp_path: Path) -> None:
    with pytest.raises(NoSuchRelease, match="no candidate to audit"):
        audit(tmp_path / "unwind.duckdb", RULES, SCOPE)


def test_difficulty_one_of_the_first_year_is_no_finding(spoilt) -> None:
    """Blocks came slower than planned, but difficulty cannot fall below one."""
    first_year = (
        "update marts.fct_difficulty_epoch set difficulty = 1, previous_difficulty = 1 where is_open;"
        "update marts.fct_difficulty_epoch set retarget_at = retarget_at - interval 60 day where not is_open"
    )
    said = not_passed(audit(spoilt(first_year), [rule for rule in RULES if rule.owner == "onchain"], SCOPE))
    assert said == {}


def test_an_unknown_expectation_is_an_error(good: Path) -> None:
    rules = [Rule("x", "marts", "fct_price_daily", "change", "ExpectNothing", {}, "warning", "prices", "Typo.")]
    assert [result.status for result in audit(good, rules, SCOPE)] == ["error"]


def test_the_file_is_free_afterwards(good: Path) -> None:
    audit(good, RULES[:1], SCOPE)
    with duckdb.connect(str(good)) as connection:
        connection.execute("create temp table written as select 1")
    assert ENGINE_ARGUMENTS["connect_args"] == {"read_only": True}


def test_the_library_is_loaded_without_its_heaviest_parts() -> None:
    code = (
        "import sys; from orchestration.expectations_library import great_expectations as load; gx = load();"
        "assert 'scipy.stats' not in sys.modules and 'altair' not in sys.modules;"
        "from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as kl;"
        "assert round(kl.stats.entropy([0.5, 0.5]), 3) == 0.693; import scipy.stats; scipy.stats.norm"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=good_warehouse.PROJECT)


def test_rules_are_refused_by_name(tmp_path: Path) -> None:
    good_rule = "- {id: a, kind: change, type: T, kwargs: {}, severity: warning, owner: prices, why: Because.}\n"
    for text, named in [
        (good_rule + good_rule, "used twice: a"),
        (good_rule.replace("change", "mood"), "a: kind is one of"),
        (good_rule.replace("why: Because.", "why: ''"), "a has no owner or no why"),
        (good_rule.replace("owner: prices, ", ""), "a: "),
    ]:
        (tmp_path / "fct_price_daily.yml").write_text(text)
        with pytest.raises(BrokenRule, match=named):
            load_rules(tmp_path)


def test_the_hash_of_the_rules_follows_every_word() -> None:
    assert rule_set_hash(RULES) == rule_set_hash(tuple(reversed(RULES)))
    assert rule_set_hash(RULES) != rule_set_hash((replace(RULES[0], why="Another reason."), *RULES[1:]))
    assert rule_set_hash(RULES) != rule_set_hash(RULES[1:])
