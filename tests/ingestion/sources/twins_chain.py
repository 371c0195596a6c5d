"""Good answers of the sources of chain data."""

from __future__ import annotations

from datetime import date

from ingestion.sources import bitcoind, coinmetrics
from tests.ingestion.sources.twin import Twin

FIRST, LAST = date(2026, 10, 19), date(2026, 10, 20)
MEMPOOL = "https://mempool.space/api/v1"
CHART = "https://api.blockchain.info/charts/hash-rate?start=2026-10-19&timespan=2days&format=json&sampled=false"
SERIES = "https://bitview.space/api/series/hash_price_phs/day1?start=2026-10-19&end=2026-10-21&limit=400"

RETARGETS = Twin(
    "mempool_space/difficulty_adjustments",
    "mempool_mining_difficulty-adjustments.json",
    f"{MEMPOOL}/mining/difficulty-adjustments/all",
)
HASHRATES = Twin("mempool_space/hashrates", "mempool_mining_hashrate.json", f"{MEMPOOL}/mining/hashrate/3y")
ESTIMATE = Twin(
    "mempool_space/difficulty_estimate", "mempool_difficulty-adjustment.json", f"{MEMPOOL}/difficulty-adjustment"
)
REWARD_STATS = Twin(
    "mempool_space/reward_stats_144", "mempool_mining_reward-stats.json", f"{MEMPOOL}/mining/reward-stats/144"
)
FEES = Twin("mempool_space/block_fees", "mempool_mining_blocks_fees.json", f"{MEMPOOL}/mining/blocks/fees/3d")
REWARDS = Twin(
    "mempool_space/block_rewards", "mempool_mining_blocks_rewards.json", f"{MEMPOOL}/mining/blocks/rewards/3d"
)
BLOCKS = Twin("mempool_space/blocks", "mempool_blocks.json", f"{MEMPOOL}/blocks/969942#2026-10-20", LAST, LAST)
HASH_RATE = Twin("blockchain_info/hash_rate", "blockchain-info_charts.json", CHART, FIRST, LAST)
METRICS = Twin(
    "coinmetrics/asset_metrics_1d", "coinmetrics_asset-metrics.json", f"{coinmetrics.HOST}?assets=btc", FIRST, LAST
)
URPD = Twin("bitview/urpd", "brk_urpd.json", "https://bitview.space/api/urpd/all/2026-10-20?agg=lin500", LAST, LAST)
HASH_PRICE = Twin("bitview/series_1d", "brk_series_hash_price_phs.json", SERIES, FIRST, LAST)
MVRV = Twin("bgeometrics/mvrv", "bgeometrics_mvrv-last.json", "https://bitcoin-data.com/v1/mvrv/last")
UTXO_SET = Twin("bitcoind/utxo_set_info", "bitcoind_gettxoutsetinfo.json", bitcoind.URL, request_body=bitcoind.QUESTION)

TWINS = [
    RETARGETS, HASHRATES, ESTIMATE, REWARD_STATS, FEES, REWARDS, BLOCKS, HASH_RATE, METRICS, URPD, HASH_PRICE, MVRV,
    UTXO_SET,
]  # fmt: skip
