"""The one real chain of the archive: Deribit's, with marks and open interest and without a book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from ingestion.contract import find
from ingestion.places import Places
from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.mirror.landing import Store
from tests.mirror.server import Mirror

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror clock")]
CHAIN = find("deribit_options/book_summary")
CAPTURED = datetime(2026, 8, 6, 22, 52, 36)


@pytest.fixture(scope="module")
def landed(mirror_process: Mirror, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    mirror_process.reset()
    store = Store(mirror_process, Places(tmp_path_factory.mktemp("chain") / "data"))
    store.land(CHAIN, date(2026, 8, 6), date(2026, 8, 6), CAPTURED + timedelta(minutes=2))
    mirror_process.reset()
    folder = store.places.raw / CHAIN.source / CHAIN.name
    return ds.dataset(sorted(folder.glob("*.parquet"))).to_table()


@pytest.fixture(scope="module")
def chain(prefixed: CompiledProject, landed: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    with prefixed.materialise(
        {CHAIN.key: landed}, NEVER, {"fct_vol_surface", "fct_option_quote_quality"}
    ) as connection:
        yield connection


def test_every_quote_is_accounted_for_without_a_book(chain: duckdb.DuckDBPyConnection, landed: pa.Table) -> None:
    [(counted, usable, of_a_book)] = chain.execute(
        "select sum(quotes_count), sum(usable_quotes_count), "
        "sum(no_bid_quotes_count + no_ask_quotes_count + wide_quotes_count) "
        "from marts.fct_option_quote_quality where hygiene_mode = 'mark_iv_only'"
    ).fetchall()
    assert landed.num_rows == counted > 1_500
    assert of_a_book == 0
    # One side of each strike, less what expires or lies too far out.
    assert 0.25 * counted < usable < 0.5 * counted
    [(read,)] = chain.execute(
        "select sum(quotes_count) from marts.fct_vol_surface where tenor_kind = 'expiry'"
    ).fetchall()
    assert read == usable


def test_its_surface_is_one_of_a_market(chain: duckdb.DuckDBPyConnection) -> None:
    """Levels of 20 to 150 points, wings above the middle, and puts the dearer ones at every tenor."""
    rows = chain.execute(
        "select asset, tenor_days, atm_iv_vol_pct, rr25_vol_pct, rr25_premium_adjusted_vol_pct, butterfly25_vol_pct, "
        "is_extrapolated, rr25_percentile_reason from marts.fct_vol_surface "
        "where tenor_kind = 'constant_maturity' order by asset, tenor_days"
    ).fetchall()
    assert [row[:2] for row in rows if row[0] == "BTC"] == [("BTC", days) for days in (7, 14, 30, 60, 90, 180)]
    for _, _, atm, reversal, adjusted, butterfly, is_extrapolated, reason in rows:
        assert 20 < atm < 150
        assert -15 < reversal < 0
        assert adjusted < reversal
        assert 0 < butterfly < 5
        assert (is_extrapolated, reason) == (False, "short_history")
