"""The 48 hours: bars by the hour, levels and their tests, closes of New York, runs of forced closing, other events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import altair as alt

from orchestration.brief import theme
from orchestration.brief.focus import Focus
from orchestration.brief.happened import Event, happened
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Draw, Figure, Grid, Said, Section, said

TABLES = (
    "fct_price_hourly", "fct_level_test", "fct_asset_session_return", "fct_liquidation_cascade",
    "fct_option_expiry_open_interest", "fct_difficulty_epoch",
)  # fmt: skip
NEEDS = TABLES[:1]
SHOWN_LEVELS = 6
STATES = {"failed": "cross", "broken": "triangle-up", "lost": "triangle-down", "reclaimed": "diamond", "open": "circle"}


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """What the price did, hour by hour."""
    window = {**focus.values, "venue": focus.venue, "quote": focus.quote_currency}
    bars = release.rows(_BARS, **window)
    path = release.row(PATH, **window)
    tests = release.rows(_TESTS, **window) if release.has("fct_level_test") else []
    closes = [row["close_at"] for row in release.rows(_CLOSES, **focus.values)] if release.has(
        "fct_asset_session_return"
    ) else []  # fmt: skip
    cascades = release.rows(_CASCADES, **focus.values) if release.has("fct_liquidation_cascade") else []
    events = happened(release, focus)
    finding = [said("prices.path", venue=focus.venue, quote=focus.quote_currency, **path)]
    failed = [row for row in tests if row["state"] == "failed"]
    if tests:
        finding.append(said("prices.tests", failed=len(failed), tests=len(tests), minutes=60))
    notes = [
        said("prices.no_table", table=table)
        for table in ("fct_level_test", "fct_asset_session_return", "fct_liquidation_cascade")
        if not release.has(table)
    ]
    if focus.instant:
        notes.append(said("prices.instant", instant=focus.instant))
    return Section(
        "prices",
        TABLES,
        finding=tuple(finding),
        draw=_draw(focus, bars, _shown(tests), closes, cascades, events, labels),
        grids=(*([_grid(tests)] if tests else []), *([_events(events)] if events else [])),
        notes=tuple(notes),
    )


def _shown(tests: list[Row]) -> list[Row]:
    """Tests of the levels that were tested most: more lines than a few hide the price."""
    counts: dict[float, int] = {}
    for row in tests:
        counts[row["level_price"]] = counts.get(row["level_price"], 0) + 1
    most = sorted(counts, key=lambda level: (-counts[level], level))[:SHOWN_LEVELS]
    return [row for row in tests if row["level_price"] in most]


def _grid(tests: list[Row]) -> Grid:
    by_level: dict[tuple[str, float], list[Row]] = {}
    for row in tests:
        by_level.setdefault((row["level_side"], row["level_price"]), []).append(row)
    return Grid(
        ("level", "side", "kind", "tests", "failed", "last_state"),
        [
            (
                Figure(level, "price"),
                Figure(side, "label"),
                Figure(found[0]["level_kind"], "label"),
                Figure(len(found), "count"),
                Figure(sum(row["state"] == "failed" for row in found), "count"),
                Said("prices.last", {"state": Figure(found[-1]["state"], "label"), "at": found[-1]["opened_at"]}),
            )
            for (side, level), found in sorted(by_level.items(), key=lambda item: -item[0][1])
        ],
        title=said("prices.grid"),
    )


def _events(events: list[Event]) -> Grid:
    return Grid(
        ("number", "moment", "event"),
        [(str(number), said("prices.moment", at=event.at), event.what) for number, event in enumerate(events, start=1)],
        title=said("prices.events"),
    )


def _draw(
    focus: Focus,
    bars: list[Row],
    tests: list[Row],
    closes: list[datetime],
    cascades: list[Row],
    events: list[Event],
    labels: Mapping[str, str],
) -> Draw:
    lowest, highest = min(row["low"] for row in bars), max(row["high"] for row in bars)
    margin = (highest - lowest) * 0.05
    spans = [{**row, "k": labels[f"cascade_{row['side']}"]} for row in cascades]
    tints = {labels["cascade_long"]: theme.FAINT_LONGS, labels["cascade_short"]: theme.FAINT_SHORTS}
    points = [{"t": row["t"], "low": row["level_price"], "k": labels[row["state"]]} for row in tests]
    shapes = theme.used({labels[state]: shape for state, shape in STATES.items()}, points)
    currency = "usdt" if focus.quote_currency == "USDT" else "usd"

    def draw(canvas: theme.Canvas) -> alt.VConcatChart:
        x = canvas.time_x(focus.from_at, focus.to_at, labels=True, by="hours")
        y = alt.Y(
            "low:Q",
            title=None,
            scale=alt.Scale(domain=[lowest - margin, highest + margin], nice=False),
            axis=alt.Axis(format=",.0f"),
        )
        layers = []
        if spans:
            shaded = alt.Chart(canvas.rows(spans)).mark_rect(clip=True)
            layers.append(shaded.encode(x=x, x2="t2:T", color=theme.colours(theme.used(tints, spans))))
        if closes:
            layers.append(canvas.marks_at(x, closes, theme.SOFT, dash=(1, 3)))
            layers.append(_words_at(canvas, x, closes, labels["new_york_close"], theme.SOFT))
        if focus.instant:
            layers.append(canvas.marks_at(x, [focus.instant], theme.KNOWN, dash=(5, 3)))
            layers.append(_words_at(canvas, x, [focus.instant], labels["as_it_stood"], theme.KNOWN, line=1))
        if tests:
            levels = canvas.rows({"low": level} for level in sorted({row["level_price"] for row in tests}))
            layers.append(alt.Chart(levels).mark_rule(color=theme.EVENT, strokeDash=[4, 3], opacity=0.7).encode(y=y))
        hours = alt.Chart(canvas.rows(bars))
        layers.append(hours.mark_rule(color=theme.INK).encode(x=x, y=y, y2="high:Q"))
        fell = alt.condition("datum.close < datum.open", alt.value(theme.INK), alt.value("#ffffff"))
        body = hours.mark_bar(size=max(2, canvas.width // 96), stroke=theme.INK, strokeWidth=0.8)
        layers.append(body.encode(x=x, y=alt.Y("open:Q"), y2="close:Q", color=fell))
        if tests:
            shape = alt.Shape("k:N", scale=alt.Scale(domain=list(shapes), range=list(shapes.values())))
            marks = alt.Chart(canvas.rows(points)).mark_point(
                color=theme.EVENT, filled=True, size=70, stroke="#ffffff", strokeWidth=0.7, opacity=1
            )
            layers.append(marks.encode(x=x, y=y, shape=shape))
        height = 300 if canvas.is_narrow else 360
        if events:
            layers += _numbers_at(canvas, x, events, height)
        return theme.stack(canvas.pane(labels[f"price_by_hour_{currency}"], height, *layers))

    return draw


def _words_at(
    canvas: theme.Canvas, x: alt.X, moments: list[datetime], text: str, colour: str, line: int = 0
) -> alt.Chart:
    points = canvas.rows({"t": theme.milliseconds(moment), "text": text} for moment in moments)
    words = alt.Chart(points).mark_text(align="right", baseline="top", dx=-4, dy=14 * line, color=colour, fontSize=11)
    drawn: alt.Chart = words.encode(x=x, y=alt.value(2), text="text:N")
    return drawn


def _numbers_at(canvas: theme.Canvas, x: alt.X, events: list[Event], height: int) -> list[alt.Chart]:
    """A mark on the axis for each event, with its number in the list below."""
    points = canvas.rows(
        {"t": theme.milliseconds(event.at), "text": str(number)} for number, event in enumerate(events, start=1)
    )
    marks = alt.Chart(points).mark_point(shape="triangle-up", size=45, filled=True, color=theme.SOFT, opacity=1)
    words = alt.Chart(points).mark_text(align="left", baseline="middle", dx=6, color=theme.SOFT, fontSize=11)
    at_the_foot = alt.value(height - 4)
    return [marks.encode(x=x, y=at_the_foot), words.encode(x=x, y=at_the_foot, text="text:N")]


_BARS = """
select
    epoch_ms(period_start_at) + 1800000 as t, open_price as open, high_price as high, low_price as low,
    close_price as close
from marts.fct_price_hourly
where asset = $asset and venue = $venue and quote_currency = $quote
    and period_start_at >= $from and period_start_at < $to and low_price is not null
order by period_start_at
"""
# From the high before the low to the low, and from there to the last hour of the window.
PATH = """
with bars as (
    select * from marts.fct_price_hourly
    where asset = $asset and venue = $venue and quote_currency = $quote
        and period_start_at >= $from and period_start_at < $to and low_price is not null
),
low as (select period_start_at as low_at, low_price as low from bars order by low_price, period_start_at limit 1),
top as (
    select period_start_at as high_at, high_price as high from bars, low
    where period_start_at <= low_at order by high_price desc, period_start_at limit 1
),
ended as (select period_end_at as last_at, close_price as last from bars order by period_start_at desc limit 1)
select
    high_at, high, low_at, low, last_at, last, 1 - low / high as fall, last / low - 1 as rebound,
    (last - low) / nullif(high - low, 0) as retraced
from low, top, ended
"""
_TESTS = """
select level_side, level_kind, level_price, opened_at, epoch_ms(opened_at) + 1800000 as t, state
from marts.fct_level_test
where asset = $asset and venue = $venue and quote_currency = $quote and bar_minutes = 60
    and opened_at >= $from and opened_at < $to
order by opened_at, level_price, event_number
"""
_CLOSES = """
select distinct close_at from marts.fct_asset_session_return
where asset in ('SPX', 'SPY', 'IXIC', 'QQQ', 'DJI') and close_at > $from and close_at < $to
order by close_at
"""
_CASCADES = """
select
    epoch_ms(started_at) as t, epoch_ms(coalesce(ended_at, last_active_at) + interval 15 minutes) as t2,
    liquidated_side as side
from marts.fct_liquidation_cascade
where asset = $asset and started_at >= $from and started_at < $to
order by started_at
"""
