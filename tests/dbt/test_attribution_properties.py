"""Identities of betas, lags and attributed shares that hold whatever the figures are."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import Raw

SHARES, BETAS, LAGS = "fct_rebound_attribution", "fct_cross_asset_beta", "fct_cross_asset_lead_lag"


def test_the_shares_of_a_window_are_one_whole(project: CompiledProject, raw: Raw) -> None:
    found = project.ask(
        raw,
        f"""
        select window_started_at, variant, count(*), round(sum(share_ratio), 12), round(sum(return_ratio), 12)
            - round(any_value(window_return_ratio), 12)
        from marts.{SHARES} group by window_started_at, asset, window_kind, variant""",
    )
    assert found
    assert {row[2:] for row in found} == {(4, 1.0, 0.0)}


@pytest.mark.parametrize("table", [BETAS, LAGS])
def test_a_session_once_told_is_not_told_otherwise_when_later_ones_come(
    project: CompiledProject, raw: Raw, table: str
) -> None:
    query = f"select * exclude (known_at) from marts.{table} where session_date <= '2026-02-04' order by all"
    before = project.ask(raw, query, datetime(2026, 2, 5, 23))
    assert before == project.ask(raw, query, NEVER)
    assert any(row[-2] is not None for row in before)


def test_a_market_turned_upside_down_turns_its_betas_and_keeps_their_width(project: CompiledProject, raw: Raw) -> None:
    def turned(row: dict) -> dict:
        return row | {name: 1e4 / row[name] for name in row if name.endswith("_points")}

    query = """
        select session_date, round({0}beta_ratio, 9), round(standard_error_ratio, 9), round(r2_ratio, 9)
        from marts.fct_cross_asset_beta where factor = 'VIX' and reason is null order by session_date"""
    other = raw | {"cboe/vix_daily": [turned(row) for row in raw["cboe/vix_daily"]]}
    straight = project.ask(raw, query.format("-"))
    assert straight == project.ask(other, query.format(""))
    assert straight
