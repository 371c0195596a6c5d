"""Every dataset of the archive: untouched, and with every kind of fault at one question in five.

Whatever a fault changes is named in that run's report, no wrong value lands that could be told from a right one, and
the next run has the answers of a run that no fault ever touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from ingestion.contract import Dataset
from ingestion.places import Places
from ingestion.refusals import Refusals
from tests.mirror.bundle import (
    HOUR,
    PARTS,
    PROVEN,
    Newest,
    Part,
    Reports,
    digests,
    land,
    land_bundle,
    newest,
)
from tests.mirror.landing import complaints, not_among, read_raw
from tests.mirror.server import Mirror
from tests.mirror.strikes import KINDS, PLACES, PLAUSIBLE, REFUSED, RUNS, Strike, first_striking, strikes

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror bundle")]
# A null is how this vendor says that there is no price: it cannot be told from one.
UNTOLD = {("nan", "yahoo/chart_1d")}
# In the middle of each part's window.
MIDDLE = (datetime(2026, 6, 5, 10, 25), datetime(2026, 8, 6, 23, 25), datetime(2026, 2, 5, 10, 25))
REFUSING = {"data-api.binance.vision": "418", "fapi.binance.com": "451", "data.binance.vision": "403"}


@dataclass(frozen=True)
class Clean:
    """What no fault touched: at the parts' moments, and an hour later."""

    places: Places
    reports: Reports
    then: Newest
    later: Newest


@dataclass(frozen=True)
class Struck:
    """One run under faults, and the one after it without."""

    strikes: list[Strike]
    fired: dict[str, int]
    reports: Reports
    then: Newest
    later: Newest


@pytest.fixture(scope="module")
def quick() -> Iterator[Mirror]:
    """A mirror that enforces no rate limits, for a client that knows no pace."""
    with Mirror("--no-limits") as running:
        yield running


@pytest.fixture(scope="module")
def clean(quick: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Clean:
    quick.reset()
    places = Places(tmp_path_factory.mktemp("clean") / "data")
    reports = land_bundle(quick, places)
    then = newest(places)
    land_bundle(quick, places, HOUR)
    return Clean(places, reports, then, newest(places))


@pytest.fixture(scope="module")
def struck(quick: Mirror, clean: Clean, tmp_path_factory: pytest.TempPathFactory) -> list[Struck]:
    done = []
    for run in range(RUNS):
        quick.reset()
        places = Places(tmp_path_factory.mktemp(f"struck{run}") / "data")
        planned = strikes(run, clean.places)
        quick.faults(*[strike.spec for strike in planned])
        reports = land_bundle(quick, places)
        then, fired = newest(places), quick.fired_by_fault
        quick.faults()
        land_bundle(quick, places, HOUR)
        done.append(Struck(planned, fired, reports, then, newest(places)))
    return done


def struck_by(struck: list[Struck], kind: str, format: str) -> Iterator[tuple[Struck, Dataset]]:
    """Every dataset of a format that a kind of fault struck, with the run in which it did."""
    for run in struck:
        for strike in run.strikes:
            if (strike.kind, strike.place.format) == (kind, format) and run.fired[strike.spec]:
                yield from ((run, dataset) for dataset in strike.place.datasets)


def test_the_bundle_lands_without_complaint(clean: Clean) -> None:
    assert {key: complaints(report) for key, report in clean.reports.items() if complaints(report)} == {}
    empty = {key for key, rows in clean.then.items() if rows.is_empty()}
    assert empty == {"fred/series_weekly"}, "its values end before June"


def test_the_bundle_lands_twice_alike(quick: Mirror, clean: Clean, tmp_path: Path) -> None:
    quick.reset()
    again = Places(tmp_path / "data")
    land_bundle(quick, again)
    assert digests(newest(again)) == digests(clean.then)


def test_every_kind_struck(struck: list[Struck]) -> None:
    fired = {kind for run in struck for kind in KINDS if any(run.fired[s.spec] for s in run.strikes if s.kind == kind)}
    assert fired == set(KINDS)


# A checksum is published beside files only, and text pages have no rows that the mirror could change.
FORMATS = sorted({place.format for place in PLACES})


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in (*REFUSED, *PLAUSIBLE)])
def test_a_fault_of_delivery_or_order_changes_nothing(
    clean: Clean, struck: list[Struck], kind: str, format: str
) -> None:
    for run, dataset in struck_by(struck, kind, format):
        key = dataset.key
        assert run.then[key].equals(clean.then[key]), f"{kind} changed {key}"
        assert complaints(run.reports[key]) == complaints(clean.reports[key]), f"{kind} at {key}"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_fault_takes_away_is_named_and_nothing_wrong_lands(
    clean: Clean, struck: list[Struck], kind: str, format: str
) -> None:
    for run, dataset in struck_by(struck, kind, format):
        key = dataset.key
        assert not_among(run.then[key], clean.then[key]).is_empty(), f"{kind} put wrong values into {key}"
        lost = not_among(clean.then[key], run.then[key])
        if lost.height and (kind, key) not in UNTOLD:
            assert told(run.reports, key) != told(clean.reports, key), f"{kind} took {lost.height} of {key} unnamed"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", PLAUSIBLE)
def test_an_answer_that_could_be_true_is_believed_until_the_next(
    clean: Clean, struck: list[Struck], kind: str, format: str
) -> None:
    for run, dataset in struck_by(struck, kind, format):
        key = dataset.key
        wrong = not_among(run.then[key], clean.then[key])
        if kind == "gap":
            assert wrong.is_empty(), f"{kind} put wrong values into {key}"
        if kind == "spike":
            most = sum(run.fired[s.spec] for s in run.strikes if dataset in s.place.datasets)
            assert wrong.height <= most, "one row of an answer, and nothing else"
            assert run.then[key].select(dataset.grain).equals(clean.then[key].select(dataset.grain))
        lost = not_among(clean.then[key], run.then[key])
        if dataset.expected_per_day and kind != "spike" and in_window(dataset, lost).height:
            assert told(run.reports, key) != told(clean.reports, key), f"{kind} took {lost.height} of {key} unnamed"


@pytest.mark.parametrize("run", range(RUNS))
def test_the_next_run_has_what_a_clean_one_has(clean: Clean, struck: list[Struck], run: int) -> None:
    # What nobody gives back later is lost with the answer that failed, which was told.
    lasting = {dataset.key for dataset in PROVEN if not dataset.is_snapshot}
    healed, whole = digests(struck[run].later), digests(clean.later)
    assert {key: healed[key] for key in lasting} == {key: whole[key] for key in lasting}


def told(reports: Reports, key: str) -> dict[str, object]:
    return {**complaints(reports[key]), "notices": reports[key].notices}


def in_window(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    window = next(part.window for part in PARTS if dataset in part.datasets)
    return rows.filter(pl.col(dataset.event_time).dt.date().is_between(window.first, window.last))


def test_a_host_that_refuses_us_is_left_alone_by_the_next_run_and_others_go_on(
    quick: Mirror, clean: Clean, tmp_path: Path
) -> None:
    """A ban ends by itself, a refusal of our country when somebody finds that it has."""
    quick.reset()
    places, june = Places(tmp_path / "data"), PARTS[0]
    arrive = partial(land, quick, places, june.datasets, june.window)
    datasets_of = {host: [dataset for dataset in june.datasets if dataset.host == host] for host in REFUSING}
    quick.faults(
        *[
            first_striking(f"host={host},kind={kind},rate=0.2,retry_after=1800", datasets_of[host], clean.places)
            for host, kind in REFUSING.items()
        ]
    )
    reports = arrive(june.clock)
    assert all(fired == 1 or "403" in spec for spec, fired in quick.fired_by_fault.items()), (
        "files are asked four abreast"
    )
    assert all(quick.fired_by_fault.values())
    others = [dataset for dataset in june.datasets if dataset.host not in REFUSING]
    assert digests(newest(places, others)) == digests({d.key: clean.then[d.key] for d in others})
    for host, datasets in datasets_of.items():
        assert any(host in failure for dataset in datasets for failure in reports[dataset.key].failures)

    quick.faults()
    before = quick.asked_by_host
    reports = arrive(june.clock + timedelta(minutes=5))
    asked = quick.asked_by_host - before
    assert {host: asked[host] for host in REFUSING} == dict.fromkeys(REFUSING, 0)
    assert asked["cdn.cboe.com"]
    for host, datasets in datasets_of.items():
        assert all(f"{host} is not asked until" in reports[dataset.key].failures[0] for dataset in datasets)

    before = quick.asked_by_host
    arrive(june.clock + HOUR)
    asked = quick.asked_by_host - before
    assert [host for host in REFUSING if not asked[host]] == ["fapi.binance.com"], "the bans have ended"
    Refusals(places.data_dir / "hosts").forget("fapi.binance.com")
    arrive()
    lasting = [dataset for dataset in june.datasets if not dataset.is_snapshot]
    assert digests(newest(places, lasting)) == digests({d.key: clean.later[d.key] for d in lasting})


@pytest.fixture(scope="module", params=list(zip(PARTS, MIDDLE, strict=True)), ids=["June", "August", "February"])
def halfway(
    request: pytest.FixtureRequest, quick: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Part, datetime, Places]:
    """A part asked for in the middle of its window."""
    part, now = request.param
    quick.reset()
    places = Places(tmp_path_factory.mktemp("halfway") / "data")
    land(quick, places, part.datasets, part.window, now)
    return part, now, places


def test_nothing_later_than_the_clock_is_visible(halfway: tuple[Part, datetime, Places]) -> None:
    part, now, places = halfway
    for dataset in part.datasets:
        rows = read_raw(places.raw, dataset)
        about = {dataset.event_time, "period_end_at", "published_at", "known_at", "_fetched_at"} & set(rows.columns)
        later = {name: rows[name].max() for name in about if rows[name].len() and rows[name].max() is not None}
        assert {name: at for name, at in later.items() if at > now} == {}, dataset.key  # type: ignore[operator]
        dates = [name for name, kind in rows.schema.items() if kind == pl.Date]
        assert all(rows.filter(pl.col(name) > now.date()).is_empty() for name in dates), dataset.key
    empty = {dataset.key for dataset in part.datasets if read_raw(places.raw, dataset).is_empty()}
    assert empty <= {"fred/series_weekly", "cftc/tff_weekly"}, "no value in June, and not out before Friday evening"
