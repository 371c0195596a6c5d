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
{%- for database in earlier_moments() %}
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
    from {{ in_database(ref('int_stress__measure_claims'), database) }}
    -- At an earlier moment itself what came after it is not known.
    where as_of_at < (select min(own.as_of_at) from {{ ref('int_stress__measure_claims') }} as own)
{%- endfor %}
