with sessions as (
    select
        session_date,
        row_number() over (order by session_date) as session_number
    from {{ ref('stg_exchange_calendars__market_sessions') }}
    where exchange = 'XNYS'
),

moves as (
    select
        told.session_date,
        sessions.session_number,
        told.asset,
        told.venue,
        told.previous_session_date,
        told.previous_close_at,
        told.close_at,
        -- A basis point of yield is a ten-thousandth, like a basis point of price.
        coalesce(told.log_return_ratio, told.change_bps / 1e4) as factor_change_ratio,
        told.bitcoin_log_return_ratio,
        case
            when told.asset in ('SPX', 'SPY') then 'equity'
            when told.asset in ('XAU', 'GLD') then 'gold'
            when told.asset = 'DXY' then 'dollar'
            when told.asset = 'UST2Y' then 'rate_2y'
        end as factor_role,
        case when told.asset in ('SPY', 'GLD') then 2 else 1 end as preference,
        told.known_at,
        told.provenance
    from {{ ref('fct_asset_session_return') }} as told
    inner join sessions on told.session_date = sessions.session_date
    where coalesce(told.log_return_ratio, told.change_bps) is not null
),

equity as (
    select
        session_date,
        previous_session_date,
        previous_close_at,
        close_at,
        bitcoin_log_return_ratio,
        known_at,
        provenance
    from moves
    where factor_role = 'equity'
    qualify row_number() over (partition by session_date order by preference, venue) = 1
)

select
    session_date,
    'single' as factor_set,
    asset as factor,
    venue,
    session_number,
    previous_close_at,
    close_at,
    bitcoin_log_return_ratio,
    factor_change_ratio,
    known_at,
    provenance
from moves

union all

-- Beside each other stand only moves between the same two sessions that ended within two hours.
select
    moves.session_date,
    'multi' as factor_set,
    moves.factor_role as factor,
    'all' as venue,
    moves.session_number,
    equity.previous_close_at,
    equity.close_at,
    equity.bitcoin_log_return_ratio,
    moves.factor_change_ratio,
    greatest(moves.known_at, equity.known_at) as known_at,
    greatest(moves.provenance, equity.provenance) as provenance
from moves
inner join equity
    on
        moves.session_date = equity.session_date
        and moves.previous_session_date = equity.previous_session_date
        and abs(date_diff('minute', moves.close_at, equity.close_at)) <= 120
where moves.factor_role is not null
qualify row_number() over (
    partition by moves.session_date, moves.factor_role order by moves.preference, moves.venue
) = 1
