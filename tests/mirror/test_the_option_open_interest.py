"""A real chain of options, of an evening in August, and the volatility index up to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import duckdb
import pyarrow.dataset as ds
import pytest

from ingestion.contract import find
from ingestion.places import Places
from ingestion.windows import Window
from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.mirror.bundle import land
from tests.mirror.server import Mirror

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror clock")]
DATASETS = tuple(map(find, ("deribit_options/book_summary", "deribit_options/volatility_index_1d")))
WINDOW, CLOCK = Window(date(2026, 6, 1), date(2026, 8, 6)), datetime(2026, 8, 7, 2, 25)
MARTS = {"fct_option_expiry_open_interest", "fct_implied_vol_index_daily", "fct_vol_term_structure"}


@pytest.fixture(scope="module")
def august(
    mirror_process: Mirror, prefixed: CompiledProject, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    places = Places(tmp_path_factory.mktemp("august") / "data")
    mirror_process.reset()
    land(mirror_process, places, DATASETS, WINDOW, CLOCK)
    mirror_process.reset()
    landed = {
        dataset.key: ds.dataset(sorted((places.raw / dataset.source / dataset.name).glob("*.parquet"))).to_table()
        for dataset in DATASETS
    }
    with prefixed.materialise(landed, NEVER, MARTS) as connection:
        yield connection


def test_strikes_add_up_to_the_chain(august: duckdb.DuckDBPyConnection) -> None:
    apart = august.execute(
        "select expiry_at, expiries.open_interest_coins, chain.coins from marts.fct_option_expiry_open_interest "
        "as expiries full join (select currency as asset, expiry_at, sum(open_interest_coins) as coins "
        "from raw.deribit_options__book_summary group by all) as chain using (asset, expiry_at) "
        "where abs(expiries.open_interest_coins - chain.coins) <= 1e-6 is not true"
    ).fetchall()
    assert apart == []
    [(coins, strikes, alone)] = august.execute(
        "select sum(open_interest_coins), sum(strikes_count), sum(one_sided_strikes_count) "
        "from marts.fct_option_expiry_open_interest where asset = 'BTC'"
    ).fetchall()
    assert coins > 100_000
    assert strikes > 300
    assert alone == 0


def test_max_pain_is_a_listed_strike_that_pays_least(august: duckdb.DuckDBPyConnection) -> None:
    apart = august.execute(
        "with paid as (select here.asset, here.expiry_at, here.strike_price, sum(chain.open_interest_coins "
        "* greatest(if(option_type = 'call', 1, -1) * (here.strike_price - chain.strike_price), 0)) as usd "
        "from (select distinct currency as asset, expiry_at, strike_price from raw.deribit_options__book_summary) "
        "as here inner join raw.deribit_options__book_summary as chain on chain.currency = here.asset "
        "and chain.expiry_at = here.expiry_at group by all) "
        "select asset, expiry_at, max_pain_price, arg_min(strike_price, usd) from paid "
        "inner join marts.fct_option_expiry_open_interest using (asset, expiry_at) where open_interest_coins > 0 "
        "group by all having max_pain_price is distinct from arg_min(strike_price, usd)"
    ).fetchall()
    assert apart == []


def test_a_smile_says_what_is_likely_and_never_falls(august: duckdb.DuckDBPyConnection) -> None:
    [(known, falls)] = august.execute(
        "select count(*), count(*) filter (where fall > 0.02) from (select lag(probability_below_ratio) over "
        "(partition by asset, expiry_at order by strike_price) - probability_below_ratio as fall "
        "from marts.fct_option_open_interest where probability_below_ratio is not null)"
    ).fetchall()
    assert known > 100
    assert falls < 0.02 * known


def test_our_index_is_near_the_venues_and_june_has_all_its_days(august: duckdb.DuckDBPyConnection) -> None:
    [(days, least, most)] = august.execute(
        "select count(dvol_close_vol_pct), min(dvol_close_vol_pct), max(dvol_close_vol_pct) "
        "from marts.fct_implied_vol_index_daily where asset = 'BTC' and month(observed_date) = 6"
    ).fetchall()
    assert days == 30
    assert 20 < least < most < 120
    [(reason, apart)] = august.execute(
        "select vswap_reason, abs(vswap_less_dvol_vol_pct) from marts.fct_implied_vol_index_daily "
        "where asset = 'BTC' and observed_date = '2026-08-06'"
    ).fetchall()
    assert reason is None
    assert apart < 3
