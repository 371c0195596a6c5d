select
    symbol,
    period_start_at,
    period_end_at,
    case symbol
        when '^GSPC' then 'SPX'
        when 'GC=F' then 'XAU'
        when 'SI=F' then 'XAG'
        when 'DX-Y.NYB' then 'DXY'
        else ltrim(symbol, '^')
    end as asset,
    'yahoo' as venue,
    quote_currency,
    exchange_timezone,
    price_basis,
    open_price,
    high_price,
    low_price,
    close_price,
    volume_count,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('yahoo', 'chart_1h') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
