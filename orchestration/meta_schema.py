"""The tables of a release's `meta` schema, each declared once: name, meaning, grain, columns with types and units.

Their rows are written by `meta_tables.py`; comments in the file and catalog.json follow from here.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.catalog import Column, Table


def _table(name: str, description: str, grain: Sequence[str], *columns: tuple[str, ...]) -> Table:
    return Table("meta", name, description, "meta", tuple(grain), tuple(Column(*column) for column in columns))


RELEASES = _table(
    "releases",
    "This release: what it was made from and what it stands for.",
    ["release_id"],
    ("release_id", "VARCHAR", "Name of the release and of its folder."),
    ("created_at", "TIMESTAMP", "When the release was made, UTC."),
    ("as_of_at", "TIMESTAMP", "The moment the release answers for, UTC: nothing known later is in it."),
    ("scope", "VARCHAR", "live, or case: and the name of a bundled case."),
    ("window_from", "DATE", "First UTC day the run was asked for."),
    ("window_to", "DATE", "Last UTC day the run was asked for."),
    ("code_version", "VARCHAR", "Version of the code that made it."),
    ("is_degraded", "BOOLEAN", "Some source could not be had in full."),
    ("degraded_reasons", "VARCHAR", "Why, as a JSON list."),
    ("provenance", "VARCHAR", "Weakest among all rows: reconstructed, published or measured."),
    ("instants", "VARCHAR", "Moments with a marts_asof schema, as a JSON list of UTC times."),
)
CHECK_RESULTS = _table(
    "check_results",
    "What every rule of the gate said about this release.",
    ["rule_id"],
    ("rule_id", "VARCHAR", "Name of the rule."),
    ("table_schema", "VARCHAR", "Schema of the table the rule is about; NULL for the whole release."),
    ("table_name", "VARCHAR", "Table the rule is about; NULL for the whole release."),
    ("column_name", "VARCHAR", "Columns the rule looks at; NULL where it is about the table as a whole."),
    ("kind", "VARCHAR", "What sort of doubt the rule raises, e.g. coverage or agreement."),
    ("severity", "VARCHAR", "critical blocks the release, warning does not."),
    (
        "status",
        "VARCHAR",
        "pass, or warn: a warning that failed. A release with fail or error is never published.",
    ),
    ("observed", "VARCHAR", "What was found."),
    ("why", "VARCHAR", "Why the rule exists."),
    ("owner", "VARCHAR", "Topic that answers for it."),
    ("sample_rows", "VARCHAR", "Up to five offending rows, as JSON."),
)
FRESHNESS = _table(
    "freshness",
    "How old every raw dataset is at the release's as-of time.",
    ["source", "dataset"],
    ("source", "VARCHAR", "Where the dataset comes from."),
    ("dataset", "VARCHAR", "Name of the dataset."),
    ("newest_event_at", "TIMESTAMP", "Newest moment a row is about, UTC."),
    ("newest_known_at", "TIMESTAMP", "Newest moment at which a row became known, UTC."),
    ("fetched_at", "TIMESTAMP", "When the source was last asked, UTC."),
    ("age_hours", "DOUBLE", "From the newest event to the as-of time.", "hours"),
    ("rows_count", "BIGINT", "Rows in raw, all versions.", "count"),
    ("is_degraded", "BOOLEAN", "This run could not get all of it."),
    ("not_asked", "VARCHAR", "Why the source was not asked at all; NULL where it was."),
)
TABLES = _table(
    "tables",
    "Every published table: how much of it there is, and why there is nothing where it is empty.",
    ["table_schema", "table_name"],
    ("table_schema", "VARCHAR", "Schema of the table."),
    ("table_name", "VARCHAR", "Name of the table."),
    ("topic", "VARCHAR", "What it is about."),
    ("rows_count", "BIGINT", "Its rows.", "count"),
    ("first_at", "TIMESTAMP", "Earliest time in its grain, UTC; NULL without rows or without a time in the grain."),
    ("last_at", "TIMESTAMP", "Latest time in its grain, UTC."),
    ("why_empty", "VARCHAR", "Why it has no rows, by the raw datasets behind it; NULL where it has some."),
)
LINEAGE = _table(
    "lineage",
    "The raw datasets behind every published table.",
    ["table_schema", "table_name", "source", "dataset"],
    ("table_schema", "VARCHAR", "Schema of the published table."),
    ("table_name", "VARCHAR", "Name of the published table."),
    ("source", "VARCHAR", "Where the dataset comes from."),
    ("dataset", "VARCHAR", "Name of the dataset; meta.captures lists its responses."),
)
CAPTURES = _table(
    "captures",
    "The responses, kept as they came, that the raw datasets were read from.",
    ["capture_id"],
    ("source", "VARCHAR", "Where it was asked."),
    ("dataset", "VARCHAR", "For which dataset."),
    ("capture_id", "VARCHAR", "Name of the response; raw rows carry it as _capture_id."),
    ("url", "VARCHAR", "What was asked for, without secrets."),
    ("received_at", "TIMESTAMP", "When the answer had arrived, UTC."),
    ("body_sha256", "VARCHAR", "sha256 of the answer's bytes, in hex."),
    ("provenance", "VARCHAR", "measured, published or reconstructed."),
    ("rows_count", "BIGINT", "Raw rows that came from it.", "count"),
)
LICENCES = _table(
    "licences",
    "On what terms every raw dataset came, and the strictest of them for every published table.",
    ["subject", "subject_group", "subject_name"],
    ("subject", "VARCHAR", "dataset or table."),
    ("subject_group", "VARCHAR", "Source of the dataset, or schema of the table."),
    ("subject_name", "VARCHAR", "Name of the dataset or table."),
    ("licence", "VARCHAR", "The terms; for a table the strictest among its raw datasets."),
    ("licence_url", "VARCHAR", "Where the terms are."),
    ("attribution", "VARCHAR", "Whom to name; for a table everybody upstream."),
    ("is_redistributable", "BOOLEAN", "Whether the figures may be passed on."),
    ("inherited_from", "VARCHAR", "For a table: the dataset whose terms these are."),
)
RULES = _table(
    "rules",
    "Every rule behind this release, whatever layer says it; what the last two layers found is in meta.check_results.",
    ["layer", "rule_id"],
    ("rule_id", "VARCHAR", "Name of the rule."),
    (
        "layer",
        "VARCHAR",
        "landing (rows of a source's answer), build (what is impossible in a table), audit (what is implausible), "
        "gate (this release against the last).",
    ),
    ("table_schema", "VARCHAR", "Schema of the table the rule is about; NULL for the whole release."),
    ("table_name", "VARCHAR", "Table, or <source>/<dataset> in raw; * for every dataset; NULL for the whole release."),
    ("column_names", "VARCHAR", "Columns the rule looks at; NULL where it is about the table as a whole."),
    ("kind", "VARCHAR", "What sort of rule it is, e.g. identity or coverage."),
    (
        "severity",
        "VARCHAR",
        "quarantine: the row or answer is put aside; critical: nothing is published; warning: published with a note.",
    ),
    ("owner", "VARCHAR", "Topic or part that answers for it."),
    ("condition", "VARCHAR", "What must hold, as its layer states it; NULL where the why is all there is to say."),
    ("why", "VARCHAR", "Why the rule exists, or its name as a sentence."),
)
METRIC_CARDS = _table(
    "metric_cards",
    "Every published measure with what a reader must know before using it.",
    ["table_schema", "table_name", "column_name"],
    ("table_schema", "VARCHAR", "Schema of the table."),
    ("table_name", "VARCHAR", "Table the measure is a column of."),
    ("column_name", "VARCHAR", "The measure."),
    ("topic", "VARCHAR", "What the table is about."),
    ("grain", "VARCHAR", "What one row is of."),
    ("unit", "VARCHAR", "Its unit; the same word ends its name."),
    ("meaning", "VARCHAR", "What the number is and how it is made."),
    ("sign", "VARCHAR", "What a positive or a negative value means; NULL where that needs no words."),
    ("missing", "VARCHAR", "When it is NULL; NULL where it never is, or its description does not say."),
    ("method", "VARCHAR", "Section of the method (method.md) with the formula; NULL where the meaning is the formula."),
    ("sources", "VARCHAR", "Raw datasets behind the table."),
    ("caveat", "VARCHAR", "Known issues that touch it, of meta.known_issues; NULL without one."),
)
KNOWN_ISSUES = _table(
    "known_issues",
    "What a user of a table should know that no rule can find in the rows: which days, which columns, and why.",
    ["table_schema", "table_name", "why"],
    ("table_schema", "VARCHAR", "Schema of the table."),
    ("table_name", "VARCHAR", "Name of the table."),
    ("column_names", "VARCHAR", "Columns it touches; NULL for the whole table."),
    ("from_date", "DATE", "First UTC day it touches; NULL without a beginning."),
    ("to_date", "DATE", "Last UTC day it touches; NULL without an end."),
    ("why", "VARCHAR", "What is the matter."),
)
META_TABLES = (
    RELEASES,
    RULES,
    CHECK_RESULTS,
    FRESHNESS,
    TABLES,
    LINEAGE,
    CAPTURES,
    LICENCES,
    METRIC_CARDS,
    KNOWN_ISSUES,
)
