"""The notebooks of docs run from top to bottom on the bundled case, in this process."""

from __future__ import annotations

import importlib.util
from datetime import date, datetime
from typing import Any

import pytest

from tests.end_to_end.children import PROJECT, Machine

pytestmark = pytest.mark.xdist_group("case")
NOTEBOOKS = PROJECT / "docs" / "notebooks"


def run(name: str, machine: Machine, **given: Any) -> dict[str, Any]:
    """What a notebook defined when it had run. A cell that raises fails the run."""
    spec = importlib.util.spec_from_file_location(name, NOTEBOOKS / f"{name}.py")
    assert spec
    assert spec.loader
    notebook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(notebook)
    _, defined = notebook.app.run(defs={"database": machine.database, **given})
    assert defined["release"]["provenance"] == "reconstructed"
    return dict(defined)


def test_forced_or_bought(published_case: Machine) -> None:
    found = run("forced_or_bought", published_case)
    assert found["hours"].height == 97
    for parts in found["effects"].iter_rows(named=True):
        total = parts["position_effect_usd"] + parts["price_effect_usd"]
        assert total == pytest.approx(parts["change_usd"], abs=1)
    assert {"cascades", "buyers", "shares"} <= {name for name in found if getattr(found[name], "height", 0)}
    assert found["panes"].to_dict()["vconcat"]


def test_what_was_known_when(published_case: Machine) -> None:
    moment = datetime(2026, 2, 6, 5)
    found = run("what_was_known_when", published_case, moment=moment)
    print_of_the_night = found["flows"].row(-1, named=True)
    assert (print_of_the_night["session_date"], print_of_the_night["flow_known_usd"]) == (
        date(2026, 2, 5),
        -258_800_000.0,
    )
    assert (print_of_the_night["flow_newest_usd"], print_of_the_night["later_prints_count"]) == (-434_150_000.0, 1)
    assert (found["flows"]["known_from_at"] <= moment).all()
    assert found["forecasts"].height
    assert found["then_and_now"].height
    assert (found["then_and_now"]["last_known_at"] <= datetime(2026, 2, 6, 21, 30)).all()


def test_every_notebook_is_run_here() -> None:
    assert {path.stem for path in NOTEBOOKS.glob("*.py")} == {"forced_or_bought", "what_was_known_when"}
