"""What a person and a release are told about landings: what is wrong, what it feeds, and who says about the same."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from ingestion.contract import load_contracts
from ingestion.ingest import IngestReport
from ingestion.landing import PartitionReport
from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.landing_log import degraded_reasons, load, save
from orchestration.landing_summary import print_landings
from orchestration.left_out import left_out
from tests.ingestion.answers import FLOWS, METRICS, RETARGETS, SPOT

AT = datetime(2026, 3, 10, 12)
DAYS = [date(2026, 3, day) for day in range(1, 6)]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def test_a_degraded_release_names_what_is_missing_what_it_feeds_and_what_stands_in(places: Places) -> None:
    reports = [
        IngestReport(SPOT.key, missing_days=DAYS[:2]),
        IngestReport(FLOWS.key, failures=["POST https://x: status 503 (5 tries)", "another"], missing_days=DAYS),
        IngestReport(RETARGETS.key, failures=["GET https://y: 451, the host refuses our country"]),
        IngestReport(METRICS.key, notices=["worth knowing"], partial_days={DAYS[0]: 3}),
    ]
    landings = [save(report, "run", AT, places) for report in reports]
    fed = {SPOT.key: ["marts.fct_price_daily", "marts.fct_price_hourly"], FLOWS.key: ["marts.fct_etf_flow_daily"]}
    spot, flows, retargets = degraded_reasons(landings, fed)
    stands_in = {dataset.key: ", ".join(dataset.stands_in) for dataset in load_contracts()}
    assert stands_in[SPOT.key], "the example has one that stands in"
    assert spot == (
        f"{SPOT.key}: no data for 2026-03-01, 2026-03-02; feeds marts.fct_price_daily, marts.fct_price_hourly"
        f"; {stands_in[SPOT.key]} says about the same"
    )
    assert flows.startswith(
        f"{FLOWS.key}: POST https://x: status 503 (5 tries) (and 1 more); "
        "no data for 2026-03-01, 2026-03-02, 2026-03-03 and 2 more; feeds marts.fct_etf_flow_daily"
    )
    assert retargets.startswith(
        f"{RETARGETS.key}: GET https://y: 451, the host refuses our country; feeds no published"
    )
    assert [reason.endswith("says about the same") for reason in (flows, retargets)] == [
        bool(stands_in[FLOWS.key]),
        bool(stands_in[RETARGETS.key]),
    ]


def test_a_landing_is_read_back_as_it_was_written(places: Places) -> None:
    partition = PartitionReport("2026-03-01", rows=24, vintages=2, quarantined={"not finite": 1})
    unchanged = PartitionReport("2026-03-02", is_unchanged=True)
    written = save(IngestReport(SPOT.key, partitions=[partition, unchanged], gone=DAYS[:1]), "run", AT, places)
    assert load(SPOT, places) == written
    assert (written.landed, written.unchanged, written.vintages, written.gone) == (["2026-03-01"], 1, 2, 1)
    assert load(METRICS, places) is None


def test_the_summary_tells_troubles_in_the_hosts_own_words(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    spot = IngestReport(
        SPOT.key,
        partitions=[PartitionReport(f"2026-03-0{day}", rows=24, quarantined={"[bad] row": 1}) for day in range(1, 6)],
        failures=["status 400: <p>[/b]", "second", "third"],
        unreadable=["columns ['close'] are [gone]"],
        notices=["[note]"],
        missing_days=DAYS,
        partial_days={DAYS[0]: 7},
        gone=DAYS[:3],
    )
    save(spot, "this-run", AT, places)
    save(IngestReport(METRICS.key, rows=288, first_day=DAYS[0], last_day=DAYS[0]), "an-earlier-run", AT, places)
    save(IngestReport(FLOWS.key, failures=["no longer asked"]), "an-earlier-run", AT, places)
    print_landings(
        places, "this-run", {FLOWS.key: "not among UNWIND_SOURCES", RETARGETS.key: "not among UNWIND_SOURCES"}
    )
    table, *told = capsys.readouterr().out.split("\nno answer", 1)
    ours, earlier = (next(line for line in table.splitlines() if key in line) for key in (SPOT.key, METRICS.key))
    assert "2026-03-01 … 2026-03-05 (5)" in ours
    assert "not in this run" in earlier
    assert f"no answer{told[0]}".splitlines() == [
        f"no answer  {SPOT.key}: status 400: <p>[/b]",
        f"no answer  {SPOT.key}: second",
        f"           … and 1 more of {SPOT.key}",
        f"refused    {SPOT.key}: columns ['close'] are [gone]",
        f"put aside  {SPOT.key}: 5 × [bad] row",
        f"missing    {SPOT.key}: 2026-03-01 … 2026-03-05 (5)",
        f"partial    {SPOT.key}: 2026-03-01 has 7 rows",
        f"gone       {SPOT.key}: the source no longer gives 3 of these days",
        f"note       {SPOT.key}: [note]",
        f"not asked  not among UNWIND_SOURCES: {FLOWS.key}, {RETARGETS.key}",
    ]


def test_what_a_live_run_leaves_out_has_a_reason(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=places.data_dir)
    reasons = left_out(places, settings)
    assert {dataset.key for dataset in load_contracts() if dataset.access != "keyless"} == set(reasons)
    assert reasons["coinalyze/liquidations_1d"] == "needs UNWIND_COINALYZE_KEY"
    monkeypatch.setenv("UNWIND_COINALYZE_KEY", "some-key")
    assert "coinalyze/liquidations_1d" not in left_out(places, settings)
    only = Settings(data_dir=places.data_dir, sources=f"{SPOT.key}, sosovalue,cboe")
    asked = {dataset.key for dataset in load_contracts()} - set(left_out(places, only))
    assert asked == {SPOT.key, FLOWS.key, "cboe/vix_daily"}, "naming a source is consent enough"
