"""What landed, as a person reads it: a table of the datasets that were asked, then what is wrong or worth knowing."""

from __future__ import annotations

from collections.abc import Mapping

from rich.markup import escape
from rich.table import Table

from ingestion.contract import load_contracts
from ingestion.places import Places
from orchestration.console import out
from orchestration.landing_log import Landing, load

NUMBERS = ("rows", "asked", "new", "restated", "quarantined", "missing days")
COLUMNS = ("dataset", "days", "rows", "asked", "new", "landed", "restated", "quarantined", "missing days")


def print_landings(places: Places, run_id: str, left_out: Mapping[str, str]) -> None:
    """The landings of a run, and what it left alone with the reason. left_out: dataset -> reason."""
    landings = [
        landing for dataset in load_contracts() if dataset.key not in left_out and (landing := load(dataset, places))
    ]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in NUMBERS else "left", overflow="fold")
    for one in landings:
        table.add_row(*_row(one, is_ours=one.run_id == run_id))
    out.print(table)
    for one in landings:
        _print_troubles(one)
    _print_left_out(left_out)


def _row(one: Landing, is_ours: bool) -> list[str]:
    return [
        one.dataset,
        f"{one.first_day} to {one.last_day}" if one.first_day else "-",
        f"{one.rows:,}",
        str(one.asked) if is_ours else "-",
        str(one.captured) if is_ours else "-",
        (_shortened(one.landed) or "nothing new") if is_ours else "not in this run",
        str(one.vintages),
        str(sum(one.quarantined.values())),
        str(len(one.missing_days)),
    ]


def _shortened(partitions: list[str]) -> str:
    if len(partitions) <= 3:
        return ", ".join(partitions)
    return f"{partitions[0]} … {partitions[-1]} ({len(partitions)})"


def _print_troubles(one: Landing) -> None:
    for text in one.failures[:2]:
        out.print(f"[yellow]no answer[/yellow]  {one.dataset}: {escape(text)}", soft_wrap=True)
    if len(one.failures) > 2:
        out.print(f"           … and {len(one.failures) - 2} more of {one.dataset}")
    for text in one.unreadable[:3]:
        out.print(f"[red]refused[/red]    {one.dataset}: {escape(text)}", soft_wrap=True)
    for reason, count in sorted(one.quarantined.items()):
        out.print(f"[yellow]put aside[/yellow]  {one.dataset}: {count} × {escape(reason)}", soft_wrap=True)
    if one.missing_days:
        out.print(f"[yellow]missing[/yellow]    {one.dataset}: {_shortened(one.missing_days)}")
    for day, count in list(one.partial_days.items())[:3]:
        out.print(f"[yellow]partial[/yellow]    {one.dataset}: {day} has {count} rows")
    if one.gone:
        out.print(f"gone       {one.dataset}: the source no longer gives {one.gone} of these days")
    for text in one.notices[:3]:
        out.print(f"note       {one.dataset}: {escape(text)}", soft_wrap=True)


def _print_left_out(left_out: Mapping[str, str]) -> None:
    by_reason: dict[str, list[str]] = {}
    for dataset, reason in left_out.items():
        by_reason.setdefault(reason, []).append(dataset)
    for reason, datasets in sorted(by_reason.items()):
        shown = ", ".join(datasets[:4]) + (f" and {len(datasets) - 4} more" if len(datasets) > 4 else "")
        out.print(f"not asked  {reason}: {shown}", soft_wrap=True)
