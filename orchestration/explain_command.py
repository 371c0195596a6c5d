"""`unwind explain`: what a published column is, how it is made, and from which captured answers."""

from __future__ import annotations

from rich.markup import escape

from ingestion.contract import Dataset, load_contracts
from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.catalog import Catalog, Column, Table
from orchestration.connect import open_release
from orchestration.console import out, told_plainly
from orchestration.facts_of_run import code_version
from orchestration.manifest import manifest_path
from orchestration.metric_cards import cards_of
from orchestration.release import current
from orchestration.run_facts import LIVE
from orchestration.shelf import LATEST
from orchestration.trace import (
    CaptureProof,
    NotPublished,
    captures_of,
    captures_of_row,
    find_column,
    find_row,
    models_behind,
)

SHOWN_CAPTURES = 5
INTACT = {True: "[green]bytes as hashed[/green]", False: "[red]bytes have changed[/red]", None: "bytes not kept here"}


@told_plainly
def explain(name: str, keys: list[str]) -> int:
    """Exit code 1 where something named is not in the release, or a captured answer has changed since."""
    published = Places(Settings().data_dir).published
    release = current(published)
    if release is None:
        raise NotPublished("no release yet; `unwind run` makes the first one")
    table, column = find_column(Catalog.from_json((published / LATEST / "catalog.json").read_bytes()).tables, name)
    out.print(f"release {release.release_id}, provenance at the weakest {release.provenance}\n")
    _tell_column(table, column)
    _tell_models(table, release.code_version)
    contracts = {(dataset.source, dataset.name): dataset for dataset in load_contracts()}
    places = Places(Settings().data_dir, None if release.scope == LIVE else release.scope.removeprefix("case:"))
    is_sound, silent = True, []
    with open_release(published / LATEST) as connection:
        row = find_row(connection, table, _pairs(keys)) if keys else None
        if row is not None:
            shown = [column.name] if column else list(table.column_names)
            out.print("\n[bold]this row[/bold]: " + ", ".join(f"{each}={row[each]}" for each in (*table.grain, *shown)))
        for source, dataset in table.upstream:
            known = captures_of(connection, source, dataset)
            contract = contracts.get((source, dataset))
            proofs = known
            if row is not None and contract is not None:
                proofs = list(captures_of_row(contract, places, table, row, known))
            if not proofs:
                silent.append(f"{source}/{dataset}")
                continue
            _tell_dataset(f"{source}/{dataset}", contract, proofs, len(known), row is not None)
            is_sound = is_sound and all(proof.is_intact is not False for proof in proofs)
    if silent:
        out.print(f"\nnothing {'about that day ' if row else ''}in: {', '.join(silent)}", soft_wrap=True)
    return 0 if is_sound else 1


def _tell_column(table: Table, column: Column | None) -> None:
    out.print(f"[bold]{table.full_name}[/bold]: {escape(table.description)}", soft_wrap=True)
    out.print(f"one row per {', '.join(table.grain)}", soft_wrap=True)
    for issue in table.known_issues:
        if column is None or column.name in (issue.columns or (column.name,)):
            days = f" ({issue.first or '…'} to {issue.last or '…'})" if issue.first or issue.last else ""
            out.print(f"known issue{days}: {escape(issue.why)}", soft_wrap=True)
    if column is None:
        return
    unit = f", {column.unit}" if column.unit else ""
    out.print(f"\n[bold]{column.name}[/bold] ({column.data_type}{unit}): {escape(column.description)}", soft_wrap=True)
    for card in cards_of(table):
        if card.column_name == column.name:
            for label, text in (("sign", card.sign), ("NULL", card.missing), ("method", card.method)):
                if text:
                    out.print(f"  {label}: {escape(text)}", soft_wrap=True)


def _tell_models(table: Table, made_by: str) -> None:
    models = models_behind(table, manifest_path())
    out.print(f"\n[bold]made by[/bold] {len(models)} models, in this order")
    if made_by != code_version():
        out.print("  (as the code stands here, which is not the code that made the release)")
    for model in models:
        sentence = escape(model.description.split(". ")[0])
        out.print(f"  {model.layer}.{model.name}  [dim]{model.file}[/dim]  {sentence}", soft_wrap=True)


def _tell_dataset(
    key: str, contract: Dataset | None, proofs: list[CaptureProof], count: int, is_followed: bool
) -> None:
    out.print(f"\n[bold]raw/{key}[/bold], {len(proofs)} of {count} captures")
    if contract is not None:
        fields = ", ".join(f"{one.name}{f' [{one.unit}]' if one.unit else ''}" for one in contract.columns)
        out.print(f"  {escape(contract.description)}", soft_wrap=True)
        out.print(f"  fields: {escape(fields)}", soft_wrap=True)
        out.print(f"  terms: {contract.licence}, {contract.attribution}", soft_wrap=True)
    for proof in proofs[-SHOWN_CAPTURES:]:
        out.print(f"  {proof.received_at:%Y-%m-%d %H:%MZ} {escape(proof.url)}", soft_wrap=True)
        state = f", {INTACT[proof.is_intact]}" if is_followed else ""
        counted = f"{proof.rows_count:,} rows, {proof.provenance}{state}"
        out.print(f"    sha256 {proof.body_sha256}, {counted}", soft_wrap=True)


def _pairs(keys: list[str]) -> dict[str, str]:
    pairs = dict(key.partition("=")[::2] for key in keys)
    if bad := [key for key in keys if "=" not in key]:
        raise NotPublished(f"--row takes key=value, not {', '.join(bad)}")
    return pairs
