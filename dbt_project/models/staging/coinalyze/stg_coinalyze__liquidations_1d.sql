select
    symbol,
    period_start_at,
    period_end_at,
    regexp_extract(symbol, '^(BTC|ETH)', 1) as asset,
    case split_part(symbol, '.', 2)
        when 'A' then 'binance' when '6' then 'bybit' when '3' then 'okx' when '2' then 'deribit'
        when 'H' then 'hyperliquid' when 'Y' then 'gate' when '0' then 'bitmex'
    end as venue,
    case when symbol like '%USDT%' or symbol like '%.H' then 'linear' else 'inverse' end as product,
    long_liquidation_usd,
    short_liquidation_usd,
    'throttled' as completeness,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('coinalyze', 'liquidations_1d') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
