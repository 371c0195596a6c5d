"""The sensor that makes good what a stopped daemon or a late file left out. What that is, repair.py decides."""

import dagster as dg

from ingestion.settings import Settings
from orchestration.defs.schedules import REST, release
from orchestration.run_scope import tags_of

EVERY_SECONDS = 15 * 60


@dg.sensor(
    job=release,
    minimum_interval_seconds=EVERY_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING if Settings().unattended else dg.DefaultSensorStatus.STOPPED,
    description="Days of the last thirty that should be landed and are not: landed and published, a gap once a day.",
)
def repair() -> dg.RunRequest | dg.SkipReason:
    """Ask for the oldest gaps together. A source that has nothing for a day is asked for it again tomorrow."""
    from ingestion.clock import run_clock
    from ingestion.places import Places
    from orchestration.repair import find_repair

    settings = Settings()
    now = run_clock(settings)
    found = find_repair(now, Places(settings.data_dir), settings)
    if found is None:
        return dg.SkipReason("every day of the last thirty is whole")
    return dg.RunRequest(
        run_key=f"repair-{now:%Y-%m-%d}-{found.name}",
        tags=tags_of(found.window),
        asset_selection=[*(dg.AssetKey(["raw", *key.split("/")]) for key in found.datasets), *REST],
    )


defs = dg.Definitions(sensors=[repair])
