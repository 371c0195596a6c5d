"""Every fault of the mirror, struck on a store that already holds days: nothing false lands, nothing is lost.

The store holds the first half of the window; the faulty run asks for all of it, the landed days too, since files
of the last weeks are checked again.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingestion.contract import Dataset
from ingestion.ingest import IngestReport
from ingestion.places import Places
from tests.mirror.landing import ALL, FLOWS, METRICS, RETARGETS, SPOT, Store, not_among
from tests.mirror.server import Mirror

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror landings")]
# Both label conventions and the stamp that they share.
FIRST, LAST = date(2026, 7, 10), date(2026, 7, 13)
HALF = date(2026, 7, 11)
HALF_TIME, FULL_TIME = datetime(2026, 7, 12, 9), datetime(2026, 7, 14, 13)
VISION = (SPOT, METRICS)
KEY = operator.attrgetter("name")
PER_DAY = {SPOT.key: 24, METRICS.key: 288}


@dataclass(frozen=True)
class Landed:
    """Two stores that no fault ever touched: with half of the window, and with all of it."""

    half: Path
    full: dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def landed(mirror_process: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Landed:
    mirror_process.reset()
    half = tmp_path_factory.mktemp("landed") / "half"
    store = Store(mirror_process, Places(half))
    for dataset in ALL:
        store.land(dataset, FIRST, HALF, now=HALF_TIME)
    whole = Store(mirror_process, Places(shutil.copytree(half, half.with_name("full"))))
    for dataset in ALL:
        report = whole.land(dataset, FIRST, LAST, now=FULL_TIME)
        assert not (report.failures or report.unreadable or report.missing_days or report.quarantined)
    mirror_process.reset()
    return Landed(half, {dataset.key: whole.values(dataset) for dataset in ALL})


@dataclass(frozen=True)
class Trial:
    """One store under a fault."""

    store: Store
    landed: Landed

    def run(self, dataset: Dataset, *faults: str, later: timedelta = timedelta(0)) -> IngestReport:
        """Land the whole window under faults; without any, as it heals."""
        self.store.mirror.faults(*faults)
        report = self.store.land(dataset, FIRST, LAST, now=FULL_TIME + later)
        assert not faults or self.store.mirror.faults_fired, "the fault never struck"
        return report

    def assert_nothing_false_or_lost(self, dataset: Dataset, before: pl.DataFrame) -> None:
        now = self.store.values(dataset)
        assert not_among(now, self.landed.full[dataset.key]).height == 0, "something landed that was never said"
        assert not_among(before, now).height == 0, "something that was landed is gone"

    def assert_whole(self, dataset: Dataset, report: IngestReport) -> None:
        assert not (report.failures or report.unreadable or report.missing_days or report.partial_days), report
        assert self.store.values(dataset).equals(self.landed.full[dataset.key])


@pytest.fixture
def trial(mirror: Mirror, landed: Landed, tmp_path: Path) -> Trial:
    return Trial(Store(mirror, Places(shutil.copytree(landed.half, tmp_path / "data"))), landed)


@pytest.mark.parametrize("kind", ["429", "503", "truncate"])
@pytest.mark.parametrize("dataset", VISION, ids=KEY)
def test_a_host_that_stumbles_every_so_often_heals_within_the_run(trial: Trial, dataset: Dataset, kind: str) -> None:
    # The seed is one with which every kind strikes both datasets, and no question five times in a row.
    trial.assert_whole(dataset, trial.run(dataset, f"kind={kind},rate=0.4,seed=7,retry_after=0"))


@pytest.mark.parametrize(
    "fault",
    [
        "kind=429,times=4,retry_after=0",
        "kind=503,times=4,retry_after=0",
        "kind=truncate,times=4",
        "kind=html200,times=1",
        "kind=slow,seconds=0.2,times=1",
    ],
)
@pytest.mark.parametrize("dataset", ALL, ids=KEY)
def test_a_fault_of_the_moment_heals_within_the_run(trial: Trial, dataset: Dataset, fault: str) -> None:
    trial.assert_whole(dataset, trial.run(dataset, fault))


@pytest.mark.parametrize("kind", ["badchecksum", "drift_drop:0"], ids=["wrong once", "of another file"])
@pytest.mark.parametrize("dataset", VISION, ids=KEY)
def test_a_checksum_that_is_put_right_at_once_heals_within_the_run(
    trial: Trial, dataset: Dataset, kind: str
) -> None:
    """As if the file were replaced between the two questions."""
    trial.assert_whole(dataset, trial.run(dataset, f"kind={kind},times=1,path=*2026-07-13.zip.CHECKSUM"))


@pytest.mark.parametrize("kind", ["429", "503", "truncate", "html200"])
@pytest.mark.parametrize("dataset", ALL, ids=KEY)
def test_a_host_that_never_answers_is_a_failure_and_costs_nothing(
    trial: Trial, dataset: Dataset, kind: str
) -> None:
    before = trial.store.files()
    report = trial.run(dataset, f"kind={kind},retry_after=0")
    assert report.failures
    assert report.landed == []
    if dataset in VISION:
        assert report.missing_days == [date(2026, 7, 12), date(2026, 7, 13)]
    assert trial.store.files() == before
    trial.assert_whole(dataset, trial.run(dataset, later=timedelta(hours=1)))


def test_an_html_page_is_kept_as_a_sample(trial: Trial) -> None:
    trial.run(FLOWS, "kind=html200")
    folder = trial.store.places.quarantine / FLOWS.source / FLOWS.name / "bodies"
    assert b"<html" in next(folder.glob("*.body")).read_bytes()
    assert "HTML page" in next(folder.glob("*.txt")).read_text()


@pytest.mark.parametrize("dataset", VISION, ids=KEY)
def test_files_that_differ_from_their_checksum_do_not_land(trial: Trial, dataset: Dataset) -> None:
    before = trial.store.files()
    report = trial.run(dataset, "kind=badchecksum")
    assert len(report.failures) == 4
    assert "sha256" in report.failures[0]
    assert report.missing_days == [date(2026, 7, 12), date(2026, 7, 13)]
    assert trial.store.files() == before
    trial.assert_whole(dataset, trial.run(dataset, later=timedelta(hours=1)))


@pytest.mark.parametrize("dataset", [FLOWS, RETARGETS], ids=KEY)
def test_a_page_given_twice_changes_nothing(trial: Trial, dataset: Dataset) -> None:
    trial.assert_whole(dataset, trial.run(dataset))
    before = trial.store.files()
    report = trial.run(dataset, "kind=dup_page", later=timedelta(seconds=1))
    assert report.landed == []
    assert trial.store.files() == before


@pytest.mark.parametrize("dataset", [FLOWS, RETARGETS], ids=KEY)
def test_an_answer_of_last_week_takes_nothing_back(trial: Trial, dataset: Dataset) -> None:
    trial.assert_whole(dataset, trial.run(dataset))
    trial.assert_whole(dataset, trial.run(dataset, "kind=stale,days=7", later=timedelta(hours=1)))


DRIFTS = [
    (SPOT, "drift_drop:volume"),
    (METRICS, "drift_drop:sum_open_interest"),
    (METRICS, "drift_rename:sum_open_interest>open_interest"),
    (METRICS, "drift_rename:create_time>time"),
    (METRICS, "drift_type:sum_open_interest_value"),
    (FLOWS, "drift_drop:totalNetInflow"),
    (FLOWS, "drift_rename:totalNetInflow>netInflow"),
    (FLOWS, "drift_rename:list>rows"),
    (RETARGETS, "drift_drop:difficulty"),
]


@pytest.mark.parametrize(("dataset", "kind"), DRIFTS, ids=KEY)
@pytest.mark.parametrize("hours", [1, 0], ids=["and heals later", "and heals at a frozen clock"])
def test_a_changed_shape_is_refused_as_unreadable(
    trial: Trial, dataset: Dataset, kind: str, hours: int
) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, f"kind={kind}")
    assert report.unreadable
    assert not report.failures
    trial.assert_nothing_false_or_lost(dataset, before)
    assert trial.store.values(dataset).equals(before)
    if dataset in VISION:
        assert report.missing_days == [date(2026, 7, 12), date(2026, 7, 13)]
    trial.assert_whole(dataset, trial.run(dataset, later=timedelta(hours=hours)))


def test_a_new_column_in_a_file_with_a_header_harms_nothing(trial: Trial) -> None:
    trial.assert_whole(METRICS, trial.run(METRICS, "kind=drift_add:new_ratio"))


@pytest.mark.parametrize("kind", ["reorder", "dup_rows"])
@pytest.mark.parametrize("dataset", ALL, ids=KEY)
def test_rows_out_of_order_or_doubled_are_the_same_rows(trial: Trial, dataset: Dataset, kind: str) -> None:
    trial.assert_whole(dataset, trial.run(dataset, f"kind={kind}"))


@pytest.mark.parametrize(
    ("dataset", "kind", "reason"),
    [
        (SPOT, "nan:close", "close_price is not finite"),
        (SPOT, "spike:volume,factor=-1", "negative volume or count"),
        (SPOT, "spike:high,factor=0.5", "high below open, close or low"),
        (SPOT, "spike:low,factor=0", "price is not positive"),
        (METRICS, "spike:sum_open_interest,factor=-1", "negative open interest"),
        (METRICS, "spike:sum_open_interest_value,factor=0", "coins and value disagree about zero"),
    ],
)
def test_an_impossible_row_is_put_aside_and_the_rest_lands(
    trial: Trial, dataset: Dataset, kind: str, reason: str
) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, f"kind={kind},path=*2026-07-13.zip*")
    assert report.quarantined == {reason: 1}
    assert report.partial_days == {LAST: PER_DAY[dataset.key] - 1}
    assert not (report.failures or report.unreadable)
    trial.assert_nothing_false_or_lost(dataset, before)
    assert trial.store.quarantined(dataset)["reason"].to_list() == [reason]


@pytest.mark.parametrize(
    ("dataset", "kind"),
    [
        (METRICS, "nan:sum_open_interest"),
        (METRICS, "empty"),
        (SPOT, "empty"),
        (RETARGETS, "spike:adjustment,factor=-1"),
        (RETARGETS, "nan:difficulty"),
        (RETARGETS, "empty"),
        (FLOWS, "nan:totalNetInflow"),
    ],
    ids=KEY,
)
def test_an_answer_with_too_much_wrong_is_refused_as_a_whole(trial: Trial, dataset: Dataset, kind: str) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, f"kind={kind}")
    assert report.unreadable or report.failures
    assert trial.store.values(dataset).equals(before)
    trial.assert_whole(dataset, trial.run(dataset, later=timedelta(hours=1)))


def test_an_impossible_value_in_an_answer_of_all_sessions_is_put_aside(trial: Trial) -> None:
    before = trial.store.values(FLOWS)
    report = trial.run(FLOWS, "kind=spike:totalValueTraded,factor=-1")
    assert report.quarantined == {"negative traded value": 1}
    trial.assert_nothing_false_or_lost(FLOWS, before)


def test_no_sessions_at_all_take_nothing_back(trial: Trial) -> None:
    trial.assert_whole(FLOWS, trial.run(FLOWS))
    report = trial.run(FLOWS, "kind=empty", later=timedelta(hours=1))
    assert report.failures
    assert trial.store.values(FLOWS).equals(trial.landed.full[FLOWS.key])


@pytest.mark.parametrize("hours", [1, 0], ids=["later", "at a frozen clock"])
@pytest.mark.parametrize(
    ("dataset", "column"), [(METRICS, "sum_open_interest"), (SPOT, "volume"), (FLOWS, "totalNetInflow")]
)
def test_a_wrong_value_that_no_row_betrays_gives_way_to_the_right_one(
    trial: Trial, dataset: Dataset, column: str, hours: int
) -> None:
    """A tenfold value is possible as such: it is the audit's to judge, and a vintage once it is put right."""
    trial.run(dataset, f"kind=spike:{column}")
    wrong = not_among(trial.store.values(dataset), trial.landed.full[dataset.key])
    assert wrong.height == 1 if dataset is FLOWS else wrong.height >= 1
    trial.run(dataset, later=timedelta(hours=hours))
    grain = list(dataset.grain)
    newest = trial.store.raw(dataset).group_by(grain, maintain_order=True).last()
    assert newest.select(trial.landed.full[dataset.key].columns).equals(trial.landed.full[dataset.key])
    vintages = trial.store.raw(dataset).height - newest.height
    assert (vintages == 0) == (hours == 0), "at one instant there is one answer, later there are two"


@pytest.mark.parametrize("path", ["*2026-07-12.zip*", "*2026-07-12.zip"], ids=["file and checksum", "file only"])
@pytest.mark.parametrize("dataset", VISION, ids=KEY)
def test_a_day_that_is_not_there_is_missing(trial: Trial, dataset: Dataset, path: str) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, f"kind=404,path={path}")
    assert report.missing_days == [date(2026, 7, 12)]
    assert not (report.failures or report.unreadable or report.partial_days)
    trial.assert_nothing_false_or_lost(dataset, before)
    assert trial.store.values(dataset).height == 3 * PER_DAY[dataset.key]
    trial.assert_whole(dataset, trial.run(dataset, later=timedelta(hours=1)))


@pytest.mark.parametrize("dataset", VISION, ids=KEY)
def test_a_day_with_a_hole_is_partial(trial: Trial, dataset: Dataset) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, "kind=gap,path=*2026-07-13.zip*")
    assert list(report.partial_days) == [LAST]
    assert not (report.failures or report.unreadable or report.missing_days)
    trial.assert_nothing_false_or_lost(dataset, before)
    trial.assert_whole(dataset, trial.run(dataset, later=timedelta(hours=1)))


@pytest.mark.parametrize("status", ["403", "418", "451"])
def test_a_host_that_refuses_us_is_asked_once(trial: Trial, status: str) -> None:
    before = trial.store.files()
    asked = trial.store.mirror.requests
    report = trial.run(SPOT, f"kind={status}")
    assert len(report.failures) == 4
    assert trial.store.mirror.requests - asked == 1
    assert trial.store.files() == before
