-- What moves with each market for reasons that are no secret, so that a shifted label shows.
{%- set yardstick_of = {
    'SPX': 'IXIC', 'IXIC': 'SPX', 'DJI': 'SPX', 'SOX': 'SPX', 'VIX': 'SPX', 'SPY': 'SPX', 'QQQ': 'SPX', 'SMH': 'SPX',
    'XAU': 'GLD', 'GLD': 'XAU', 'XAG': 'SLV', 'SLV': 'XAG', 'DXY': 'DXY_PROXY', 'DXY_PROXY': 'DXY',
    'UST2Y': 'UST10Y', 'UST10Y': 'UST2Y', 'UST30Y': 'UST10Y', 'TIPS10Y': 'UST10Y',
} %}

with moves as (
    select
        session_date,
        asset,
        venue,
        coalesce(log_return_ratio, change_bps) as asset_move,
        known_at,
        provenance
    from {{ ref('fct_asset_session_return') }}
    where previous_close_at is not null
),

-- Of several venues the first by name stands for the asset.
yardsticks as (
    select
        session_date,
        asset,
        asset_move,
        known_at,
        provenance
    from moves
    qualify row_number() over (partition by asset, session_date order by venue) = 1
),

laid as (
    select
        moves.session_date,
        moves.asset,
        moves.venue,
        yardsticks.asset as reference_asset,
        moves.asset_move,
        lag(moves.asset_move) over walk as asset_move_1,
        lag(moves.asset_move, 2) over walk as asset_move_2,
        yardsticks.asset_move as reference_move,
        lag(yardsticks.asset_move) over walk as reference_move_1,
        lag(yardsticks.asset_move, 2) over walk as reference_move_2,
        greatest(max(moves.known_at) over walk, max(yardsticks.known_at) over walk) as known_at,
        greatest(max(moves.provenance) over walk, max(yardsticks.provenance) over walk) as provenance
    from moves
    inner join yardsticks
        on
            moves.session_date = yardsticks.session_date
            and yardsticks.asset = case moves.asset
                {% for asset, yardstick in yardstick_of.items() -%}
                    when '{{ asset }}' then '{{ yardstick }}'
                {% endfor -%}
            end
    window walk as (partition by moves.asset, moves.venue order by moves.session_date)
),

-- Only sessions up to the row's own take part: a label that is early is seen by looking back along the asset.
-- Of equals the first stands, and no shift is the first.
correlated as (
    select
        session_date,
        asset,
        venue,
        reference_asset,
        [
            {{ rolling_correlation('asset_move', 'reference_move', 'quarter') }},
            {{ rolling_correlation('asset_move', 'reference_move_1', 'quarter') }},
            {{ rolling_correlation('asset_move_1', 'reference_move', 'quarter') }},
            {{ rolling_correlation('asset_move', 'reference_move_2', 'quarter') }},
            {{ rolling_correlation('asset_move_2', 'reference_move', 'quarter') }}
        ] as lag_ratios,
        [0, 1, -1, 2, -2] as lags,
        count(reference_move_2) over quarter as sessions_count,
        known_at,
        provenance
    from laid
    window quarter as (
        partition by asset, venue order by session_date rows between 89 preceding and current row
    )
),

chosen as (
    select
        session_date,
        asset,
        venue,
        reference_asset,
        lags,
        lag_ratios,
        greatest(list_max(lag_ratios), -list_min(lag_ratios)) as best_size,
        coalesce(
            list_position(lag_ratios, best_size),
            list_position(lag_ratios, -best_size)
        ) as best_place,
        known_at,
        provenance
    from correlated
    where sessions_count >= 72
)

select
    session_date,
    asset,
    venue,
    reference_asset,
    lags[best_place] as best_lag_sessions_count,
    lag_ratios[best_place] as best_lag_ratio,
    lag_ratios[1] as same_session_ratio,
    known_at,
    provenance
from chosen
where lag_ratios[1] is not null
