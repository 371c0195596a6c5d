"""The conditions that were named for the days after, by status and evidence, and how often the like happened before."""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Figure, Grid, Section, said
from orchestration.identifiers import statement
from orchestration.run_scope import asof_schema

TABLES = ("fct_condition_scoreboard", "fct_base_rate")
NEEDS = TABLES[:1]


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """Counted by status, never weighed; a base rate always with its number of cases."""
    conditions = release.rows(_CONDITIONS, **focus.values)
    stood = _as_it_stood(release, focus)
    rates = release.rows(_RATES) if release.has("fct_base_rate") else []
    if not conditions:
        return Section("scoreboard", TABLES, absent=said("absent.conditions"))
    finding = [
        said(
            f"scoreboard.{kind}", met=sum(row["status"] == "met" for row in rows), all=len(rows), statuses=_counts(rows)
        )
        for kind in ("hold", "retest")
        if (rows := [row for row in conditions if row["condition_kind"] == kind])
    ]
    grid = Grid(
        ("condition", "what", "as_it_stood", "as_it_ended", "value", "threshold", "why"),
        [
            (
                row["condition_id"],
                said("both", en=row["title"], zh=row["title_zh"]),
                Figure(stood[row["condition_id"]], "label") if row["condition_id"] in stood else None,
                Figure(row["status"], "label"),
                said("measured", value=row["value"], unit=Figure(row["unit"] or "", "label")),
                Figure(row["threshold"], "plain"),
                row["reason"] or "",
            )
            for row in conditions
        ],
        tags=(2, 3),
    )
    grids = [grid]
    notes = [said("scoreboard.count")]
    told = [row for row in rates if row["episodes_count"]]
    if told:
        grids.append(_rates(told))
    if not rates:
        notes.append(said("scoreboard.no_rates"))
    elif len(told) < len(rates):
        span = {"first": rates[0]["history_from_date"], "last": rates[0]["history_to_date"]}
        notes.append(said("scoreboard.no_episodes", questions=len(rates) - len(told), all=len(rates), **span))
    return Section("scoreboard", TABLES, finding=tuple(finding), grids=tuple(grids), notes=tuple(notes))


def _as_it_stood(release: Release, focus: Focus) -> dict[str, str]:
    """The status of each condition in the marts that the release keeps of the moment in question."""
    schema = asof_schema(focus.instant) if focus.instant else ""
    if not focus.instant or not release.has("fct_condition_scoreboard", schema):
        return {}
    query = statement(_STOOD, schema=release.schema_of(focus.instant))
    return {row["condition_id"]: row["status"] for row in release.rows(query)}


def _counts(rows: list[Row]) -> list[Figure]:
    return [Figure(f"{row['condition_id']}", "label") for row in rows if row["status"] == "met"] or [
        Figure("none", "label")
    ]


def _rates(rates: list[Row]) -> Grid:
    return Grid(
        ("question", "within", "cases", "rate", "interval"),
        [
            (
                said("both", en=row["question"], zh=row["question_zh"]),
                said("days", days=row["horizon_days"]),
                said("of", hits=row["hits_count"], cases=row["episodes_count"]),
                Figure(row["rate_ratio"], "share"),
                said("interval_small" if row["is_small_sample"] else "interval", low=row["low"], high=row["high"]),
            )
            for row in rates
        ],
        title=said("scoreboard.rates"),
    )


# The newest row of each condition whose days reach into the window.
_CONDITIONS = """
with ours as (
    select * from marts.fct_condition_scoreboard
    where evaluated_at >= $from
    qualify rule_version = max(rule_version) over (partition by condition_id)
)
select
    condition_id, condition_kind, title, title_zh, status, reason, value, unit, threshold
from ours
where evaluated_at >= $to - interval 2 day
qualify row_number() over (partition by condition_id order by is_newest desc, evaluated_at desc) = 1
order by condition_kind, condition_id
"""
_STOOD = """
select condition_id, arg_max(status, rule_version) as status
from {schema}.fct_condition_scoreboard
where is_newest
group by condition_id
"""
_RATES = """
select
    question, question_zh, horizon_days, hits_count, episodes_count, rate_ratio, wilson_low_ratio as low,
    wilson_high_ratio as high, is_small_sample, history_from_date, history_to_date
from marts.fct_base_rate
order by question_id, horizon_days
"""
