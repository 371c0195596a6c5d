"""A bundled case: a named stretch of history with its own clock, replayed through the same path as live data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.errors import ContractError
from ingestion.places import Places
from ingestion.share import Share
from ingestion.windows import Window
from ingestion.yaml_file import read_yaml

if TYPE_CHECKING:
    from ingestion.replay import ReplayClient

HOME = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Case:
    """What case.yml says. `now` is the moment a run of the case takes as now; `instants` are asked about.

    shares: what the case has of a dataset where that is less than all of its days and series.
    """

    name: str
    title: str
    window: Window
    now: datetime
    instants: tuple[datetime, ...]
    shares: Mapping[str, Share] = field(default_factory=dict)

    def of_every_dataset(self, window: Window) -> Window:
        """The days of a window that the case has of all its datasets; the window where there are none."""
        common: Window | None = window
        for share in self.shares.values():
            common = share.days_of(common) if common else None
        return common or window

    @property
    def folder(self) -> Path:
        return HOME / self.name


def case_names() -> list[str]:
    """Names of the bundled cases."""
    return sorted(path.parent.name for path in HOME.glob("*/case.yml"))


def load_case(name: str | None) -> Case:
    """The case of that name. Raises ContractError naming those there are."""
    if name not in case_names():
        raise ContractError(f"no bundled case {name!r}; there are: {', '.join(case_names())}")
    body = read_yaml(HOME / name / "case.yml")
    return Case(
        name=name,
        title=body["title"],
        window=Window(_day(body["from"]), _day(body["to"])),
        now=_moment(body["now"]),
        instants=tuple(_moment(instant) for instant in body["instants"]),
        shares={key: _share(of) for key, of in body.get("parts", {}).items()},
    )


def replay(case: Case, places: Places) -> ReplayClient:
    """The client that answers for a case: its captures, its clock, and what of each dataset it is about."""
    # Polars and pyarrow are needed to land a case, not to name one.
    from ingestion.capture import CaptureStore
    from ingestion.cases.prepare import prepare_captures
    from ingestion.replay import ReplayClient

    return ReplayClient(CaptureStore(prepare_captures(case, places)), case.now, case.shares)


def _share(of: Mapping[str, Any]) -> Share:
    days = Window(_day(of["from"]), _day(of["to"])) if "from" in of else None
    return Share(days, frozenset(of["series"]) if "series" in of else None)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
