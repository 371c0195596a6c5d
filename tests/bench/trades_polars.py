"""Minute bars of trades by Polars, a day at a time: the peer of tests.bench.trades."""

from pathlib import Path

import polars as pl


def bars(path: Path) -> pl.DataFrame:
    price, quantity, taken = pl.col("price"), pl.col("quantity_coins"), ~pl.col("is_buyer_maker")
    return (
        pl.scan_parquet(path)
        .group_by(pl.col("traded_at").dt.truncate("1m").alias("period_start_at"), "symbol", "_capture_id")
        .agg(
            price.sort_by("trade_id").first().alias("open_price"),
            price.max().alias("high_price"),
            price.min().alias("low_price"),
            price.sort_by("trade_id").last().alias("close_price"),
            quantity.sum().alias("volume_coins"),
            (price * quantity).sum().alias("volume_quote"),
            (pl.col("last_trade_id") - pl.col("first_trade_id") + 1).sum().alias("trades_count"),
            quantity.filter(taken).sum().alias("taker_buy_coins"),
            (price * quantity).filter(taken).sum().alias("taker_buy_quote"),
        )
        .collect()
    )
