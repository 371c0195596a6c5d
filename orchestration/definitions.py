"""The Dagster entry point: what stands in defs/, run in one process. Nothing is decided here.

The parts are named rather than searched for: Dagster's folder loader costs more than all of them.
"""

from dagster import Definitions, in_process_executor

from orchestration.garbage import collector_paused

with collector_paused():
    from orchestration.defs import alerts, old_runs, publish, raw, repair, resources, schedules, warehouse

    defs = Definitions.merge(
        *(part.defs for part in (resources, raw, warehouse, publish, schedules, repair, alerts, old_runs)),
        Definitions(executor=in_process_executor),
    )
