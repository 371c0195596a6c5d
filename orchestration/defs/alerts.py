"""The sensor that tells somebody. What there is to tell, alerts.py decides; the addresses are a setting."""

import dagster as dg


@dg.sensor(
    minimum_interval_seconds=300,
    description="Late or blocked sources, refused or degraded releases, flipped conditions: each told once.",
)
def alerts() -> dg.SkipReason:
    """It starts no run. Without an address the tick fails and says which setting is missing."""
    from orchestration.alerts_command import tell_news

    said = tell_news()
    return dg.SkipReason("\n".join(said) or "nothing new")


defs = dg.Definitions(sensors=[alerts])
