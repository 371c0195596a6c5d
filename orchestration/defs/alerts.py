"""The sensor that tells somebody. What there is to tell, alerts.py decides; the addresses are a setting."""

import dagster as dg

from ingestion.settings import Settings

_settings = Settings()
_by_default = _settings.unattended and _settings.secret("UNWIND_ALERT_URLS")


@dg.sensor(
    minimum_interval_seconds=300,
    # Without an address every tick that has something to tell would fail, for as long as it stands.
    default_status=dg.DefaultSensorStatus.RUNNING if _by_default else dg.DefaultSensorStatus.STOPPED,
    description="Late or blocked sources, refused or degraded releases, flipped conditions: each told once.",
)
def alerts() -> dg.SkipReason:
    """It starts no run. Without an address the tick fails and says which setting is missing."""
    from orchestration.alerts_command import tell_news

    said = tell_news()
    return dg.SkipReason("\n".join(said) or "nothing new")


defs = dg.Definitions(sensors=[alerts])
