-- How wrong is a bitcoin return joined to stocks on calendar dates?
-- A stock's Monday return spans the weekend, a coin's Monday in UTC does not. The column by_date is what a
-- join on dates would compare with stocks; between_closes is what belongs there. After a weekend or holiday
-- the sign itself can differ.
select
    sessions.session_date,
    sessions.spanned_days,
    sessions.return_ratio as stocks_return_ratio,
    sessions.bitcoin_return_ratio as between_closes_ratio,
    daily.return_ratio as by_date_ratio,
    sign(sessions.bitcoin_return_ratio) <> sign(daily.return_ratio) as has_other_sign
from marts.fct_asset_session_return as sessions
inner join marts.fct_price_composite_daily as daily
    on sessions.session_date = daily.observed_date and daily.asset = 'BTC'
where
    sessions.asset = 'SPX' and sessions.venue = 'yahoo'
    and sessions.session_date between '2026-01-29' and '2026-02-10'
order by sessions.session_date
