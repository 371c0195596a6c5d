"""`unwind releases` and `unwind rollback`: the shelf, what stays on it, and going back on it."""

from __future__ import annotations

from rich.table import Table

from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.console import out, told_plainly
from orchestration.release import list_releases, pin, rollback


@told_plainly
def show() -> int:
    """List what is kept, newest first, the current one marked."""
    shelf = list_releases(Places(Settings().data_dir).published)
    if not shelf:
        out.print("no release yet; `unwind run` makes the first one")
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "release", "scope", "as of", "published", "provenance", "rows", "degraded", "pinned"):
        table.add_column(name, justify="right" if name == "rows" else "left", no_wrap=True)
    for one in shelf:
        release = one.manifest
        table.add_row(
            "→" if one.is_current else "",
            release.release_id,
            release.scope,
            f"{release.as_of_at:%Y-%m-%d %H:%MZ}",
            f"{one.published_at:%Y-%m-%d %H:%MZ}" if one.published_at else "-",
            release.provenance,
            f"{release.rows_count:,}",
            "yes" if release.is_degraded else "no",
            "yes" if one.is_pinned else "",
        )
    out.print(table)
    return 0


@told_plainly
def go_back(release_id: str | None) -> int:
    """Point readers to an earlier release whose files are still what was audited."""
    target = rollback(Places(Settings().data_dir).published, release_id)
    out.print(f"readers see release [bold]{target}[/bold] again; `unwind run` publishes forward from here")
    return 0


@told_plainly
def set_pin(release_id: str, is_pinned: bool) -> int:
    """Keep a release for good, or no longer."""
    pin(Places(Settings().data_dir).published, release_id, is_pinned)
    told = "is kept until it is unpinned" if is_pinned else "goes when newer releases need its place"
    out.print(f"release [bold]{release_id}[/bold] {told}")
    return 0
