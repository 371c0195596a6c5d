"""Which days a brief is about."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from orchestration.brief.focus import Focus, find_focus
from orchestration.brief.reader import reading
from tests.orchestration.brief.hand_made import FIRST, claim, make_release, prices

PRICES = ("fct_price_hourly",)


def focus_of(database: Path) -> Focus | None:
    with reading(database) as release:
        return find_focus(release)


def test_the_steepest_fall_with_the_day_on_which_it_lies(tmp_path: Path) -> None:
    focus = focus_of(make_release(tmp_path, PRICES))
    assert (focus.low_at, focus.from_at, focus.to_at) == (
        FIRST + timedelta(hours=11),
        FIRST - timedelta(days=1),
        FIRST + timedelta(days=1),
    )
    assert focus.reason.key == "focus.steepest"
    assert (focus.venue, focus.instant) == ("binance", None)


def test_a_low_after_noon_begins_its_own_two_days(tmp_path: Path) -> None:
    focus = focus_of(make_release(tmp_path, PRICES, first=FIRST + timedelta(hours=9)))
    assert (focus.from_at, focus.to_at) == (FIRST, FIRST + timedelta(days=2))


def test_a_moment_that_the_release_was_asked_about_comes_before_a_steeper_fall_elsewhere(tmp_path: Path) -> None:
    asked = FIRST - timedelta(days=2)
    focus = focus_of(make_release(tmp_path, PRICES, instants=[asked]))
    assert focus.to_at <= FIRST
    assert (focus.reason.key, focus.reason.values["at"]) == ("focus.anchor", asked)


def test_claims_with_an_answer_lead_to_the_days_they_were_made_about(tmp_path: Path) -> None:
    claimed = FIRST + timedelta(hours=30)
    focus = focus_of(make_release(tmp_path, PRICES, fct_claim_check=[claim(claimed)]))
    assert focus.reason.values["at"] == claimed


def test_claims_of_another_year_lead_nowhere(tmp_path: Path) -> None:
    old = claim(datetime(2025, 2, 6))
    assert focus_of(make_release(tmp_path, PRICES, fct_claim_check=[old])).reason.key == "focus.steepest"


def test_a_venue_with_a_few_hours_does_not_speak_for_the_window(tmp_path: Path) -> None:
    few = [{**row, "venue": "small", "volume_quote": 1e9} for row in prices(FIRST)[-20:]]
    assert focus_of(make_release(tmp_path, (), fct_price_hourly=prices(FIRST) + few)).venue == "binance"


def test_without_prices_there_is_none(tmp_path: Path) -> None:
    assert focus_of(make_release(tmp_path, ("fct_funding_daily",))) is None
