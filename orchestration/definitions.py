"""The Dagster entry point: what stands in defs/, run in one process. Nothing is decided here.

The parts are named rather than searched for: Dagster's folder loader costs more than all of them.
"""

from dagster import Definitions, in_process_executor

from orchestration.defs import publish, raw, resources, schedules, warehouse

defs = Definitions.merge(
    resources.defs,
    raw.defs,
    warehouse.defs,
    publish.defs,
    schedules.defs,
    Definitions(executor=in_process_executor),
)
