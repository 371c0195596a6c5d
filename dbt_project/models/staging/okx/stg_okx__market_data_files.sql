select
    family,
    file_name,
    first_day_at,
    split_part(family, '-', 1) as asset,
    'okx' as venue,
    file_url,
    size_mb,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('okx', 'market_data_files') }}
{{ newest_vintage(['family', 'file_name']) }}
