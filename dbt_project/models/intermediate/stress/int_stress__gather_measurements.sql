select
    article,
    claim_id,
    as_of_at,
    reading_number,
    kind,
    value,
    provenance,
    publishers,
    known_at,
    query,
    true as is_final
from {{ ref('int_stress__measure_claims') }}
{%- if has_earlier() %}
    union all
    select
        article,
        claim_id,
        as_of_at,
        reading_number,
        kind,
        value,
        provenance,
        publishers,
        known_at,
        query,
        false as is_final
    from read_parquet('earlier/*.parquet')
{%- endif %}
