select
    window_started_at,
    asset,
    window_kind,
    variant,
    component,
    window_ended_at,
    venue,
    regressors,
    case
        when reason is not null then 'not identified'
        when component = 'residual' then 'unexplained share'
        else 'associated share'
    end as reading,
    reason,
    window_return_ratio,
    window_deviation_ratio,
    return_ratio,
    share_ratio,
    share_low_ratio,
    share_high_ratio,
    r2_part_ratio,
    r2_ratio,
    observations_count,
    lookback_count,
    reason is null as is_identified,
    known_at,
    provenance
from {{ ref('int_stress__estimate_attribution') }}
