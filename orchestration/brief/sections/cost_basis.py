"""At which prices coins last moved, near the price of the day, with the dense zones that the models found."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from orchestration.brief import theme
from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Draw, Figure, Grid, Section, said

TABLES = ("fct_cost_basis_distribution", "fct_cost_basis_cluster")
NEEDS = TABLES[:1]
COHORTS = ("all", "sth")
# Steps of price further away than this say nothing about who is under water today.
FROM_RATIO, TO_RATIO = 0.6, 1.6


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """The distribution at the end of the window."""
    steps = release.rows(_STEPS, **focus.values)
    if not steps:
        return Section("cost_basis", TABLES, absent=said("absent.window"))
    clusters = release.rows(_CLUSTERS, **focus.values) if release.has("fct_cost_basis_cluster") else []
    price = next((row["price_usd"] for row in clusters), None)
    near = [row for row in clusters if price and FROM_RATIO * price < row["high"] and row["low"] < TO_RATIO * price]
    finding = []
    if price:
        below = sum(row["v"] for row in steps if row["cohort"] == "all" and row["low"] >= price)
        total = sum(row["v"] for row in steps if row["cohort"] == "all")
        if total:
            finding.append(said("cost_basis.above", day=steps[0]["observed_date"], price=price, share=below / total))
        inside = [row for row in near if row["position"] == "inside"]
        finding += [
            said(
                "cost_basis.inside",
                low=row["low"], high=row["high"], cohort=said(f"cohort.{row['cohort']}"),
                share=row["share"], added=row["added"],
            )
            for row in inside
        ] or [said("cost_basis.outside")]  # fmt: skip
    grid = Grid(
        ("holders", "zone", "coins", "share", "added_7d", "price_is"),
        [
            (
                Figure(row["cohort"], "label"),
                said("from_to", low=row["low"], high=row["high"]),
                Figure(row["supply"], "coins"), Figure(row["share"], "pct"), Figure(row["added"], "signed_coins"),
                Figure(row["position"], "label"),
            )
            for row in near
        ],
        title=said("cost_basis.grid"),
    )  # fmt: skip
    return Section(
        "cost_basis",
        TABLES,
        finding=tuple(finding),
        draw=_draw(steps, near, price, labels),
        grids=(grid,) if near else (),
        notes=(said("cost_basis.raw"),),
    )


def _draw(steps: list[Row], clusters: list[Row], price: float | None, labels: Mapping[str, str]) -> Draw:
    low, high = (FROM_RATIO * price, TO_RATIO * price) if price else (0.0, max(row["high"] for row in steps))
    scale = alt.Scale(domain=[low, high], nice=False)

    def draw(canvas: theme.Canvas) -> alt.VConcatChart:
        panes = []
        for cohort in COHORTS:
            ours = [
                {"low": row["low"], "high": row["high"], "v": row["v"] / 1e3}
                for row in steps
                if row["cohort"] == cohort and row["low"] >= low and row["high"] <= high
            ]
            if not ours:
                continue
            axis = alt.Axis(format="~s", labels=cohort == COHORTS[-1], tickCount=4 if canvas.is_narrow else 8)
            x = alt.X("low:Q", title=None, scale=scale, axis=axis)
            zones = [row for row in clusters if row["cohort"] == cohort]
            layers = []
            if zones:
                layers.append(
                    alt.Chart(canvas.rows([{"low": row["low"], "high": row["high"]} for row in zones]))
                    .mark_rect(color="#fbe9cf", clip=True)
                    .encode(x=x, x2="high:Q")
                )
            bars = alt.Chart(canvas.rows(ours)).mark_bar(color=theme.COINS, clip=True)
            layers.append(bars.encode(x=x, x2="high:Q", y=theme.value_y(form="~s", zero=True), y2=alt.datum(0)))
            if price:
                here = alt.Chart(canvas.rows([{"low": price, "text": labels["price_then"]}]))
                layers.append(here.mark_rule(color=theme.KNOWN, strokeWidth=1.5).encode(x=x))
                layers.append(
                    here.mark_text(align="left", baseline="top", dx=4, color=theme.KNOWN, fontSize=11).encode(
                        x=x, y=alt.value(0), text="text:N"
                    )
                )
            panes.append(canvas.pane(labels[f"pane_cohort_{cohort}"], 130, *layers))
        return theme.stack(*panes)

    return draw


_LAST = """
    select max(observed_date) from marts.fct_cost_basis_distribution
    where asset = $asset and observed_date >= $from and observed_date < $to
"""
# The vendor's where there are both, as its zones are drawn over it; one's own set otherwise.
_STEPS = f"""
select observed_date, cohort, price_floor_usd as low, price_ceiling_usd as high, supply_coins as v
from marts.fct_cost_basis_distribution
where asset = $asset and observed_date >= $from and observed_date < $to and observed_date = ({_LAST})
qualify dense_rank() over (order by supply_source = 'utxo.unspent_outputs') = 1
order by cohort, low
"""
_CLUSTERS = f"""
select
    cohort, price_floor_usd as low, price_ceiling_usd as high, supply_coins as supply, share_ratio as share,
    added_7d_coins as added, price_position as position, price_usd
from marts.fct_cost_basis_cluster
where asset = $asset and observed_date >= $from and observed_date < $to and observed_date = ({_LAST})
order by cohort, low
"""
