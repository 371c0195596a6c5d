"""`unwind status`: what is landed, what is published, and what is wrong with either."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from ingestion.contract import load_contracts
from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.console import out, told_plainly
from orchestration.landing_log import Landing, load
from orchestration.release import current


@told_plainly
def show() -> int:
    """Exit code 0 with a release, 1 before the first."""
    settings = Settings()
    published = Places(settings.data_dir).published
    release = current(published)
    if release is None:
        out.print(f"no release under {published} yet; `unwind run` makes the first one", soft_wrap=True)
    else:
        out.print(f"release    [bold]{release.release_id}[/bold] ({release.scope}, {release.provenance})")
        out.print(f"answers as of {release.as_of_at:%Y-%m-%d %H:%MZ}, made {release.created_at:%Y-%m-%d %H:%MZ}")
        out.print(f"{len(release.tables)} tables, {release.rows_count:,} rows in the marts")
        for reason in release.degraded_reasons:
            out.print(f"[yellow]degraded[/yellow]   {escape(reason)}", soft_wrap=True)
    places = [Places(settings.data_dir), *_cases(settings)]
    for one in places:
        landings = [landing for dataset in load_contracts() if (landing := load(dataset, one))]
        if landings:
            out.print()
            out.print(_table(one, landings))
    return 0 if release else 1


def _cases(settings: Settings) -> list[Places]:
    return [Places(settings.data_dir, folder.name) for folder in sorted((settings.data_dir / "cases").glob("*"))]


def _table(places: Places, landings: list[Landing]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title=places.scope, title_justify="left")
    for name in ("dataset", "first day", "last day", "rows", "last landing", "trouble"):
        table.add_column(name, justify="right" if name == "rows" else "left", no_wrap=name != "trouble")
    for one in landings:
        trouble = [f"{len(one.failures)} unanswered"] if one.failures else []
        trouble += [f"{len(one.unreadable)} refused"] if one.unreadable else []
        trouble += [f"{sum(one.quarantined.values())} rows put aside"] if one.quarantined else []
        trouble += [f"{len(one.missing_days)} days missing"] if one.missing_days else []
        table.add_row(
            one.dataset,
            one.first_day or "-",
            one.last_day or "-",
            f"{one.rows:,}",
            one.at[:16].replace("T", " "),
            ", ".join(trouble) or "none",
        )
    return table
