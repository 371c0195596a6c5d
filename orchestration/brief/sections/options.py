"""Open contracts by strike of the largest expiry, and beside them the probabilities that prices tell."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from orchestration.brief import theme
from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Draw, Said, Section, said

TABLES = ("fct_option_open_interest", "fct_option_expiry_open_interest")
NEEDS = TABLES[:1]
FROM_RATIO, TO_RATIO = 0.5, 1.7


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """The newest snapshot that was known at the moment in question, or at the end of the window."""
    until = focus.instant or focus.to_at
    strikes = release.rows(_STRIKES, until=until, **focus.around)
    if not strikes:
        return Section("options", TABLES, absent=said("absent.window"))
    whole = strikes[0]
    finding: list[Said] = [
        said(
            "options.largest",
            venue=whole["venue"], expiry=whole["expiry_at"], at=whole["snapshot_at"],
            puts=sum(row["puts"] or 0 for row in strikes), calls=sum(row["calls"] or 0 for row in strikes),
        )
    ]  # fmt: skip
    by_puts = sorted(strikes, key=lambda row: (-(row["puts"] or 0), row["strike"]))[:3]
    finding.append(said("options.puts", strikes=[said("price", price=row["strike"]) for row in by_puts]))
    price = release.row(_PRICE, asset=focus.asset, until=whole["snapshot_at"]).get("price")
    told = [row for row in strikes if row["p"] is not None and price and row["strike"] < price]
    if told:
        nearest = min(told, key=lambda row: abs(row["strike"] / price - 0.85))
        finding.append(said("options.probability", strike=nearest["strike"], p=nearest["p"], expiry=whole["expiry_at"]))
    return Section(
        "options",
        TABLES,
        finding=tuple(finding),
        draw=_draw(strikes, price, labels),
        notes=(said("options.note"),),
    )


def _draw(strikes: list[Row], price: float | None, labels: Mapping[str, str]) -> Draw:
    middle = price or sorted(row["strike"] for row in strikes)[len(strikes) // 2]
    shown = [row for row in strikes if FROM_RATIO * middle <= row["strike"] <= TO_RATIO * middle]
    sides = [
        {"s": row["strike"], "v": (row[side] or 0) / 1e3 * sign, "k": labels[side]}
        for row in shown
        for side, sign in (("calls", 1), ("puts", -1))
    ]
    told = [{"s": row["strike"], "p": row["p"] * 100} for row in shown if row["p"] is not None]
    scale = alt.Scale(domain=[FROM_RATIO * middle, TO_RATIO * middle], nice=False, padding=0)

    def draw(canvas: theme.Canvas) -> alt.VConcatChart:
        def x(is_last: bool) -> alt.X:
            axis = alt.Axis(format="~s", labels=is_last, tickCount=4 if canvas.is_narrow else 8)
            return alt.X("s:Q", title=None, scale=scale, axis=axis)

        def here(is_last: bool) -> list[alt.Chart]:
            if not price:
                return []
            return [alt.Chart(canvas.rows([{"s": price}])).mark_rule(color=theme.KNOWN).encode(x=x(is_last))]

        kinds = {labels["calls"]: theme.COINS, labels["puts"]: theme.EVENT}
        bars = alt.Chart(canvas.rows(sides)).mark_bar(size=5 if canvas.is_narrow else 9, clip=True).encode(
            x=x(not told), y=theme.value_y(form="~s", zero=True), color=theme.colours(kinds)
        )  # fmt: skip
        panes = [canvas.pane(labels["pane_strikes"], 190, bars, canvas.level_at(0), *here(not told))]
        if told:
            line = alt.Chart(canvas.rows(told)).mark_line(point=theme.dots(theme.INK), color=theme.INK)
            y = theme.value_y("p", form=".0f", zero=True, domain=[0, 100])
            panes.append(canvas.pane(labels["pane_probability"], 110, line.encode(x=x(True), y=y), *here(True)))
        return theme.stack(*panes)

    return draw


_STRIKES = """
with snapshot as (
    select venue, snapshot_at, expiry_at from marts.fct_option_expiry_open_interest
    where asset = $asset and snapshot_at >= $from and snapshot_at <= least($to::timestamp, $until::timestamp)
    qualify row_number() over (order by snapshot_at desc, open_interest_coins desc, venue, expiry_at) = 1
)
select
    venue, snapshot_at, expiry_at, strike_price as strike, call_open_interest_coins as calls,
    put_open_interest_coins as puts, probability_below_ratio as p
from marts.fct_option_open_interest
inner join snapshot using (venue, snapshot_at, expiry_at)
where asset = $asset
order by strike
"""
_PRICE = """
select close_price_usd as price from marts.fct_price_composite_hourly
where asset = $asset and period_end_at <= $until and close_price_usd is not null
order by period_end_at desc
limit 1
"""
