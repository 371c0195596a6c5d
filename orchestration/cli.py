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
def releases() -> None:
    """List the releases that are kept, newest first."""
    from orchestration.releases_command import show

    raise typer.Exit(show())


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
def doctor() -> None:
    """Check this installation and its data: versions, links, checksums, leftovers, disk, clock."""
    from orchestration.doctor import examine

    raise typer.Exit(examine())


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
