"""Answers that arrive whole and say something wrong: another shape, impossible values, rows astray."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingestion.contract import Dataset
from tests.mirror.landing import ALL, FLOWS, METRICS, RETARGETS, SPOT, complaints, named, unanswered
from tests.mirror.trial import AT_ONCE, LAST, LATER, NEW_DAYS, Trial

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror landings")]
FILES = (SPOT, METRICS)
HEALED = pytest.mark.parametrize("healed", [LATER, AT_ONCE], ids=["healed later", "healed at a frozen clock"])


@HEALED
@pytest.mark.parametrize(
    ("dataset", "kind"),
    [
        (SPOT, "drift_drop:volume"),
        (SPOT, "drift_add:fee"),
        (METRICS, "drift_drop:sum_open_interest"),
        (METRICS, "drift_rename:sum_open_interest>open_interest"),
        (METRICS, "drift_rename:create_time>time"),
        (METRICS, "drift_type:sum_open_interest_value"),
        (FLOWS, "drift_drop:totalNetInflow"),
        (FLOWS, "drift_rename:totalNetInflow>netInflow"),
        (RETARGETS, "drift_drop:difficulty"),
    ],
    ids=named,
)
def test_another_shape_is_refused_and_landed_days_stay(
    trial: Trial, dataset: Dataset, kind: str, healed: timedelta
) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, f"kind={kind}")
    assert report.unreadable
    assert not unanswered(report)
    assert report.missing_days == (NEW_DAYS if dataset in FILES else [])
    assert trial.store.values(dataset).equals(before)
    trial.assert_whole(dataset, trial.run(dataset, later=healed))


def test_a_shape_that_stays_changed_is_told_in_every_run(trial: Trial) -> None:
    first = trial.run(METRICS, "kind=drift_drop:symbol")
    second = trial.run(METRICS, "kind=drift_drop:symbol", later=LATER)
    assert second.unreadable == first.unreadable


@HEALED
def test_once_healed_the_next_run_lands_nothing(trial: Trial, healed: timedelta) -> None:
    trial.run(METRICS, "kind=drift_drop:symbol")
    trial.assert_whole(METRICS, trial.run(METRICS, later=healed))
    again = trial.run(METRICS, later=healed + healed)
    assert (complaints(again), again.landed, again.captured) == ({}, [], 0)


def test_a_new_column_beside_named_ones_harms_nothing(trial: Trial) -> None:
    trial.assert_whole(METRICS, trial.run(METRICS, "kind=drift_add:new_ratio"))


@pytest.mark.parametrize("kind", ["reorder", "dup_rows"])
@pytest.mark.parametrize("dataset", ALL, ids=named)
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
    ids=named,
)
def test_an_impossible_row_is_put_aside_and_the_rest_lands(
    trial: Trial, dataset: Dataset, kind: str, reason: str
) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, f"kind={kind},path=*2026-07-13.zip*")
    rows_left = (dataset.expected_per_day or 0) - 1
    assert complaints(report) == {"quarantined": {reason: 1}, "partial_days": {LAST: rows_left}}
    assert trial.wrong(dataset).is_empty()
    assert trial.lost(dataset, before).is_empty()
    assert trial.store.quarantined(dataset)["reason"].to_list() == [reason]


def test_an_impossible_session_is_put_aside_and_the_others_land(trial: Trial) -> None:
    before = trial.store.values(FLOWS)
    report = trial.run(FLOWS, "kind=spike:totalValueTraded,factor=-1")
    assert complaints(report) == {"quarantined": {"negative traded value": 1}}
    assert trial.wrong(FLOWS).is_empty()
    assert trial.lost(FLOWS, before).is_empty()
    assert trial.store.values(FLOWS).height >= trial.landed.full[FLOWS.key].height - 1


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
        (FLOWS, "empty"),
    ],
    ids=named,
)
def test_an_answer_with_too_much_wrong_is_refused_as_a_whole(trial: Trial, dataset: Dataset, kind: str) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, f"kind={kind}")
    assert report.unreadable or report.failures
    assert trial.store.values(dataset).equals(before)
    trial.assert_whole(dataset, trial.run(dataset, later=LATER))


@pytest.mark.parametrize("dataset", FILES, ids=named)
def test_a_day_with_a_hole_is_partial(trial: Trial, dataset: Dataset) -> None:
    before = trial.store.values(dataset)
    report = trial.run(dataset, "kind=gap,path=*2026-07-13.zip*")
    assert list(complaints(report)) == ["partial_days"]
    assert list(report.partial_days) == [LAST]
    assert trial.wrong(dataset).is_empty()
    assert trial.lost(dataset, before).is_empty()
    trial.assert_whole(dataset, trial.run(dataset, later=LATER))


@HEALED
@pytest.mark.parametrize(
    ("dataset", "column"),
    [(SPOT, "volume"), (METRICS, "sum_open_interest"), (FLOWS, "totalNetInflow")],
    ids=named,
)
def test_a_wrong_value_that_no_row_betrays_gives_way_to_the_right_one(
    trial: Trial, dataset: Dataset, column: str, healed: timedelta
) -> None:
    """A tenfold value is possible as such: the audit judges it, and once put right it is an old vintage."""
    trial.run(dataset, f"kind=spike:{column}")
    assert trial.wrong(dataset).height
    trial.run(dataset, later=healed)
    full, raw = trial.landed.full[dataset.key], trial.store.raw(dataset)
    newest = raw.group_by(dataset.grain, maintain_order=True).last()
    assert newest.select(full.columns).equals(full)
    assert (raw.height == full.height) == (healed == AT_ONCE), "one instant has one answer, two have two"
