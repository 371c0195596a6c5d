"""The gate's decision, as a pure function of what the rules said and of what is published now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from orchestration.catalog import Catalog, Table
from orchestration.changes import TableChange
from orchestration.check_result import CheckResult
from orchestration.comparison import COMPARISON_RULES, compare_releases, is_comparable
from orchestration.contents import TableFacts
from orchestration.gate import decide, excuse_degraded, required_rule_ids
from orchestration.release_manifest import ReleaseManifest
from orchestration.run_facts import DatasetFact
from tests.orchestration.releasing import RULES

LAST = ReleaseManifest(
    release_id="last",
    created_at=datetime(2026, 2, 12, 12),
    as_of_at=datetime(2026, 2, 12, 12),
    scope="live",
    window_from=date(2026, 1, 28),
    window_to=date(2026, 2, 11),
    code_version="0.1.0",
    provenance="measured",
    is_degraded=False,
    degraded_reasons=(),
    instants=(),
    tables={
        "marts.fct_price_hourly": TableFacts(1000, "d"),
        "marts_asof_x.fct_price_hourly": TableFacts(900, "d"),
    },
)
NEXT = replace(
    LAST,
    release_id="next",
    as_of_at=datetime(2026, 2, 13, 12),
    window_to=date(2026, 2, 12),
    tables={"marts.fct_price_hourly": TableFacts(1024, "e")},
)
CASE = replace(NEXT, scope="case:feb_2026")


def result(rule_id: str, status: str, kind: str = "plausibility", table: str | None = "marts.t") -> CheckResult:
    severity = "warning" if status == "warn" else "critical"
    return CheckResult(rule_id, table, None, kind, severity, status, "3 rows", "Because.", "prices")  # type: ignore[arg-type]


def judged(**statuses: str) -> list[CheckResult]:
    return [result(rule_id, status) for rule_id, status in statuses.items()]


def statuses(candidate: ReleaseManifest, last: ReleaseManifest | None, *changes: TableChange) -> dict[str, str]:
    return {result.rule_id: result.status for result in compare_releases(candidate, last, changes)}


def test_publishes_when_every_rule_passed_or_only_warned() -> None:
    verdict = decide(judged(a="pass", b="warn"), frozenset("ab"), NEXT, LAST)
    assert (verdict.decision, verdict.reasons) == ("publish", ())
    assert verdict.warnings == ("b on marts.t: 3 rows",)


@pytest.mark.parametrize(
    ("status", "said"),
    [("fail", "b on marts.t failed: 3 rows. Because."), ("error", "b on marts.t could not be judged")],
)
def test_refuses_a_critical_failure_and_a_rule_that_could_not_be_judged(status: str, said: str) -> None:
    verdict = decide(judged(a="pass", b=status), frozenset("ab"), NEXT, LAST)
    assert verdict.decision == "refuse"
    assert verdict.blames_candidate
    assert said in verdict.reasons[0].text


def test_refuses_when_a_rule_did_not_speak() -> None:
    verdict = decide(judged(a="pass"), frozenset("ab"), NEXT, LAST)
    assert [reason.text for reason in verdict.reasons] == ["rule b was not judged"]


def test_requires_the_audit_and_the_comparison() -> None:
    assert required_rule_ids(RULES) == {rule.id for rule in RULES} | set(COMPARISON_RULES)


def test_names_every_reason_at_once() -> None:
    verdict = decide(judged(a="fail", b="error"), frozenset("abc"), CASE, LAST)
    assert len(verdict.reasons) == 4


def test_a_case_never_takes_the_place_of_live_data_by_itself() -> None:
    verdict = decide([], frozenset(), CASE, LAST)
    assert verdict.decision == "refuse"
    assert not verdict.blames_candidate
    assert "the current release last is live data and this one is case:feb_2026" in verdict.reasons[0].text
    assert decide([], frozenset(), CASE, LAST, replace_live=True).decision == "publish"
    assert decide([], frozenset(), CASE, None).decision == "publish"
    assert decide([], frozenset(), CASE, CASE).decision == "publish"
    assert decide([], frozenset(), NEXT, CASE).decision == "publish"


def test_a_source_that_could_not_be_had_excuses_missing_rows_and_nothing_else() -> None:
    catalog = Catalog((Table("marts", "t", "", "flows", ("k",), (), (("funds", "totals"),)),))
    given = [
        result("rows", "fail", "completeness"),
        result("price", "fail"),
        result("half", "fail", "coverage"),
        result("other", "fail", "completeness", "marts.u"),
    ]
    blocked = DatasetFact("funds", "totals", None, None, None, 0, is_degraded=True)
    excused = {r.rule_id: r for r in excuse_degraded(given, catalog, [blocked])}
    assert {rule_id: r.status for rule_id, r in excused.items()} == {
        "rows": "warn",
        "price": "fail",
        "half": "fail",
        "other": "fail",
    }
    assert excused["rows"].observed == "3 rows; funds/totals could not be had"
    assert excuse_degraded(given, catalog, [replace(blocked, is_degraded=False)]) == given


@pytest.mark.parametrize(("rows", "status"), [(1024, "pass"), (991, "pass"), (990, "fail"), (1, "fail")])
def test_a_table_may_not_lose_a_hundredth_of_its_rows(rows: int, status: str) -> None:
    smaller = replace(NEXT, tables={"marts.fct_price_hourly": TableFacts(rows, "e")})
    assert statuses(smaller, LAST)["release_rows_kept"] == status


def test_a_table_that_is_gone_has_lost_everything() -> None:
    renamed = replace(NEXT, tables={"marts.fct_price": TableFacts(1024, "e")})
    [kept] = [r for r in compare_releases(renamed, LAST, []) if r.rule_id == "release_rows_kept"]
    assert kept.observed == "against last: marts.fct_price_hourly from 1000 to 0 rows"


@pytest.mark.parametrize(
    "changed",
    [
        {"scope": "case:feb_2026"},
        {"as_of_at": LAST.as_of_at - timedelta(hours=1)},
    ],
    ids=["other scope", "earlier moment"],
)
def test_only_a_release_of_the_same_kind_is_a_yardstick(changed: dict) -> None:
    other = replace(NEXT, tables={"marts.t": TableFacts(1, "e")}, **changed)
    assert not is_comparable(other, LAST)
    assert statuses(other, LAST)["release_rows_kept"] == "pass"


def test_a_case_is_measured_only_by_days_it_covers_and_live_data_by_all() -> None:
    before = replace(LAST, scope="case:feb_2026")
    assert is_comparable(CASE, before)
    assert not is_comparable(replace(CASE, window_from=date(2026, 2, 1)), before)
    assert is_comparable(replace(NEXT, window_from=date(2026, 2, 12)), LAST)


def test_a_first_release_is_measured_by_nothing_but_needs_rows() -> None:
    assert set(statuses(NEXT, None).values()) == {"pass"}
    empty = replace(NEXT, tables={"marts.t": TableFacts(0, "e"), "vintages.t": TableFacts(5, "e")})
    assert statuses(empty, None)["release_has_rows"] == "fail"


def test_rewritten_history_blocks_live_data_from_the_same_code() -> None:
    rewritten = TableChange("marts.fct_price_hourly", 1000, 1000, 0, 40, 40)
    assert statuses(NEXT, LAST, rewritten)["release_history_kept"] == "fail"
    assert statuses(replace(NEXT, code_version="0.2.0"), LAST, rewritten)["release_history_kept"] == "warn"
    assert statuses(CASE, replace(LAST, scope=CASE.scope), rewritten)["release_history_kept"] == "warn"
    news = TableChange("marts.fct_price_hourly", 1000, 1024, 0, 40, 0)
    assert statuses(NEXT, LAST, news)["release_history_kept"] == "pass"


def test_sudden_growth_warns() -> None:
    assert statuses(NEXT, LAST, TableChange("marts.t", 1000, 3001, 0, 0, 0))["release_growth"] == "warn"
    assert statuses(NEXT, LAST, TableChange("marts.t", 1000, 3000, 0, 0, 0))["release_growth"] == "pass"
