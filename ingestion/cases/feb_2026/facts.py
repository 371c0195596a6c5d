"""The quoted figures of the case: read from facts.csv and judged. What is made of them is for generate.py."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FACTS = Path(__file__).with_name("facts.csv")
COLUMNS = (
    "fact_id", "topic", "metric", "entity", "value", "unit", "observed_from_at", "observed_to_at",
    "published_at", "publisher", "citation", "role", "claim_id", "kind", "note",
)  # fmt: skip
ROLES = ("claimed_by_article", "checks_article")
KINDS = ("observed", "forecast", "quoted")
UNITS = (
    "usd", "coins", "contracts", "count", "days", "difficulty", "hours", "index_points", "pct", "pct_per_8h",
    "ratio", "usd_per_oz", "usd_per_ph_day", "vol_pct",
    "not_stated",  # the publisher gave a number without saying what of
)  # fmt: skip
# The article's claims are numbered through; every number belongs to one topic.
CLAIM_TOPICS = (
    (1, 17, "prices"), (18, 28, "derivatives"), (29, 34, "options"), (35, 47, "macro"), (48, 52, "onchain"),
    (53, 55, "flows"), (56, 58, "onchain"), (59, 66, "stress"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure as one publisher printed it. Instants are naive UTC; a point has equal from and to."""

    fact_id: str
    topic: str
    metric: str
    entity: str
    value: float
    unit: str
    observed_from_at: datetime
    observed_to_at: datetime
    published_at: datetime | None
    publisher: str
    citation: str
    role: str
    claim_id: int | None
    kind: str
    note: str


def load(path: Path = FACTS) -> dict[str, Fact]:
    """Every fact by its id. Raises ValueError naming each row that breaks a rule of the file."""
    with path.open(newline="", encoding="utf-8") as handle:
        reader = csv.DictReader(handle, strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name}: the header is {reader.fieldnames}, expected {list(COLUMNS)}")
        facts = [_fact(row) for row in reader]
    problems = [f"{fact.fact_id}: {problem}" for fact in facts for problem in _problems(fact)]
    ids = [fact.fact_id for fact in facts]
    problems += [f"{fact_id}: given twice" for fact_id in sorted({i for i in ids if ids.count(i) > 1})]
    if problems:
        raise ValueError(f"{path.name}: " + "; ".join(problems))
    return {fact.fact_id: fact for fact in facts}


def topic_of_claim(claim_id: int) -> str | None:
    """The topic a claim of the article belongs to, None where there is no such claim."""
    return next((topic for first, last, topic in CLAIM_TOPICS if first <= claim_id <= last), None)


def _fact(row: dict[str, str]) -> Fact:
    return Fact(
        fact_id=row["fact_id"],
        topic=row["topic"],
        metric=row["metric"],
        entity=row["entity"],
        value=float(row["value"]),
        unit=row["unit"],
        observed_from_at=_instant(row["observed_from_at"]),
        observed_to_at=_instant(row["observed_to_at"]),
        published_at=_instant(row["published_at"]) if row["published_at"] else None,
        publisher=row["publisher"],
        citation=row["citation"],
        role=row["role"],
        claim_id=int(row["claim_id"]) if row["claim_id"] else None,
        kind=row["kind"],
        note=row["note"],
    )


def _problems(fact: Fact) -> list[str]:
    claim_topic = None if fact.claim_id is None else topic_of_claim(fact.claim_id)
    is_claim = fact.role == "claimed_by_article"
    rules = {
        "topic is none of the warehouse's": fact.topic in {topic for _, _, topic in CLAIM_TOPICS},
        f"unit {fact.unit!r} is not in use": fact.unit in UNITS,
        f"role {fact.role!r} is unknown": fact.role in ROLES,
        f"kind {fact.kind!r} is unknown": fact.kind in KINDS,
        "has no publisher, citation, metric or entity": all((fact.publisher, fact.citation, fact.metric, fact.entity)),
        "is observed until before it begins": fact.observed_from_at <= fact.observed_to_at,
        "was published before it was observed": fact.kind == "forecast"
        or fact.published_at is None
        or fact.observed_to_at <= fact.published_at,
        "names a claim that the article does not make": fact.claim_id is None or claim_topic is not None,
        "is claimed under no claim, or one of another topic": not is_claim or claim_topic == fact.topic,
    }
    return [problem for problem, holds in rules.items() if not holds]


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError(f"{text!r} has no zone; instants in facts.csv end in Z")
    return moment.astimezone(UTC).replace(tzinfo=None)
