select
    contract_code,
    report_date,
    observed_at,
    market_name,
    case
        when contract_code in ('133741', '133742') then 'BTC'
        when contract_code in ('146021', '146022') then 'ETH'
    end as asset,
    'cme' as venue,
    contract_units,
    open_interest_contracts,
    dealer_long_contracts,
    dealer_short_contracts,
    asset_manager_long_contracts,
    asset_manager_short_contracts,
    leveraged_fund_long_contracts,
    leveraged_fund_short_contracts,
    other_reportable_long_contracts,
    other_reportable_short_contracts,
    non_reportable_long_contracts,
    non_reportable_short_contracts,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('cftc', 'tff_weekly') }}
{{ newest_vintage(['contract_code', 'report_date']) }}
