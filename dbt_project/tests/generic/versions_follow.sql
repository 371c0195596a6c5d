{#- The versions of a key are numbered from 1 and each ends where the next begins, so one holds at any moment. -#}
{% test versions_follow(model, key) %}
with walked as (
    select
        {{ key | join(', ') }},
        vintage_number,
        known_to_at,
        row_number() over versions as expected_number,
        lead(known_from_at, 1, timestamp '9999-12-31 00:00:00') over versions as next_from_at
    from {{ model }}
    window versions as (partition by {{ key | join(', ') }} order by vintage_number)
)

select *
from walked
where vintage_number <> expected_number or known_to_at <> next_from_at
{% endtest %}
