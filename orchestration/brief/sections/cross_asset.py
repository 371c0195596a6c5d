"""Other markets at their own closes: how far they moved beside bitcoin, and how closely, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import altair as alt

from orchestration.brief import theme
from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Draw, Figure, Grid, Section, said

TABLES = ("fct_asset_session_return", "fct_cross_asset_correlation_daily")
NEEDS = TABLES[:1]
SESSIONS = 60
NAMES = 92
# The order of a reader, not of the alphabet: shares, their fear, metals, the dollar, yields.
MARKETS = ("SPX", "IXIC", "DJI", "SOX", "VIX", "XAU", "XAG", "DXY", "DXY_PROXY", "UST2Y", "UST10Y", "UST30Y", "TIPS10Y")


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """Moves of the window's sessions, and correlations before them and with them."""
    moves = release.rows(_MOVES, markets=list(MARKETS), **focus.values)
    links = (
        release.rows(_CORRELATIONS, sessions=SESSIONS, markets=list(MARKETS), **focus.values)
        if release.has("fct_cross_asset_correlation_daily")
        else []
    )
    if not moves and not links:
        return Section("cross_asset", TABLES, absent=said("absent.window"))
    finding = []
    if links:
        closest = max(links, key=lambda row: (row["is_after"], abs(row["r"])))
        clear = sum(row["is_after"] and row["low"] * row["high"] > 0 for row in links)
        finding.append(
            said(
                "cross_asset.closest",
                asset=Figure(closest["asset"], "label"), r=closest["r"], low=closest["low"], high=closest["high"],
                sessions=SESSIONS, clear=clear, assets=sum(row["is_after"] for row in links),
            )
        )  # fmt: skip
        jumps = [row["asset"] for row in links if row["is_after"] and row["is_regime_change"]]
        if jumps:
            listed = [Figure(asset, "label") for asset in jumps]
            finding.append(said("cross_asset.regime", assets=listed))
        else:
            finding.append(said("cross_asset.no_regime"))
    rated = [row for row in moves if row["bps"] is not None]
    grid = Grid(
        ("market", "session", "change", "bitcoin"),
        [
            (
                Figure(row["asset"], "label"),
                Figure(row["session_date"], "day"),
                Figure(row["bps"], "bps"),
                Figure(row["bitcoin"], "change"),
            )
            for row in rated
        ],
        title=said("cross_asset.yields"),
    )
    priced = [row for row in moves if row["v"] is not None]
    return Section(
        "cross_asset",
        TABLES,
        finding=tuple(finding),
        draw=_draw(priced, links, labels),
        grids=(grid,) if rated else (),
        notes=(said("cross_asset.closes"),),
    )


def _draw(moves: list[Row], links: list[Row], labels: Mapping[str, str]) -> Draw:
    def named(asset: str) -> str:
        return labels.get(asset, asset)

    days = sorted({f"{row['session_date']:%m-%d}" for row in moves})[-2:]
    # Bitcoin between the same closes; that of the last market of a day stands for all.
    beside = {f"{row['session_date']:%m-%d}": row["bitcoin"] for row in moves if row["bitcoin"] is not None}
    dots = [{"a": labels["BTC"], "v": ratio * 100, "k": day} for day, ratio in beside.items()]
    dots += [{"a": named(row["asset"]), "v": row["v"] * 100, "k": f"{row['session_date']:%m-%d}"} for row in moves]
    dots = [row for row in dots if row["k"] in days]
    intervals = [
        {
            "a": named(row["asset"]), "r": row["r"], "low": row["low"], "high": row["high"],
            "k": labels["with_the_event" if row["is_after"] else "before_it"],
        }
        for row in links
    ]  # fmt: skip

    def draw(canvas: theme.Canvas) -> alt.VConcatChart:
        panes = []
        if dots:
            shades = dict(zip(days, (theme.USD, theme.INK)[-len(days) :], strict=True))
            order = _ordered(row["a"] for row in dots)
            x = alt.X("v:Q", title=None, axis=alt.Axis(format="+.0f", tickCount=5 if canvas.is_narrow else 9))
            points = alt.Chart(canvas.rows(dots)).mark_point(filled=True, size=60, opacity=1)
            zero = alt.Chart(canvas.rows([{"v": 0}])).mark_rule(color=theme.SOFT).encode(x=x)
            drawn = points.encode(x=x, y=_names(order), color=theme.colours(shades))
            panes.append(canvas.pane(labels["pane_moves"], 19 * len(order), zero, drawn, left=NAMES))
        if intervals:
            times = {labels["before_it"]: theme.USD, labels["with_the_event"]: theme.COINS}
            order = _ordered(row["a"] for row in intervals)
            rows = canvas.rows(intervals)
            scale = alt.Scale(domain=[-1, 1])
            x = alt.X("low:Q", title=None, scale=scale, axis=alt.Axis(format="+.1f", values=[-1, -0.5, 0, 0.5, 1]))
            offset = alt.YOffset("k:N", scale=alt.Scale(domain=list(times)))
            spans = alt.Chart(rows).mark_rule(strokeWidth=2).encode(
                x=x, x2="high:Q", y=_names(order), yOffset=offset, color=theme.colours(times, legend=False)
            )  # fmt: skip
            middles = alt.Chart(rows).mark_point(filled=True, size=45, opacity=1).encode(
                x=alt.X("r:Q"), y=_names(order), yOffset=offset, color=theme.colours(times)
            )  # fmt: skip
            zero = alt.Chart(canvas.rows([{"low": 0}])).mark_rule(color=theme.SOFT).encode(x=x)
            panes.append(canvas.pane(labels["pane_correlations"], 26 * len(order), zero, spans, middles, left=NAMES))
        return theme.stack(*panes)

    return draw


def _ordered(names: Iterable[str]) -> list[str]:
    """Each once, in the order in which the rows came: that of `MARKETS`."""
    return list(dict.fromkeys(names))


def _names(order: list[str]) -> alt.Y:
    axis = alt.Axis(minExtent=NAMES, maxExtent=NAMES, labelLimit=NAMES, domain=False, ticks=False, grid=False)
    return alt.Y("a:N", title=None, sort=order, axis=axis)


# One venue a market, and indices, spot and futures before the funds that imitate them.
_MOVES = """
with best as (
    select asset, arg_min(venue, (-rows_count, venue)) as venue
    from (
        select asset, venue, count(*) as rows_count from marts.fct_asset_session_return
        where instrument_kind <> 'etf' group by asset, venue
    )
    group by asset
)
select session_date, asset, return_ratio as v, change_bps as bps, bitcoin_return_ratio as bitcoin
from marts.fct_asset_session_return
inner join best using (asset, venue)
where close_at > $from and close_at <= $to + interval 1 hour
order by coalesce(list_position($markets, asset), 99), asset, session_date
"""
# The last session before the window, and the last one in it.
_CORRELATIONS = """
with best as (
    select asset, arg_min(venue, (-rows_count, venue)) as venue
    from (
        select asset, venue, count(*) as rows_count from marts.fct_asset_session_return
        where instrument_kind <> 'etf' group by asset, venue
    )
    group by asset
),
known as (
    select *, close_at > $from as is_after from marts.fct_cross_asset_correlation_daily
    inner join best using (asset, venue)
    where against_asset = $asset and window_sessions_count = $sessions and close_at <= $to + interval 1 hour
        and close_at > $from - interval 5 day
        and pearson_ratio is not null and pearson_low_ratio is not null
)
select asset, is_after, pearson_ratio as r, pearson_low_ratio as low, pearson_high_ratio as high, is_regime_change
from known
qualify row_number() over (partition by asset, is_after order by session_date desc) = 1
order by coalesce(list_position($markets, asset), 99), asset, is_after
"""
