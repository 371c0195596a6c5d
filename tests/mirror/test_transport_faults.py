"""Answers that do not come, come broken or come wrong as a whole: nothing lands from them and nothing is lost."""

from __future__ import annotations

import pytest

from ingestion.contract import Dataset
from tests.mirror.landing import ALL, FLOWS, METRICS, RETARGETS, SPOT, complaints, named, unanswered
from tests.mirror.trial import FIRST, LAST, LATER, NEW_DAYS, Trial

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror landings")]
FILES, POLLS = (SPOT, METRICS), (FLOWS, RETARGETS)


@pytest.mark.parametrize("kind", ["429", "503", "truncate"])
@pytest.mark.parametrize("dataset", FILES, ids=named)
def test_a_host_that_stumbles_now_and_then_heals_within_the_run(trial: Trial, dataset: Dataset, kind: str) -> None:
    # The seed is one with which every kind strikes both datasets, and no question five times in a row.
    trial.assert_whole(dataset, trial.run(dataset, f"kind={kind},rate=0.4,seed=7,retry_after=0"))


@pytest.mark.parametrize(
    "fault",
    [
        "kind=429,times=4,retry_after=0",
        "kind=503,times=4,retry_after=0",
        "kind=truncate,times=4",
        "kind=html200,times=1",
        "kind=slow,times=1,seconds=0.2",
    ],
)
@pytest.mark.parametrize("dataset", ALL, ids=named)
def test_a_fault_of_the_moment_heals_within_the_run(trial: Trial, dataset: Dataset, fault: str) -> None:
    trial.assert_whole(dataset, trial.run(dataset, fault))


@pytest.mark.parametrize("kind", ["badchecksum", "drift_drop:0"], ids=["wrong", "of another file"])
@pytest.mark.parametrize("dataset", FILES, ids=named)
def test_a_checksum_that_is_right_the_second_time_heals_within_the_run(
    trial: Trial, dataset: Dataset, kind: str
) -> None:
    """As if the file were replaced between the two questions."""
    trial.assert_whole(dataset, trial.run(dataset, f"kind={kind},times=1,path=*2026-07-13.zip.CHECKSUM"))


@pytest.mark.parametrize("kind", ["429", "503", "truncate", "html200"])
@pytest.mark.parametrize("dataset", ALL, ids=named)
def test_a_host_that_never_answers_is_a_failure_and_costs_nothing(trial: Trial, dataset: Dataset, kind: str) -> None:
    before = trial.store.files()
    report = trial.run(dataset, f"kind={kind},retry_after=0")
    assert set(complaints(report)) == ({"failures", "missing_days"} if dataset in FILES else {"failures"})
    assert report.missing_days == (NEW_DAYS if dataset in FILES else [])
    assert report.landed == []
    assert trial.store.files() == before
    trial.assert_whole(dataset, trial.run(dataset, later=LATER))


@pytest.mark.parametrize("dataset", FILES, ids=named)
def test_files_that_differ_from_their_checksum_do_not_land(trial: Trial, dataset: Dataset) -> None:
    before = trial.store.files()
    report = trial.run(dataset, "kind=badchecksum")
    failures = unanswered(report)
    assert len(failures) == 4
    assert "the sha256 of the file is not the published one" in failures[0]
    assert report.missing_days == NEW_DAYS
    assert trial.store.files() == before
    trial.assert_whole(dataset, trial.run(dataset, later=LATER))


@pytest.mark.parametrize("status", ["403", "418", "451"])
def test_a_host_that_refuses_us_is_not_asked_again(trial: Trial, status: str) -> None:
    """Not in this run, but for what was under way at that moment, nor in the next."""
    before, asked = trial.store.files(), trial.store.mirror.requests
    report = trial.run(SPOT, f"kind={status}")
    assert len(report.failures) == 8, "four days of two coins"
    assert 1 <= trial.store.mirror.requests - asked <= SPOT.pace.at_once
    assert trial.store.files() == before
    asked = trial.store.mirror.requests
    again = trial.store.land(SPOT, FIRST, LAST)
    assert len(again.failures) == 8
    assert all("data.binance.vision is not asked" in failure for failure in again.failures)
    assert trial.store.mirror.requests == asked


def test_an_html_page_is_kept_as_a_sample(trial: Trial) -> None:
    trial.run(FLOWS, "kind=html200")
    folder = trial.store.places.quarantine / FLOWS.source / FLOWS.name / "bodies"
    assert b"<html" in next(folder.glob("*.body")).read_bytes()
    assert "HTML page" in next(folder.glob("*.txt")).read_text()


@pytest.mark.parametrize("dataset", POLLS, ids=named)
def test_a_page_given_twice_changes_nothing(trial: Trial, dataset: Dataset) -> None:
    trial.assert_whole(dataset, trial.run(dataset))
    before = trial.store.files()
    report = trial.run(dataset, "kind=dup_page", later=LATER)
    assert complaints(report) == {}
    assert report.landed == []
    assert trial.store.files() == before


def test_a_page_given_twice_is_no_second_file(trial: Trial) -> None:
    trial.assert_whole(METRICS, trial.run(METRICS, "kind=dup_page"))


@pytest.mark.parametrize("dataset", POLLS, ids=named)
def test_an_answer_of_last_week_takes_nothing_back(trial: Trial, dataset: Dataset) -> None:
    trial.assert_whole(dataset, trial.run(dataset))
    trial.assert_whole(dataset, trial.run(dataset, "kind=stale,days=7", later=LATER))


@pytest.mark.parametrize("path", ["*2026-07-12.zip*", "*2026-07-12.zip"], ids=["file and checksum", "file only"])
@pytest.mark.parametrize("dataset", FILES, ids=named)
def test_a_day_that_is_not_there_is_missing(trial: Trial, dataset: Dataset, path: str) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, f"kind=404,path={path}")
    assert complaints(report) == {"missing_days": [NEW_DAYS[0]]}
    assert trial.wrong(dataset).is_empty()
    assert trial.lost(dataset, before).is_empty()
    trial.assert_whole(dataset, trial.run(dataset, later=LATER))
