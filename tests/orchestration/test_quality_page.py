"""The quality page: self-contained, honest in its first line, and safe against what data may contain."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import pytest

from orchestration.catalog import Catalog, Table
from orchestration.check_result import CheckResult
from orchestration.contents import TableFacts
from orchestration.empty_tables import ALL_LANDED, why_empty
from orchestration.gate import Reason, Verdict
from orchestration.quality_page import render
from orchestration.release_manifest import ReleaseManifest
from orchestration.run_facts import DatasetFact
from tests.orchestration.releasing import facts

FACTS = facts("r1")
MANIFEST = ReleaseManifest(
    release_id="r1",
    created_at=FACTS.created_at,
    as_of_at=FACTS.as_of_at,
    scope="live",
    window_from=FACTS.window_from,
    window_to=FACTS.window_to,
    code_version="0.1.0",
    provenance="measured",
    is_degraded=False,
    degraded_reasons=(),
    instants=(datetime(2026, 2, 6, 21, 30),),
    tables={"marts.fct_price_daily": TableFacts(12345, "d" * 64)},
)
WARNED = CheckResult(
    "price_daily_big_move", "marts.fct_price_daily", None, "change", "warning", "warn", "2 rows",
    "Worth a look.", "prices",
    '[{"observed_date":"2026-02-05T00:00:00","return_close_close_ratio":-0.14017,"note":null}]',
)  # fmt: skip
PASSED = replace(
    WARNED,
    rule_id="price_daily_coverage",
    status="pass",
    severity="critical",
    observed="0 rows",
    sample_rows="[]",
)
TABLES = Catalog(
    (
        Table("marts", "fct_price_daily", "Days.", "prices", ("observed_date",), (), (("exchange", "candles"),)),
        Table("marts", "fct_nothing", "Nothing.", "prices", ("observed_date",), (), (("paid", "series"),)),
    )
)
GO = Verdict("publish", (), ())


def words(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split())


def test_tells_what_a_reader_needs() -> None:
    text = words(render(MANIFEST, [PASSED, WARNED], GO, FACTS, TABLES))
    for part in (
        "r1",
        "Passed with 1 warning",
        "2026-02-13 12:00 UTC",
        "2026-01-28 to 2026-02-12",
        "price_daily_big_move marts.fct_price_daily · warning · change",
        "2 rows Worth a look.",
        "2026-02-05 00:00 -0.14017 none",
        "1 rules passed",
        "exchange/candles 2026-02-12 23:00 UTC 13 h",
        "12,345",
        "2026-02-06 21:30 UTC",
    ):
        assert part in text, part


def test_needs_nothing_from_outside() -> None:
    page = render(MANIFEST, [PASSED, WARNED], GO, FACTS, TABLES)
    assert re.findall(r"""(?:src|href|action)=["']?(?!data:)[^"'\s>]+""", page) == []
    assert re.findall(r"https?://|@import|url\(|<script", page) == []


def test_a_reconstruction_says_so_first() -> None:
    text = words(render(replace(MANIFEST, provenance="reconstructed"), [PASSED], GO, FACTS, TABLES))
    assert text.index("Reconstructed data.") < text.index("Quality of release")
    assert "Reconstructed data." not in words(render(MANIFEST, [PASSED], GO, FACTS, TABLES))


def test_a_refusal_and_its_worst_rules_come_first() -> None:
    failed = replace(WARNED, rule_id="z_failed", severity="critical", status="fail")
    unjudged = replace(WARNED, rule_id="z_unjudged", status="error", sample_rows="[]")
    refused = Verdict("refuse", (Reason("z_failed", "z_failed failed"), Reason("z_unjudged", "not judged")), ())
    text = words(render(MANIFEST, [PASSED, WARNED, failed, unjudged], refused, FACTS, TABLES))
    assert "Refused for 2 reasons" in text
    assert text.index("z_unjudged") < text.index("z_failed") < text.index("price_daily_big_move")


def test_a_degraded_source_is_named() -> None:
    degraded = replace(MANIFEST, is_degraded=True, degraded_reasons=("funds/totals: blocked (403)",))
    assert "Degraded Some sources could not be had in full." in words(render(degraded, [PASSED], GO, FACTS, TABLES))
    assert "funds/totals: blocked (403)" in words(render(degraded, [PASSED], GO, FACTS, TABLES))


@pytest.mark.parametrize("field", ["observed", "why", "rule_id"])
def test_what_comes_from_data_stays_text(field: str) -> None:
    page = render(MANIFEST, [replace(WARNED, **{field: "<script>alert(1)</script>"})], GO, FACTS, TABLES)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_single_values_as_samples() -> None:
    values = replace(WARNED, column="provenance", sample_rows='["guessed"]')
    assert "provenance guessed" in words(render(MANIFEST, [values], GO, FACTS, TABLES))


def test_an_empty_table_says_why() -> None:
    asked = DatasetFact("exchange", "other", None, None, None, 0, is_degraded=True)
    unasked = DatasetFact("paid", "series", None, None, None, 0, not_asked="needs the key PAID_KEY")
    tables = {"marts.fct_nothing": TableFacts(0, "d" * 64), **MANIFEST.tables}
    known = replace(FACTS, datasets=(*FACTS.datasets, asked, unasked))
    text = words(render(replace(MANIFEST, tables=tables), [PASSED], GO, known, TABLES))
    assert "marts.fct_nothing paid/series: needs the key PAID_KEY" in text
    assert "exchange/other:" not in text
    assert "1 more, needs the key PAID_KEY paid/series" in text


def test_what_landed_and_does_not_suffice_is_told_apart_from_what_did_not_land() -> None:
    both = replace(TABLES.tables[1], upstream=(("exchange", "candles"), ("exchange", "other")))
    landed = DatasetFact("exchange", "candles", None, None, None, 3)
    absent = DatasetFact("exchange", "other", None, None, None, 0, is_degraded=True)
    assert why_empty(both, [landed]) == ALL_LANDED
    assert why_empty(both, [landed, absent]) == "exchange/other: asked, but not had"
