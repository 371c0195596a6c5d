"""`unwind run`: turn what was typed into a run, show how far it is, and close with a summary."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from time import monotonic

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from ingestion.cases.case import load_case
from ingestion.clock import run_clock
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window
from orchestration import progress
from orchestration.console import err, out, told_plainly
from orchestration.landing_summary import print_landings
from orchestration.left_out import left_out
from orchestration.release import current
from orchestration.run_job import LANDING, RELEASE, RunOutcome, run_job
from orchestration.run_scope import asof_schema, parse_day, parse_instant

DEFAULT_CASE = "feb_2026"
# As far back as a replaced file is still looked for.
DEFAULT_DAYS = 35


@told_plainly
def execute(
    case: str | None, live: bool, first: str | None, last: str | None, as_of: list[str], replaces_live: bool
) -> int:
    """Exit code: 0 published or nothing new, 1 not published."""
    if live and case:
        raise ValueError("--case and --live exclude each other: a case is replayed, live data are asked for")
    if not live and (first or last):
        raise ValueError("--from and --to need --live: a case is replayed as a whole")
    settings = Settings()
    places = Places(settings.data_dir, None if live else case or DEFAULT_CASE)
    window = _window(settings, places, first, last)
    instants = [parse_instant(text) for text in as_of]
    out.print(f"[bold]unwind[/bold] {places.scope}, {window.first} to {window.last}")
    before = _current_id(places)
    started = monotonic()
    outcome = _with_progress(settings, places, window, instants, replaces_live)
    after = _current_id(places)
    print_landings(places, outcome.run_id, left_out(places, settings))
    if places.case:
        instants = [*load_case(places.case).instants, *instants]
    _print_end(places, outcome, before, after, instants, monotonic() - started)
    return 0 if outcome.success else 1


@told_plainly
def backfill(first: str, last: str | None) -> int:
    """Land history and publish nothing; exit code 1 when an answer could not be landed."""
    settings = Settings()
    places = Places(settings.data_dir)
    window = _window(settings, places, first, last)
    out.print(f"[bold]unwind backfill[/bold], {window.first} to {window.last}")
    started = monotonic()
    outcome = _with_progress(settings, places, window, [], replaces_live=False, job=LANDING)
    print_landings(places, outcome.run_id, left_out(places, settings))
    for text in (*outcome.refused, *outcome.errors):
        out.print(f"[red]stopped[/red]    {escape(text)}", soft_wrap=True)
    out.print(f"{monotonic() - started:.1f} s; publish what was landed with: {sys.argv[0]} run --live")
    return 0 if outcome.success else 1


def _current_id(places: Places) -> str | None:
    release = current(places.published)
    return release.release_id if release else None


def _window(settings: Settings, places: Places, first: str | None, last: str | None) -> Window:
    if places.case:
        return load_case(places.case).window
    yesterday = run_clock(settings).date() - timedelta(days=1)
    end = parse_day(last) if last else yesterday
    whole = Window(end - timedelta(days=DEFAULT_DAYS - 1), end)
    return Window(parse_day(first) if first else whole.first, parse_day(last) if last else whole.last)


def _with_progress(
    settings: Settings,
    places: Places,
    window: Window,
    instants: list[datetime],
    replaces_live: bool,
    job: str = RELEASE,
) -> RunOutcome:
    columns = (TextColumn("{task.description:<40}"), BarColumn(30), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, TaskID] = {}
        rest = bars.add_task("build, audit, publish" if job == RELEASE else "land", total=None)

        def heard(what: str, done: int, total: int) -> None:
            # Only what is being asked for has a bar: a finished one makes room for the next.
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total, visible=done < total)

        with progress.listening(heard):
            outcome = run_job(settings, places, window, instants, replaces_live, job)
        bars.remove_task(rest)
        return outcome


def _print_end(
    places: Places,
    outcome: RunOutcome,
    before: str | None,
    after: str | None,
    instants: list[datetime],
    seconds: float,
) -> None:
    counts = f"{outcome.checks_passed} checks passed, {outcome.checks_warned} warned, {outcome.checks_failed} failed"
    out.print(f"{counts}; {seconds:.1f} s")
    database = places.published / "unwind.duckdb"
    if not outcome.success:
        for refused in outcome.refused:
            out.print(f"[red]failed[/red]     {escape(refused)}", soft_wrap=True)
        for error in outcome.errors:
            out.print(f"[red]stopped[/red]    {escape(error)}", soft_wrap=True)
        kept = f"the current release stays: {after}" if after else "there is no release yet"
        out.print(f"[red]not published[/red]; {kept}")
        for page in sorted((places.published / "rejected").glob(f"*-{outcome.run_id[:8]}/quality.html")):
            out.print(f"the refused candidate: {page}", soft_wrap=True)
    elif after == before:
        out.print(f"nothing new: release {after} stays")
    else:
        out.print(f"[green]published[/green] release [bold]{after}[/bold]")
        for moment in instants:
            out.print(f"           the marts as of {moment:%Y-%m-%d %H:%MZ}: schema {asof_schema(moment)}")
    if after:
        out.print(
            f'query it:  {sys.argv[0]} sql "from marts.fct_price_daily"   or   duckdb -readonly {database}',
            soft_wrap=True,
        )
        out.print(f"brief:     {places.published / 'latest' / 'brief.html'}", soft_wrap=True)
        out.print(f"quality:   {places.published / 'latest' / 'quality.html'}", soft_wrap=True)
