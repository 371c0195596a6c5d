"""The plausibility rules of the published tables, read from expectations/<table>.yml. `quality.py` runs them.

A file is named after its table, with the schema in front when that is not `marts`. An entry is an expectation
of Great Expectations and what a reader needs to judge it: {id, kind, type, kwargs, severity, owner, why}.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from ingestion.yaml_file import read_yaml
from orchestration.catalog import Catalog
from orchestration.check_result import CheckResult, Severity
from orchestration.refusals import ReleaseError

EXPECTATIONS = Path(__file__).parent / "expectations"
KINDS = (
    "completeness",
    "plausibility",
    "coverage",
    "continuity",
    "agreement",
    "change",
    "freshness",
    "lineage",
)


class BrokenRule(ReleaseError):
    """An entry of the rule set that cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule about one table. `type` is the name of an expectation class, `kwargs` its arguments."""

    id: str
    schema: str
    table: str
    kind: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    owner: str
    why: str

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.table}"


def load_rules(folder: Path = EXPECTATIONS) -> tuple[Rule, ...]:
    """Every rule, by file and in file order. Raises BrokenRule naming what is wrong."""
    rules = [rule for path in sorted(folder.glob("*.yml")) for rule in _read(path)]
    if doubled := [rule_id for rule_id, count in Counter(rule.id for rule in rules).items() if count > 1]:
        raise BrokenRule(f"rule ids used twice: {', '.join(doubled)}")
    return tuple(rules)


def rule_set_hash(rules: Sequence[Rule]) -> str:
    """One value for the whole rule set: any change of a rule, its wording included, gives another."""
    body = orjson.dumps([asdict(rule) for rule in sorted(rules, key=lambda rule: rule.id)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


def columns_in(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of a table's columns that a condition speaks of, in the table's order.

    >>> columns_in("least(open_price, close_price) > 0", ("asset", "open_price", "close_price", "close"))
    ('open_price', 'close_price')
    """
    spoken = set(re.findall(r"\w+", text))
    return tuple(name for name in names if name in spoken)


def columns_of(rule: Rule, catalog: Catalog) -> tuple[str, ...]:
    """The columns a rule looks at. Nearly every query names the grain as well; it counts where rows may be missing."""
    table = next((table for table in catalog.tables if table.full_name == rule.full_name), None)
    if table is None:
        return ()
    condition = str(rule.kwargs.get("unexpected_rows_query") or rule.kwargs.get("column", ""))
    spoken = columns_in(condition, table.column_names)
    if rule.kind in ("continuity", "coverage"):
        return spoken
    return tuple(name for name in spoken if name not in table.grain) or spoken


def with_columns(results: Iterable[CheckResult], rules: Iterable[Rule], catalog: Catalog) -> list[CheckResult]:
    """The audit's results with the columns that each rule looks at, which the library does not know."""
    looked_at = {rule.id: ", ".join(columns_of(rule, catalog)) or None for rule in rules}
    return [replace(result, column=looked_at.get(result.rule_id, result.column)) for result in results]


def _read(path: Path) -> list[Rule]:
    schema, _, table = path.stem.rpartition(".")
    rules = []
    for entry in read_yaml(path) or []:
        try:
            rule = Rule(schema=schema or "marts", table=table, **entry)
        except TypeError as error:
            raise BrokenRule(f"{path.name}: {entry.get('id', 'a rule')}: {error}") from error
        if rule.kind not in KINDS or rule.severity not in ("critical", "warning"):
            raise BrokenRule(f"{path.name}: {rule.id}: kind is one of {', '.join(KINDS)}; severity critical or warning")
        if not (rule.owner and rule.why):
            raise BrokenRule(f"{path.name}: {rule.id} has no owner or no why")
        rules.append(rule)
    return rules
