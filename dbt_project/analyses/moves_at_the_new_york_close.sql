-- What moved with bitcoin between the New York closes of 5 and 6 February?
-- Both returns are between the same two instants, which differ by market: look at close_at. An ETF is not
-- its index, so instrument_kind belongs to the answer. Moving together is no cause.
select
    asset,
    venue,
    instrument_kind,
    close_at,
    return_ratio,
    change_bps,
    bitcoin_return_ratio,
    spanned_days
from marts.fct_asset_session_return
where session_date = '2026-02-06'
order by instrument_kind, asset, venue
