"""The `unwind` command: what a person types, and what they are told. Every decision is made elsewhere.

Heavy packages are imported inside the commands, so that `unwind --help` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="An open warehouse for market stress in crypto: what was forced, what was bought, what was known when.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
DayOption = Annotated[str | None, typer.Option(metavar="DATE", help="UTC day, e.g. 2026-02-05.")]


@app.command()
def run(
    case: Annotated[str | None, typer.Option(help="Bundled case to replay, offline (default: feb_2026).")] = None,
    live: Annotated[bool, typer.Option("--live", help="Ask the real sources instead of a bundled case.")] = False,
    from_: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First UTC day to land.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last UTC day to land.")] = None,
    as_of: Annotated[
        list[str] | None,
        typer.Option(metavar="T", help="Also keep the marts as they stood at this UTC moment (repeatable)."),
    ] = None,
    replace_live: Annotated[bool, typer.Option(help="Let a bundled case take the place of a live release.")] = False,
) -> None:
    """Land, build, audit and publish a release."""
    from orchestration.run_command import execute

    raise typer.Exit(execute(case, live, from_, to, as_of or [], replace_live))


@app.command()
def status() -> None:
    """What is landed, what is published, and what is wrong with either."""
    from orchestration.status_command import show

    raise typer.Exit(show())


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT, in DuckDB's SQL.")],
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
) -> None:
    """Ask the current release, read-only and without access to anything else on this machine."""
    from orchestration.sql_command import ask

    raise typer.Exit(ask(query, csv))


@app.command()
def claims(
    as_of: Annotated[
        str | None, typer.Option(metavar="T", help="Verdicts as of this UTC moment (default: the release's own).")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="VERDICT", help="Only these, e.g. contradicted.")] = None,
) -> None:
    """Show what became of the claims of an article: claimed, as it stood, as it ended, and why."""
    from orchestration.claims_command import show

    raise typer.Exit(show(as_of, only))


@app.command()
def brief(
    open_: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    lang: Annotated[str, typer.Option(metavar="en|zh", help="Language of the page.")] = "en",
    png: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Draw the charts anew as PNG into this folder.")
    ] = None,
) -> None:
    """Where the brief of the current release is: what was forced, what was bought, what is not identified."""
    from orchestration.brief_command import show

    raise typer.Exit(show(open_, lang, png))


shelf = typer.Typer(help="List the releases that are kept, newest first; pin what must stay.")
app.add_typer(shelf, name="releases")
ReleaseArgument = Annotated[str, typer.Argument(metavar="RELEASE", help="As `unwind releases` lists it.")]


@shelf.callback(invoke_without_command=True)
def releases(context: typer.Context) -> None:
    """List the releases that are kept, newest first; pin what must stay."""
    if context.invoked_subcommand is None:
        from orchestration.releases_command import show

        raise typer.Exit(show())


@shelf.command()
def pin(release_id: ReleaseArgument) -> None:
    """Never delete this release to make room for others."""
    from orchestration.releases_command import set_pin

    raise typer.Exit(set_pin(release_id, True))


@shelf.command()
def unpin(release_id: ReleaseArgument) -> None:
    """Let a pinned release go with the others again."""
    from orchestration.releases_command import set_pin

    raise typer.Exit(set_pin(release_id, False))


@app.command()
def diff(
    old: Annotated[str | None, typer.Argument(help="Release to compare with (default: the one before).")] = None,
    new: Annotated[str | None, typer.Argument(help="Release to look at (default: the current one).")] = None,
    table: Annotated[list[str] | None, typer.Option(help="Only this table (repeatable).")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows shown of each table.")] = 5,
    csv: Annotated[bool, typer.Option("--csv", help="Print every changed value as CSV.")] = False,
) -> None:
    """Show which rows another release adds, drops or changes, with old and new values."""
    from orchestration.diff_command import diff as compare

    raise typer.Exit(compare(old, new, table or [], limit, csv))


@app.command()
def export(
    table: Annotated[list[str] | None, typer.Argument(help="Tables, e.g. fct_price_daily (default: all).")] = None,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the files go.")] = Path("unwind_export"),
    query: Annotated[str | None, typer.Option(help="One SELECT instead of tables.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="A CSV file each (the default).")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="A Parquet file each.")] = False,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="One workbook, a sheet each, descriptions as notes.")] = False,
    open_only: Annotated[bool, typer.Option("--open-only", help="Only what may be passed on.")] = False,
) -> None:
    """Write tables or an answer of the current release to files."""
    from orchestration.export_command import export as write

    formats = [name for name, wanted in (("csv", csv), ("parquet", parquet), ("xlsx", xlsx)) if wanted]
    raise typer.Exit(write(table or [], query, to, formats or ["csv"], open_only))


@app.command()
def explain(
    column: Annotated[str, typer.Argument(metavar="[SCHEMA.]TABLE[.COLUMN]", help="What to explain.")],
    row: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Follow this row to its captures (repeatable).")
    ] = None,
) -> None:
    """Walk from a published column to its models, raw datasets, and the captured answers with their hashes."""
    from orchestration.explain_command import explain as walk

    raise typer.Exit(walk(column, row or []))


@app.command()
def rollback(
    release_id: Annotated[str | None, typer.Argument(help="Release to go back to (default: the one before).")] = None,
) -> None:
    """Make an earlier release the current one again."""
    from orchestration.releases_command import go_back

    raise typer.Exit(go_back(release_id))


@app.command()
def probe(
    only: Annotated[list[str] | None, typer.Argument(help="Sources or datasets (default: all).")] = None,
) -> None:
    """Ask every configured endpoint once: status, shape against its contract, latency, remaining quota."""
    from orchestration.probe_command import probe as ask

    raise typer.Exit(ask(only or []))


@app.command()
def backfill(
    from_: Annotated[str, typer.Option("--from", metavar="DATE", help="First UTC day to land.")],
    to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last UTC day (default: yesterday).")] = None,
) -> None:
    """Land what history the sources still give, and say per dataset what is gone for good."""
    from orchestration.run_command import backfill as fill

    raise typer.Exit(fill(from_, to))


@app.command()
def reparse(
    dataset: Annotated[list[str] | None, typer.Option(help="As source/name (repeatable; default: all).")] = None,
    case: Annotated[str | None, typer.Option(help="Of a bundled case instead of live data.")] = None,
) -> None:
    """Make raw anew from the captured answers alone, with no network and to the same content."""
    from orchestration.reparse_command import reparse as make_anew

    raise typer.Exit(make_anew(dataset or [], case))


@app.command()
def alerts(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be told, and tell nobody.")] = False,
) -> None:
    """Tell what is new: late or blocked sources, refused or degraded releases, conditions that flipped."""
    from orchestration.alerts_command import tell

    raise typer.Exit(tell(dry_run))


@app.command()
def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Also hash every captured answer anew, which takes a while.")
    ] = False,
) -> None:
    """Check this installation and its data: versions, links, checksums, leftovers, keys, disk, clock."""
    from orchestration.doctor import examine

    raise typer.Exit(examine(deep))


@app.command()
def ui(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000,
) -> None:
    """Open the Dagster UI at 127.0.0.1, with schedules and runs of this data folder."""
    import os
    import sys

    from ingestion.settings import Settings
    from orchestration.instance import dagster_home

    dagster_home(Settings())
    dagster = Path(sys.executable).with_name("dagster")
    command = [str(dagster), "dev", "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", str(port)]
    os.execv(dagster, command)  # noqa: S606


if __name__ == "__main__":
    app()
