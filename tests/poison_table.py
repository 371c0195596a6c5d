"""The poison table: faults put into good data, one by one, and who stops each at which level.

`make poison` inflicts every fault, prints the table, writes docs/poison_table.md and fails when one got further than
promised. In the tests each layer inflicts its own where its poisons stand: `tests/dbt/test_data_tests.py`,
`tests/orchestration/poisons.py`, `tests/orchestration/test_release.py`; landing's in `test_poison_table.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb

from ingestion.cases.wire import spot_csv
from ingestion.errors import UnreadableBody
from ingestion.judging import check
from ingestion.sources import feed
from orchestration.failed_nodes import in_words
from orchestration.gate import decide
from orchestration.quality import audit
from orchestration.refusals import GateRefused
from orchestration.release import publish
from orchestration.rule_book import landing_rules
from orchestration.rules import Rule, with_columns
from tests.dbt import test_data_tests
from tests.ingestion.answers import SPOT, candles, spot
from tests.orchestration import good_warehouse, releasing
from tests.orchestration.poisons import POISONS
from tests.orchestration.test_gate import NEXT

BUILD_POISONS = {(table, rule.rpartition("__")[2]): change for table, change, rule in test_data_tests.POISONS}
CANDLES = f"raw.{SPOT.key}"
Cells = list[list[str]]
PAGE = good_warehouse.PROJECT / "docs" / "poison_table.md"
INTRODUCTION = """# Poison table

{count} ways to spoil good data, and what stops each. `make poison` inflicts them all, one by one, and writes this page
only when every fault was stopped at its level by the named rule, in a message that names the column (in landing: by the
rule whose reason stands beside the row, which names it or is about it).

- **quarantined**: the row, or an answer that is mostly bad, is put aside with the reason; the rest lands.
- **blocked**: nothing is published, readers keep the last release.
- **warned**: published, and `meta.check_results` and the quality page say so. What may be true never blocks.

The crash itself is the other half of the promise: a fall of 14 % and a rebound of 12 % pass with warnings only
(`test_a_crash_and_its_rebound_pass_with_warnings_only`, and the bundled case). Every rule of the audit has a poison of
its own besides (`tests/orchestration/poisons.py`); all rules are in [quality_rules.md](quality_rules.md)."""


class Fault(NamedTuple):
    """One way to spoil good data. `level` is promised: quarantined, blocked or warned."""

    what: str
    table: str
    column: str
    layer: str
    caught_by: str
    level: str


class Caught(NamedTuple):
    """What became of a fault; level None: nobody noticed."""

    level: str | None
    message: str


def _cell(column: int, value: str) -> Callable[[Cells], None]:
    def spoil(cells: Cells) -> None:
        cells[7][column] = value

    return spoil


def _every_close_negative(cells: Cells) -> None:
    for row in cells:
        row[4] = "-1"


def _two_values(cells: Cells) -> None:
    cells.append([*cells[7][:5], "11", *cells[7][6:]])


# What is done to a day of candles as the venue sends it: (fault, column, reason given, what is done).
IN_ANSWERS: tuple[tuple[str, str, str, Callable[[Cells], None]], ...] = (
    ("NaN for a price", "open_price", "open_price is not finite", _cell(1, "NaN")),
    ("infinite price", "high_price", "high_price is not finite", _cell(2, "Infinity")),
    ("text for a number", "low_price", "low_price is not of type double", _cell(3, "abc")),
    ("no close", "close_price", "close_price is missing", _cell(4, "")),
    ("price of zero", "close_price", "price is not positive", _cell(4, "0")),
    ("high below low", "high_price", "high below open, close or low", _cell(2, "98")),
    ("negative volume", "volume_coins", "negative volume or count", _cell(5, "-1")),
    ("takers bought more than was traded", "taker_buy_coins", "taker volume outside the total", _cell(9, "11")),
    ("two values for one hour", "", "one answer gives this fact two different values", _two_values),
    ("a day of nothing but impossible rows", "", "24 of 24 rows are bad", _every_close_negative),
)
# Names of poisons of the built tables, by the table and rule they stand for: (fault, table, column, rule).
IN_TABLES = (
    ("an hour twice", "fct_price_hourly", "period_start_at", "grain_is_unique"),
    ("NaN in a table", "fct_price_daily", "volume_coins", "volume_coins_is_finite"),
    ("negative volume in a table", "fct_price_daily", "volume_coins", "volumes_are_not_negative"),
    ("price of zero in a table", "fct_price_hourly", "low_price", "prices_are_ordered"),
    ("negative open interest", "fct_open_interest_hourly", "open_interest_coins", "open_interest_is_positive"),
    ("price and position do not add up", "fct_open_interest_hourly", "change_usd", "split_is_exact"),
    ("longs and shorts do not add up", "fct_liquidation_daily", "long_usd", "sides_add_up"),
    ("funding beyond every cap", "fct_funding_daily", "rate_8h_ratio", "rate_is_within_the_widest_cap"),
    ("flow dated before the fund", "fct_etf_flow_daily", "session_date", "no_flow_before_the_fund"),
    ("flows shifted by one session", "fct_etf_flow_daily", "session_close_at", "a_flow_is_known_after_its_close"),
    ("versions that overlap", "vintages.etf_flow", "session_date", "versions_follow"),
    ("retarget at no retarget's height", "fct_difficulty_epoch", "start_height", "start_is_a_retarget"),
    ("difficulty level that never existed", "fct_difficulty_epoch", "difficulty", "a_header_can_say_it"),
    ("retarget that consensus forbids", "fct_difficulty_epoch", "change_ratio", "change_is_what_consensus_allows"),
    ("hashprice by two routes", "fct_hashprice_daily", "hashprice_by_blocks_usd_per_ph_day", "both_routes_agree"),
    ("more coins than there will be", "fct_valuation_daily", "supply_coins", "supply_is_possible"),
    ("risk reversal as put minus call", "fct_vol_surface", "rr25_vol_pct", "reversal_is_call_minus_put"),
    ("points and per cent disagree", "fct_implied_vol_index_daily", "dvol_change_ratio", "change_and_ratio_agree"),
    ("calls and puts do not add up", "fct_option_expiry_open_interest", "put_open_interest_coins", "sides_add_up"),
    ("session of another day", "fct_asset_session_return", "session_date", "session_is_named_by_its_close"),
    ("bitcoin of another hour", "fct_asset_session_return", "bitcoin_close_at", "bitcoin_is_of_the_same_hour"),
)
# Poisons of the audit by their name in POISONS: (poison, column).
IN_CANDIDATES = (
    ("coins become contracts of 0.001", "open_interest_coins"),
    ("USD becomes thousands of USD", "open_interest_usd"),
    ("coins and USD x1000 from a day on", "open_interest_coins"),
    ("flows in cents", "flow_usd"),
    ("funding in percent", "rate_8h_ratio"),
    ("sides swapped by the day", "long_usd"),
    ("sources of another unit", "range_ratio"),
    ("known in the future", "known_at"),
    ("invented provenance", "provenance"),
    ("most days gone", "observed_date"),
    ("empty table", ""),
    ("dropped day", "observed_date"),
    ("dropped hours", "period_start_at"),
    ("flat feed", "volume_coins"),
    ("session without a print", "status"),
    ("funds that do not add up", "funds_difference_usd"),
    ("running total jumps", "cumulative_flow_usd"),
    ("restatement turns the sign", "flow_usd"),
    ("silver of another day", "return_ratio"),
    ("a venue a session off", "return_ratio"),
    ("retarget missing", "start_height"),
    ("step lost", "coverage_ratio"),
    ("two realised prices", "is_disputed"),
    ("USDT off the dollar", "usd_per_usdt_ratio"),
)
# What only the last release shows: (fault, table, column, rule, level, SQL on the next warehouse).
BETWEEN_RELEASES = (
    (
        "a hundredth of a table gone", "fct_price_hourly", "", "release_rows_kept", "blocked",
        "delete from marts.fct_price_hourly where period_start_at < '2026-01-28 06:00'",
    ),
    (
        "history rewritten", "fct_price_daily", "", "release_history_kept", "blocked",
        "update marts.fct_price_daily set close_price = close_price * 1.01",
    ),
)  # fmt: skip


def _faults() -> Iterator[Fault]:
    for what, column, reason, _ in IN_ANSWERS:
        yield Fault(what, CANDLES, column, "landing", reason, "quarantined")
    for what, table, column, rule in IN_TABLES:
        yield Fault(what, table if "." in table else f"marts.{table}", column, "build", rule, "blocked")
    for name, column in IN_CANDIDATES:
        poison, rule = POISONS[name], _rule(name)
        level = {"fail": "blocked", "warn": "warned"}[poison.status]
        yield Fault(name, rule.full_name, column, "audit", rule.id, level)
    for what, table, column, rule_id, level, _ in BETWEEN_RELEASES:
        yield Fault(what, f"marts.{table}", column, "gate", rule_id, level)


def _rule(poison: str) -> Rule:
    return next(rule for rule in releasing.RULES if rule.id == POISONS[poison].rule_id)


FAULTS = tuple(_faults())


def in_an_answer(what: str) -> Caught:
    """Land a spoilt day of candles."""
    [spoil] = [spoil for name, _, _, spoil in IN_ANSWERS if name == what]
    cells = [line.split(",") for line in spot_csv(candles()).splitlines()]
    spoil(cells)
    answer = spot("\n".join(",".join(row) for row in cells))
    try:
        bad = check(SPOT, feed(SPOT).parse(SPOT, answer), answer, 1).bad
    except UnreadableBody as error:
        return Caught("quarantined", str(error))
    reasons = "; ".join(dict.fromkeys(bad["reason"].to_list()))
    return Caught("quarantined" if reasons else None, reasons)


def in_a_candidate(poison: str, database: Path) -> Caught:
    """Spoil a copy of a good candidate, audit it, and ask the gate."""
    rule = _rule(poison)
    copy = database.with_name("spoilt.duckdb")
    copy.write_bytes(database.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute(POISONS[poison].sql)
    rules = [one for one in releasing.RULES if one.full_name == rule.full_name]
    judged = with_columns(audit(copy, rules, releasing.SCOPE), rules, releasing.catalog())
    verdict = decide(judged, frozenset(), NEXT, None)
    told = [*(reason.text for reason in verdict.reasons), *verdict.warnings]
    [message] = [text for text in told if text.startswith(rule.id)] or [""]
    level = "blocked" if verdict.decision == "refuse" else "warned"
    return Caught(level if message else None, message)


def between_releases(what: str, folder: Path) -> Caught:
    """Publish a good release, then try the next one."""
    [sql] = [sql for name, *_, sql in BETWEEN_RELEASES if name == what]
    releasing.sealed(folder, "r1")
    publish(folder / "published", "r1")
    releasing.sealed(folder, "r2", sql)
    try:
        done = publish(folder / "published", "r2")
    except GateRefused as refused:
        return Caught("blocked", "; ".join(refused.reasons))
    return Caught("warned" if done.warnings else None, "; ".join(done.warnings))


def table(faults: tuple[Fault, ...] = FAULTS) -> str:
    """The promises as Markdown."""
    rows = ["| fault | where | layer | caught by | level |", "|---|---|---|---|---|"]
    for fault in faults:
        where = f"{fault.table}.{fault.column}" if fault.column else fault.table
        rows.append(f"| {fault.what} | `{where}` | {fault.layer} | {fault.caught_by} | **{fault.level}** |")
    return "\n".join(rows)


def inflict_all() -> Iterator[tuple[Fault, Caught]]:
    """Every fault, on the real path of its layer."""
    from tests.dbt.compiled_project import AS_OF, NEVER, CompiledProject, build_project
    from tests.dbt.raw_factory import build_raw

    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dbt").mkdir()
        project = CompiledProject(build_project(build_raw(), folder / "dbt").target, AS_OF)
        warehouse = project.materialise(build_raw(), NEVER)
        good = releasing.candidate(folder / "good", "r1", is_whole=True).database
        for number, fault in enumerate(FAULTS):
            if fault.layer == "landing":
                yield fault, in_an_answer(fault.what)
            elif fault.layer == "build":
                yield fault, in_a_table(fault, project, warehouse)
            elif fault.layer == "audit":
                yield fault, in_a_candidate(fault.what, good)
            else:
                yield fault, between_releases(fault.what, folder / str(number))


def in_a_table(fault: Fault, project: object, warehouse: duckdb.DuckDBPyConnection) -> Caught:
    """Spoil a built table and ask dbt's tests of it."""
    name = fault.table.partition(".")[2]
    warehouse.execute("begin")
    warehouse.execute(f"update {fault.table} set {BUILD_POISONS[fault.table, fault.caught_by]}")
    failures = project.failures(warehouse, name)  # type: ignore[attr-defined]
    warehouse.execute("rollback")
    told = "; ".join(f"{test}: {in_words(test, rows)}" for test, rows in failures.items())
    return Caught("blocked" if fault.caught_by in told else None, told)


def is_as_promised(fault: Fault, caught: Caught) -> bool:
    """Stopped at the promised level by the promised rule, in a message that names the table's column."""
    return caught.level == fault.level and fault.caught_by in caught.message and _names_the_field(fault, caught.message)


def _names_the_field(fault: Fault, message: str) -> bool:
    if fault.layer == "landing":  # the quarantine holds the reason beside the row; the rule says which columns it means
        ours = [rule for rule in landing_rules() if rule.table == fault.table and fault.caught_by in rule.why]
        return fault.column in message or any(fault.column in rule.columns for rule in ours)
    return (fault.column or fault.table) in message


def page() -> str:
    return f"{INTRODUCTION.format(count=len(FAULTS))}\n\n{table()}\n"


def main() -> int:
    print(table())
    missed = [(fault, caught) for fault, caught in inflict_all() if not is_as_promised(fault, caught)]
    for fault, caught in missed:
        print(f"MISSED: {fault.what}: {caught}", file=sys.stderr)
    print(f"\n{len(FAULTS) - len(missed)} of {len(FAULTS)} faults were stopped at the promised level.")
    if not missed:
        PAGE.write_text(page(), encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
