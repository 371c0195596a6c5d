"""A bundled case: a named stretch of history with its own clock, replayed through the same path as live data."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

from ingestion.errors import ContractError
from ingestion.places import Places
from ingestion.windows import Window
from ingestion.yaml_file import read_yaml

HOME = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Case:
    """What case.yml says. `now` is the moment a run of the case takes as now; `instants` are asked about."""

    name: str
    title: str
    window: Window
    now: datetime
    instants: tuple[datetime, ...]

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
    )


def prepare_captures(case: Case, places: Places) -> Path:
    """Folder of the case's captures, generated from its facts if absent or made from other facts or code."""
    target = places.home / "source"
    stamp, wanted = target / "made-from.sha256", _digest(case)
    if stamp.exists() and stamp.read_text() == wanted:
        return target
    fresh = target.with_name(".source.new")
    shutil.rmtree(fresh, ignore_errors=True)
    import_module(f"ingestion.cases.{case.name}.generate").generate(fresh)
    (fresh / "made-from.sha256").write_text(wanted)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return target


def _digest(case: Case) -> str:
    """Over everything the generated captures depend on: the case's files and the wire formats."""
    digest = hashlib.sha256()
    for path in sorted([*case.folder.glob("*.*"), *HOME.glob("*.py"), HOME.parent / "capture.py"]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
