"""Open interest day by day, split exactly into what positions and what the price changed."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from orchestration.brief import theme
from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Draw, Figure, Grid, Section, said

TABLES = ("fct_deleveraging_daily", "fct_price_oi_quadrant_hourly")
NEEDS = TABLES[:1]


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """The two effects add up to the change in dollars, without a rest."""
    days = release.rows(_DAYS, **focus.around)
    if not days:
        return Section("positions", TABLES, absent=said("absent.window"))
    inside = [row for row in days if focus.from_at.date() <= row["observed_date"] < focus.to_at.date()]
    finding = [
        said("positions.day", day=row["observed_date"], hint=Figure(row["quadrant"], "label"), **_plain(row))
        for row in inside
    ]
    hours = release.rows(_HOURS, **focus.values) if release.has("fct_price_oi_quadrant_hourly") else []
    return Section(
        "positions",
        TABLES,
        finding=tuple(finding),
        draw=_draw(focus, days, labels),
        grids=(
            Grid(
                ("reading", "hours"),
                [(Figure(row["quadrant"], "label"), Figure(row["hours_count"], "count")) for row in hours],
                title=said("positions.hours"),
            ),
        )
        if hours
        else (),
        notes=(said("positions.hint"),),
    )


def _plain(row: Row) -> Row:
    return {name: row[name] for name in ("change", "position", "price", "coins_ratio", "usd_ratio")}


def _draw(focus: Focus, days: list[Row], labels: Mapping[str, str]) -> Draw:
    effects = [part for row in days for part in _stacked(row, labels)]
    totals = [{"t": row["t"], "t2": row["t2"], "v": row["change"] / 1e9, "k": labels["together"]} for row in days]
    ratios = [
        {"t": row["t"] + 43_200_000, "v": row[name] * 100, "k": labels[f"in_{name.removesuffix('_ratio')}"]}
        for row in days
        for name in ("coins_ratio", "usd_ratio")
        if row[name] is not None
    ]
    kinds = {labels["position_effect"]: theme.COINS, labels["price_effect"]: theme.USD}
    units = {labels["in_coins"]: theme.COINS, labels["in_usd"]: theme.USD}

    def draw(canvas: theme.Canvas) -> alt.VConcatChart:
        above = canvas.time_x(focus.around_from_at, focus.around_to_at, labels=False)
        below = canvas.time_x(focus.around_from_at, focus.around_to_at, labels=True)
        y = theme.value_y(form="+.1f", zero=True)
        bars = alt.Chart(canvas.rows(effects)).mark_rect(stroke="#ffffff", strokeWidth=1)
        total = alt.Chart(canvas.rows(totals)).mark_rule(strokeWidth=2.5)
        change = alt.Chart(canvas.rows(ratios)).mark_line(point=theme.dots(size=40), strokeWidth=1.4)
        return theme.stack(
            canvas.pane(
                labels["pane_effects"], 190,
                bars.encode(x=above, x2="t2:T", y=y, y2="v2:Q", color=theme.colours(kinds)),
                total.encode(x=above, x2="t2:T", y=y, color=theme.colours({labels["together"]: theme.INK})),
                canvas.level_at(0),
            ),
            canvas.pane(
                labels["pane_change"], 130,
                change.encode(x=below, y=theme.value_y(form="+.0f"), color=theme.colours(units)),
                canvas.level_at(0),
            ),
        )  # fmt: skip

    return draw


def _stacked(row: Row, labels: Mapping[str, str]) -> list[Row]:
    """The two effects of a day above each other where they pull the same way, else to both sides of zero."""
    position, price = row["position"] / 1e9, row["price"] / 1e9
    start = position if position * price > 0 else 0.0
    day = {"t": row["t"], "t2": row["t2"]}
    return [
        {**day, "v": 0.0, "v2": position, "k": labels["position_effect"]},
        {**day, "v": start, "v2": start + price, "k": labels["price_effect"]},
    ]


_DAYS = """
select
    observed_date, epoch_ms(observed_date::timestamp) as t, epoch_ms(observed_date + interval 1 day) as t2, quadrant,
    change_usd as change, position_effect_usd as position, price_effect_usd as price,
    position_effect_coins_ratio as coins_ratio, change_usd_ratio as usd_ratio
from marts.fct_deleveraging_daily
where asset = $asset and observed_date >= $from and observed_date < $to and change_usd is not null
    and position_effect_usd is not null and price_effect_usd is not null
order by observed_date
"""
_HOURS = """
select quadrant, count(*) as hours_count from marts.fct_price_oi_quadrant_hourly
where asset = $asset and period_start_at >= $from and period_start_at < $to and quadrant is not null
group by quadrant
order by hours_count desc, quadrant
"""
