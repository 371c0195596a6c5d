-- What came into a fund is what shares were made for, at the value they were made at. Between sessions that
-- do not follow each other the change belongs to no single one of them.
with numbered as (
    select
        session_date,
        row_number() over (order by session_date) as session_number
    from {{ ref('stg_exchange_calendars__market_sessions') }}
    where exchange = 'XNYS'
),

shares as (
    select
        history.symbol,
        history.asset,
        history.session_date,
        numbered.session_number,
        history.nav_per_share_usd,
        history.shares_outstanding_count,
        history.known_at,
        history.provenance
    from {{ ref('stg_ishares__ibit_fund_history') }} as history
    inner join numbered on history.session_date = numbered.session_date
),

with_previous as (
    select
        symbol,
        asset,
        session_date,
        session_number,
        nav_per_share_usd,
        shares_outstanding_count,
        lag(shares_outstanding_count) over walk as previous_shares_count,
        lag(session_number) over walk as previous_session_number,
        greatest(known_at, lag(known_at) over walk) as known_at,
        greatest(provenance, lag(provenance) over walk) as provenance
    from shares
    window walk as (partition by symbol order by session_date)
)

select
    session_date,
    asset,
    symbol as fund,
    case
        when session_number = previous_session_number + 1
            then (shares_outstanding_count - previous_shares_count) * nav_per_share_usd
    end as flow_usd,
    shares_outstanding_count,
    nav_per_share_usd,
    known_at,
    provenance
from with_previous
