"""Prices in another unit scale what is a price or money, and nothing else."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.dbt.compiled_project import NEVER, CompiledProject, grain
from tests.dbt.raw_factory import Raw

CANDLE = ("open_price", "high_price", "low_price", "close_price")
PRICED = {
    "binance_vision/spot_klines_1h": (*CANDLE, "volume_quote", "taker_buy_quote"),
    "binance_vision/spot_klines_1d": CANDLE,
    "binance_vision/spot_klines_1m": CANDLE,
    "coinbase_exchange/candles_1d": CANDLE,
    "coinbase_exchange/candles_1h": CANDLE,
    "bitstamp/ohlc_1h": CANDLE,
    "binance_vision/um_metrics_5m": ("open_interest_quote",),
    "binance_spot/klines_1m": ("open_price", "high_price", "low_price", "close_price"),
    "gate/contract_stats_1h": ("long_liquidation_usd", "short_liquidation_usd", "open_interest_usd", "mark_price"),
    "coinalyze/liquidations_1d": ("long_liquidation_usd", "short_liquidation_usd"),
    "coinglass/liquidations_1d": ("long_liquidation_usd", "short_liquidation_usd"),
    "bitfinex/liquidations": ("price", "entry_price"),
    "deribit_history/liquidation_trades": ("price", "size_usd"),
    "okx/open_interest_1h": ("open_interest_usd",),
    # What an inverse contract holds is money, so that its coins stay what they are.
    "deribit/futures_summary": ("open_interest_usd", "mark_price"),
    "bitview/series_1d": ("value",),
    "bitview/urpd": ("price_floor_usd", "realized_cap_usd", "close_usd"),
    "coinmetrics/asset_metrics_1d": ("price_usd", "market_cap_usd", "issuance_usd"),
    "sosovalue/etf_flow_totals": ("net_flow_usd", "value_traded_usd", "net_assets_usd"),
}
MONEY = {"quote", "usd", "usd_per_ph_day"}
PRICED_TOPICS = ("prices", "derivatives", "onchain", "flows")
# Beside markets whose own prices stay.
PRICED_COLUMNS = {"bitcoin_close_price_usd"}
# Power costs what it costs, whatever a coin does.
HAS_A_COST = {"fct_miner_breakeven_daily", "fct_condition_scoreboard"}
# A round price is round in its own unit alone, and a printed one stays as printed: test_prices_properties.py.
# Of a disagreement the row says its unit. Strikes stay where they are, and so does what is said of them, and what an
# article claimed.
FIXED = {
    "fct_claim_check",
    "fct_probability_score",
    "fct_level_test",
    "fct_level_hold_daily",
    "fct_day_definition_fit",
    "fct_source_disagreement_daily",
    "round_level_price",
    "low_to_round_level_minutes",
    "low_to_round_level_reason",
}


@pytest.mark.parametrize("factor", [7.3])
def test_prices_times_k_scale_prices_and_money_alone(project: CompiledProject, raw: Raw, factor: float) -> None:
    scaled = {
        key: [row | {name: row[name] * factor for name in PRICED.get(key, ()) if row[name] is not None} for row in rows]
        for key, rows in raw.items()
    }
    # Steps of one's own set are 500 dollars wide, whatever a dollar buys.
    raw, scaled = ({key: rows for key, rows in both.items() if not key.startswith("utxo/")} for both in (raw, scaled))
    with project.materialise(raw, NEVER) as before, project.materialise(scaled, NEVER) as after:
        for node in project.published:
            if node["name"] in HAS_A_COST:
                continue
            is_topic_priced = node["config"]["meta"]["topic"] in PRICED_TOPICS
            for name, column in node["columns"].items():
                if {node["name"], name} & FIXED:
                    continue
                # Of USDT the price is the rate between the units, which stays.
                coins = "where asset <> 'USDT'" if "asset" in node["columns"] else ""
                query = f"select {name} from {node['schema']}.{node['alias']} {coins} order by {', '.join(grain(node))}"
                old = [value for (value,) in before.execute(query).fetchall()]
                new = [value for (value,) in after.execute(query).fetchall()]
                is_priced = is_topic_priced or name in PRICED_COLUMNS
                times = factor if is_priced and column["config"]["meta"].get("unit") in MONEY else 1
                assert differences(old, new, times) == [], f"{node['name']}.{name}"


def differences(old: list[Any], new: list[Any], times: float) -> list[tuple[Any, Any]]:
    """Pairs that differ by more than the factor and the rounding of the numbers they were computed from."""
    level = max((abs(value) for value in new if isinstance(value, float)), default=0.0)

    def is_same(before: Any, after: Any) -> bool:
        if isinstance(before, float) and isinstance(after, float):
            return math.isclose(before * times, after, rel_tol=1e-9, abs_tol=1e-12 * level)
        return bool(before == after)

    return [pair for pair in zip(old, new, strict=True) if not is_same(*pair)]
