"""Which fall the brief is about: the one an article's claims or a named moment point to, else the steepest.

Only the window is chosen here. That it is the steepest fall of what landed is all that is claimed for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from orchestration.brief.reader import Release
from orchestration.brief.section import Said, said
from orchestration.identifiers import Sql

ASSET = "BTC"
# A brief speaks of recent weeks: an older event would stand for ever in the way of the next one.
LOOKBACK = timedelta(days=60)
LED_TO = timedelta(days=7)
BEFORE, AFTER = timedelta(days=8), timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Focus:
    """Two UTC days around a low, the days around them, and the moment whose knowledge is shown beside the outcome."""

    venue: str
    quote_currency: str
    from_at: datetime
    to_at: datetime
    low_at: datetime
    around_from_at: datetime
    around_to_at: datetime
    instant: datetime | None
    then: Sql
    reason: Said
    asset: str = ASSET

    @property
    def values(self) -> dict[str, object]:
        """What every query of a section is bound with."""
        return {"asset": self.asset, "from": self.from_at, "to": self.to_at}

    @property
    def around(self) -> dict[str, object]:
        """The same for the wider window."""
        return {"asset": self.asset, "from": self.around_from_at, "to": self.around_to_at}


def find_focus(release: Release) -> Focus | None:
    """The window of this release's brief; None where no price landed."""
    if not release.has("fct_price_hourly"):
        return None
    newest = release.row(
        "select max(period_end_at) as newest_at from marts.fct_price_hourly where asset = $asset", asset=ASSET
    )["newest_at"]
    if newest is None:
        return None
    anchor = _anchor(release, newest)
    until = min(newest, datetime.combine(anchor, time()) + timedelta(days=1)) if anchor else newest
    since = anchor - LED_TO if anchor else newest - LOOKBACK
    reason = said("focus.anchor", at=anchor) if anchor else said("focus.steepest", days=LOOKBACK.days, until=newest)
    found = release.row(_STEEPEST, asset=ASSET, since=since, until=until)
    if not found:
        return None
    # From the day on which most of the way down lies, so that a low just after midnight keeps its fall.
    from_at = datetime.combine(found["low_at"] - timedelta(hours=12), time())
    to_at = from_at + timedelta(days=2)
    near = [moment for moment in release.facts.instants if from_at <= moment <= to_at + timedelta(days=1)]
    instant = near[-1] if near else None
    return Focus(
        venue=found["venue"],
        quote_currency=found["quote_currency"],
        from_at=from_at,
        to_at=to_at,
        low_at=found["low_at"],
        around_from_at=from_at - BEFORE,
        around_to_at=min(to_at + AFTER, datetime.combine(newest + timedelta(hours=23), time())),
        instant=instant,
        then=release.schema_of(instant),
        reason=reason,
    )


def _anchor(release: Release, newest: datetime) -> datetime | None:
    """The moment that claims with an answer were made at, else the last moment the release was asked about."""
    moments = list(release.facts.instants)
    if release.has("fct_claim_check"):
        claimed = release.row(
            "select max(as_of_at) as claimed_at from marts.fct_claim_check "
            "where not is_final and computed_value is not null and as_of_at < $newest",
            newest=newest,
        )
        moments = [claimed["claimed_at"]] if claimed["claimed_at"] else moments
    recent = [moment for moment in moments if newest - LOOKBACK <= moment <= newest + timedelta(days=1)]
    return recent[-1] if recent else None


# Of the venue with the most hours and the largest turnover: the hour that lay deepest below its high of 24 hours.
_STEEPEST = """
with landed as (
    select * from marts.fct_price_hourly
    where asset = $asset and period_start_at >= $since and period_end_at <= $until and low_price is not null
),
venues as (
    select venue, quote_currency, count(*) as hours_count, sum(volume_quote) as turnover
    from landed
    group by venue, quote_currency
    order by hours_count desc, turnover desc nulls last, venue, quote_currency
    limit 1
),
falls as (
    select
        landed.venue, landed.quote_currency, landed.period_start_at,
        landed.low_price / max(landed.high_price) over (
            order by landed.period_start_at range between interval 24 hours preceding and current row
        ) as left_ratio
    from landed
    inner join venues using (venue, quote_currency)
)
select venue, quote_currency, period_start_at as low_at from falls order by left_ratio, period_start_at limit 1
"""
