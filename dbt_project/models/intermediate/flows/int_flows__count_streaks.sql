-- A session without a print starts a new stretch: its own sign is unknown, so nothing is counted across it.
with stretches as (
    select
        session_date,
        asset,
        fund,
        flow_usd,
        count(*) filter (where flow_usd is null) over so_far as stretch_number,
        known_at,
        provenance
    from {{ ref('int_flows__align_to_sessions') }}
    window so_far as (
        partition by asset, fund order by session_date
        rows between unbounded preceding and current row
    )
),

directed as (
    select
        session_date,
        asset,
        fund,
        flow_usd,
        stretch_number,
        -- The sign of the last flow that was not zero.
        last_value(nullif(sign(flow_usd), 0) ignore nulls) over so_far as direction,
        known_at,
        provenance
    from stretches
    window so_far as (
        partition by asset, fund, stretch_number order by session_date
        rows between unbounded preceding and current row
    )
),

turned as (
    select
        session_date,
        asset,
        fund,
        flow_usd,
        stretch_number,
        direction,
        direction <> lag(direction) over walk as is_turn,
        known_at,
        lag(known_at) over walk as previous_known_at,
        provenance,
        lag(provenance) over walk as previous_provenance
    from directed
    window walk as (partition by asset, fund, stretch_number order by session_date)
),

runs as (
    select
        session_date,
        asset,
        fund,
        flow_usd,
        stretch_number,
        direction,
        count(*) filter (where is_turn) over so_far as run_number,
        case when is_turn then greatest(known_at, previous_known_at) else known_at end as known_at,
        case when is_turn then greatest(provenance, previous_provenance) else provenance end as provenance
    from turned
    window so_far as (
        partition by asset, fund, stretch_number order by session_date
        rows between unbounded preceding and current row
    )
)

select
    session_date,
    asset,
    fund,
    -- Run 0 stands before the first turn of its stretch: nobody saw it begin, so it has no length.
    case
        when flow_usd is not null and run_number > 0
            then cast(direction * count(*) filter (where flow_usd <> 0) over run_so_far as integer)
    end as streak_sessions_count,
    max(known_at) over run_so_far as known_at,
    max(provenance) over run_so_far as provenance
from runs
window run_so_far as (
    partition by asset, fund, stretch_number, run_number order by session_date
    rows between unbounded preceding and current row
)
