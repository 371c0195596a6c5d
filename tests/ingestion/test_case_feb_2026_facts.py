"""facts.csv of the bundled case: its rules hold, and a row that breaks one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.cases.feb_2026.facts import FACTS, Fact, load, topic_of_claim
from ingestion.contract import TOPICS


@pytest.fixture(scope="module")
def facts() -> dict[str, Fact]:
    return load()


def test_every_fact_has_a_source_and_a_known_topic(facts: dict[str, Fact]) -> None:
    assert all(fact.topic in TOPICS and fact.publisher and fact.citation for fact in facts.values())
    assert not [fact.fact_id for fact in facts.values() if "http" in fact.citation]


def test_claims_are_numbers_of_the_article(facts: dict[str, Fact]) -> None:
    claimed = {fact.claim_id for fact in facts.values() if fact.role == "claimed_by_article"}
    assert None not in claimed
    assert all(claim_id is not None and topic_of_claim(claim_id) for claim_id in claimed)
    assert topic_of_claim(0) is None
    assert topic_of_claim(67) is None


def test_publishers_that_disagree_keep_a_row_each(facts: dict[str, Fact]) -> None:
    def values(metric: str, until: str) -> set[float]:
        return {
            f.value
            for f in facts.values()
            if f.metric == metric and f"{f.observed_to_at:%m%dT%H}" == until and f.topic != "macro"
        }

    assert values("close_price", "0206T00") == {62_600.0, 62_702.0, 62_809.26, 62_909.9}
    assert {59_800.0, 60_000.0, 60_150.0} <= values("low_price", "0207T00")
    assert {-258.8e6, -434.1e6, -434.15e6, -434.2e6} <= values("net_flow", "0205T21")


def test_forecast_and_outcome_of_the_retarget_are_two_facts(facts: dict[str, Fact]) -> None:
    assert (facts["difficulty_forecast_article"].kind, facts["difficulty_change_935424"].kind) == (
        "forecast",
        "observed",
    )
    ratio = facts["difficulty_935424"].value / facts["difficulty_933408"].value
    assert 100 * (ratio - 1) == pytest.approx(facts["difficulty_change_935424"].value, abs=0.0005)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (",usd,", ",dollars,", "price_open_0205_article: unit 'dollars'"),
        ("claimed_by_article,1,", "claimed_by_article,,", "claimed under no claim"),
        ("claimed_by_article,1,", "claimed_by_article,99,", "does not make"),
        ("claimed_by_article,1,", "rumour,1,", "role 'rumour'"),
        ("CryptoSlate,", ",", "no publisher"),
        ("price_open_0205_yahoo", "price_open_0205_article", "given twice"),
        ("usd,2026-02-05T00:00:00Z", "usd,2026-02-06T00:00:00Z", "before it begins"),
        ("usd,2026-02-05T00:00:00Z", "usd,2026-02-05T00:00:00", "has no zone"),
        ("fact_id,topic", "id,topic", "the header is"),
    ],
    ids=lambda value: value[:24],
)
def test_a_broken_row_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = FACTS.read_text()
    assert old in text
    broken = tmp_path / "facts.csv"
    broken.write_text(text.replace(old, new, 1))
    with pytest.raises(ValueError, match=complaint):
        load(broken)
