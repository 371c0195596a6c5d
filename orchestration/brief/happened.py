"""What else happened in the window: flows of funds that were told, options that expired, difficulty that was set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release
from orchestration.brief.section import Figure, Said, said


@dataclass(frozen=True, slots=True)
class Event:
    """One moment and what it was."""

    at: datetime
    what: Said


def happened(release: Release, focus: Focus) -> list[Event]:
    """The events of the window in their order; those of sources that did not land are not known of."""
    events = []
    if release.has("etf_flow", "vintages"):
        for row in release.rows(_FLOWS, **focus.values):
            key = "event.flow" if row["version"] == 1 else "event.flow_again"
            events.append(Event(row["at"], said(key, day=row["day"], flow=row["flow"])))
    if release.has("fct_option_expiry_open_interest"):
        for row in release.rows(_EXPIRIES, **focus.values):
            events.append(Event(row["at"], said("event.expiry", venue=Figure(row["venue"], "label"))))
    if release.has("fct_difficulty_epoch"):
        for row in release.rows(_RETARGETS, **focus.values):
            events.append(Event(row["at"], said("event.retarget", change=row["change"])))
    return sorted(events, key=lambda event: (event.at, event.what.key))


_FLOWS = """
select known_from_at as at, session_date as day, flow_usd as flow, vintage_number as version
from vintages.etf_flow
where asset = $asset and known_from_at >= $from and known_from_at < $to and flow_usd is not null
order by known_from_at, session_date
"""
_EXPIRIES = """
select distinct expiry_at as at, venue
from marts.fct_option_expiry_open_interest
where asset = $asset and expiry_at >= $from and expiry_at < $to
order by expiry_at, venue
"""
_RETARGETS = """
select retarget_at as at, change_ratio as change
from marts.fct_difficulty_epoch
where asset = $asset and retarget_at >= $from and retarget_at < $to and change_ratio is not null
order by retarget_at
"""
