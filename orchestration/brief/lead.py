"""The first lines: what was forced, what was bought, what is not identified. Facts by query, nothing concluded."""

from __future__ import annotations

from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Figure, Said, said
from orchestration.brief.sections.prices import PATH


def lead(release: Release, focus: Focus) -> dict[str, tuple[Said, ...]]:
    """Sentences by heading. What is not known is said to be so."""
    return {
        "forced": tuple(_forced(release, focus)),
        "bought": tuple(_bought(release, focus)) or (said("lead.no_bought"),),
        "not_identified": tuple(_not_identified(release, focus)),
    }


def _forced(release: Release, focus: Focus) -> list[Said]:
    days = release.rows(_DAYS, **focus.values) if release.has("fct_deleveraging_daily") else []
    path = release.row(PATH, venue=focus.venue, quote=focus.quote_currency, **focus.values)
    sentences = [said("lead.fall", hours=(path["low_at"] - path["high_at"]).total_seconds() / 3600, **path)]
    changes = [
        said("lead.day", day=row["observed_date"], coins=row["coins_ratio"], usd=row["usd_ratio"])
        for row in days
        if row["coins_ratio"] is not None and row["usd_ratio"] is not None
    ]
    if changes:
        sentences.append(said("lead.open_interest", days=changes))
    longs = [row["longs"] for row in days if row["longs"] is not None]
    shorts = [row["shorts"] for row in days if row["shorts"] is not None]
    if longs and shorts:
        sentences.append(said("lead.liquidated", longs=sum(longs), shorts=sum(shorts)))
    else:
        sentences.append(said("lead.no_liquidations"))
    return sentences


def _bought(release: Release, focus: Focus) -> list[Said]:
    sentences = []
    flows = release.rows(_FLOWS, **focus.values) if release.has("fct_etf_flow_daily") else []
    prints = release.rows(_PRINTS, **focus.values) if release.has("etf_flow", "vintages") else []
    first = {row["session_date"]: row["known_from_at"] for row in prints}
    told = [row for row in flows if row["flow"] is not None]
    if told:
        listed = [said("lead.session", day=row["session_date"], flow=row["flow"]) for row in told]
        sentences.append(said("lead.funds", sessions=listed))
        for row in told:
            at = first[row["session_date"]] if row["session_date"] in first else row["known_at"]
            if focus.instant and at > focus.instant:
                sentences.append(said("lead.known_later", day=row["session_date"], at=at, instant=focus.instant))
    shares = release.rows(_SHARES, **focus.values) if release.has("fct_flow_share_daily") else []
    traded = [
        said("lead.taken", day=row["observed_date"], spot=row["spot"], ratio=row["ratio"], perp=row["perp"])
        for row in shares
        if row["spot"] is not None and row["perp"] is not None
    ]
    if traded:
        sentences.append(said("lead.takers", days=traded))
    premiums = [
        said("lead.premium_day", day=row["observed_date"], premium=row["premium"])
        for row in shares
        if row["premium"] is not None
    ]
    if premiums:
        sentences.append(said("lead.premium", days=premiums))
    return sentences


def _not_identified(release: Release, focus: Focus) -> list[Said]:
    rows = release.rows(_ATTRIBUTION, **focus.values) if release.has("fct_rebound_attribution") else []
    if not rows:
        return [said("lead.no_attribution", why=release.why_empty("fct_rebound_attribution"))]
    sentences = []
    for kind in ("close_to_close", "low_to_last"):
        parts = [row for row in rows if row["window_kind"] == kind]
        if parts:
            sentences.append(said(f"lead.{kind}", parts=[_part(row) for row in parts], **_window(parts[0])))
    return [*sentences, said("lead.hint")]


def _window(row: Row) -> Row:
    return {"move": row["move"], "from_at": row["window_started_at"], "to_at": row["window_ended_at"]}


def _part(row: Row) -> Said:
    part = said(f"component.{row['component']}")
    if not row["is_identified"]:
        return said("lead.unknown_part", part=part, why=Figure(row["reason"] or "no_interval", "label"))
    return said(
        "lead.part", part=part, share=row["share_ratio"], low=row["share_low_ratio"], high=row["share_high_ratio"]
    )


_DAYS = """
select
    observed_date, position_effect_coins_ratio as coins_ratio, change_usd_ratio as usd_ratio,
    long_liquidated_usd as longs, short_liquidated_usd as shorts
from marts.fct_deleveraging_daily
where asset = $asset and observed_date >= $from and observed_date < $to
order by observed_date
"""
_FLOWS = """
select session_date, flow_usd as flow, known_at from marts.fct_etf_flow_daily
where asset = $asset and fund = 'total' and session_date >= $from and session_date < $to
order by session_date
"""
_PRINTS = """
select session_date, min(known_from_at) as known_from_at from vintages.etf_flow
where asset = $asset and session_date >= $from and session_date < $to
group by session_date
"""
_SHARES = """
select
    observed_date, spot_cvd_coins as spot, spot_delta_volume_ratio as ratio, perp_cvd_coins as perp,
    coinbase_premium_pct / 100 as premium
from marts.fct_flow_share_daily
where asset = $asset and observed_date >= $from and observed_date < $to
order by observed_date
"""
# Of each kind the largest rise that began in the two days.
_ATTRIBUTION = """
select
    window_kind, component, window_started_at, window_ended_at, exp(window_return_ratio) - 1 as move,
    share_ratio, share_low_ratio, share_high_ratio, is_identified, reason
from marts.fct_rebound_attribution
where asset = $asset and variant = 'all' and window_started_at >= $from and window_started_at < $to
qualify rank() over (partition by window_kind order by window_return_ratio desc, window_started_at) = 1
order by window_kind, list_position(['cross_asset', 'short_covering', 'spot', 'residual'], component)
"""
