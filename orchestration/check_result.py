"""What one rule said about one candidate. Made by `quality.py` and `comparison.py`, judged by `gate.py`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["critical", "warning"]
Status = Literal["pass", "warn", "fail", "error"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`warn` is a failed warning, `fail` a failed critical rule, `error` a rule that could not be judged.

    `table` is `schema.name`, None where a rule is about the release as a whole; `column` names every column the rule
    looks at, None for the table as a whole; `sample_rows` is JSON.
    """

    rule_id: str
    table: str | None
    column: str | None
    kind: str
    severity: Severity
    status: Status
    observed: str
    why: str
    owner: str
    sample_rows: str = "[]"

    @property
    def about(self) -> str:
        """What the rule looked at, in words for a message: ` on marts.t (a, b)`, empty for the whole release."""
        columns = f" ({self.column})" if self.column else ""
        return f" on {self.table}{columns}" if self.table else ""

    @property
    def is_blocking(self) -> bool:
        return self.status in ("fail", "error")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def status_of(severity: Severity, passed: bool) -> Status:
    """The status of a rule that could be judged."""
    if passed:
        return "pass"
    return "fail" if severity == "critical" else "warn"
