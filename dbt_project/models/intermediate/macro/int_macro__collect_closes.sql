-- Stocks close when the calendar says: sources stamp 16:00 on short days too. after_close_minutes hangs such
-- a close on the calendar; NULL leaves the source's own instant.
with sessions as (
    select
        session_date,
        close_at as exchange_close_at
    from {{ ref('stg_exchange_calendars__market_sessions') }}
    where exchange = 'XNYS'
),

printed as (
    {% for preference, yields in [(1, 'stg_treasury__par_yields'), (2, 'stg_treasury__par_yields_csv')] -%}
        select
            observed_date as session_date,
            'UST' || tenor as asset,
            'treasury' as venue,
            'rate' as instrument_kind,
            observed_at as own_close_at,
            par_yield_pct as yield_pct,
            {{ preference }} as preference,
            known_at,
            provenance
        from {{ ref(yields) }}
        where tenor in ('2Y', '10Y', '30Y')

        union all by name

    {% endfor -%}
    {% for preference, values in [(1, 'stg_fred_api__observations'), (2, 'stg_fred__series_daily')] -%}
        select
            observed_date as session_date,
            case series when 'DFII10' then 'TIPS10Y' else 'UST' || series[4:] || 'Y' end as asset,
            'fred' as venue,
            'rate' as instrument_kind,
            -- The Treasury's quotes of 15:30, which FRED only passes on.
            observed_at - interval 30 minute as own_close_at,
            value as yield_pct,
            {{ preference }} as preference,
            known_at,
            provenance
        from {{ ref(values) }}
        where series in ('DGS2', 'DGS10', 'DGS30', 'DFII10')

        union all by name

    {% endfor -%}
    {#- What trades around the clock is sampled when the stocks close. #}
    {% for preference, hours in [
        (1, 'stg_binance_vision__um_klines_1h'), (2, 'stg_binance_futures__klines_1h')
    ] -%}
        select
            sessions.session_date,
            hours.asset,
            hours.venue,
            'perp' as instrument_kind,
            hours.quote_currency,
            sessions.exchange_close_at as own_close_at,
            hours.close_price,
            {{ preference }} as preference,
            hours.known_at,
            hours.provenance
        from {{ ref(hours) }} as hours
        inner join sessions on hours.period_end_at = sessions.exchange_close_at
        where hours.asset in ('XAU', 'XAG')

        union all by name

    {% endfor -%}
    select
        -- A session of 23 hours belongs to the day in New York on which it closes, however a vendor files
        -- it under. New York is four or five hours behind: five serves both for a close after 01:00 there.
        cast(period_end_at - interval 5 hour as date) as session_date,
        asset,
        venue,
        case
            when asset in ('XAU', 'XAG') then 'future'
            when symbol like '^%' or asset = 'DXY' then 'index'
            else 'etf'
        end as instrument_kind,
        case when instrument_kind = 'index' then 'points' else quote_currency end as quote_currency,
        period_end_at as own_close_at,
        case
            when asset = 'VIX' then 15
            when asset in ('XAU', 'XAG', 'DXY') then null
            else 0
        end as after_close_minutes,
        close_price,
        1 as preference,
        known_at,
        provenance
    from {{ ref('stg_yahoo__chart_1d') }}

    union all by name

    select
        observed_date as session_date,
        case series
            when 'SP500' then 'SPX'
            when 'NASDAQCOM' then 'IXIC'
            when 'VIXCLS' then 'VIX'
            else series
        end as asset,
        'fred' as venue,
        'index' as instrument_kind,
        'points' as quote_currency,
        observed_at as own_close_at,
        case series when 'VIXCLS' then 15 else 0 end as after_close_minutes,
        value as close_price,
        1 as preference,
        known_at,
        provenance
    from {{ ref('stg_fred_third_party__series_daily') }}

    union all by name

    select
        observed_date as session_date,
        asset,
        venue,
        'index' as instrument_kind,
        'points' as quote_currency,
        observed_at as own_close_at,
        15 as after_close_minutes,
        close_points as close_price,
        1 as preference,
        known_at,
        provenance
    from {{ ref('stg_cboe__vix_daily') }}

    union all by name

    select
        observed_date as session_date,
        'DXY_PROXY' as asset,
        'ecb' as venue,
        'index' as instrument_kind,
        'points' as quote_currency,
        observed_at as own_close_at,
        dxy_proxy as close_price,
        1 as preference,
        known_at,
        provenance
    from {{ ref('int_macro__dollar_proxy') }}
)

select
    printed.session_date,
    printed.asset,
    printed.venue,
    printed.instrument_kind,
    printed.quote_currency,
    coalesce(
        sessions.exchange_close_at + to_minutes(printed.after_close_minutes), printed.own_close_at
    ) as close_at,
    printed.close_price,
    printed.yield_pct,
    printed.known_at,
    printed.provenance
from printed
left join sessions on printed.session_date = sessions.session_date
where
    -- A day on which the exchange was shut has no close, whoever prints one.
    (printed.after_close_minutes is null or sessions.session_date is not null)
    -- Nor is a price from before the close one.
    and printed.known_at >= close_at
qualify row_number() over (
    partition by printed.asset, printed.venue, printed.session_date order by printed.preference
) = 1
