"""Gathers what a run knows about itself from its landings and raw files, for `meta.*` and the manifest."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.metadata import version

import polars as pl

from ingestion.capture import CaptureStore
from ingestion.contract import Dataset, load_contracts
from ingestion.events import answers_of
from ingestion.landing import INPUTS
from ingestion.places import Places
from ingestion.settings import PROJECT, Settings
from ingestion.windows import Window
from orchestration.catalog import Catalog, read_catalog
from orchestration.landing_log import Landing, degraded_reasons, load
from orchestration.left_out import left_out
from orchestration.manifest import project_digest
from orchestration.run_facts import CaptureFact, DatasetFact, LicenceFact, RunFacts
from orchestration.warehouse import WarehouseBuild


@cache
def code_version() -> str:
    """Version of the package, with a hash of its models and parsers: two runs by the same code say the same here."""
    digest = hashlib.sha256(project_digest().encode())
    for path in sorted((PROJECT / "ingestion").rglob("*.py")):
        digest.update(path.read_bytes())
    return f"{version('unwind')}+{digest.hexdigest()[:12]}"


def gather(places: Places, build: WarehouseBuild, window: Window, release_id: str) -> RunFacts:
    """Everything `meta` needs that cannot be read off the marts."""
    unasked = left_out(places, Settings())
    landings = [landing for landing in _landings(places) if landing.dataset not in unasked]
    degraded = {landing.dataset for landing in landings if landing.failures or landing.missing_days}
    captures: list[CaptureFact] = []
    datasets: list[DatasetFact] = []
    for dataset in load_contracts():
        rows = _rows(dataset, places)
        index = CaptureStore(places.capture).index(dataset.source, dataset.name)
        captures += _captures(dataset, index, rows)
        newest = pl.col("event", "known_at").max()
        event, known, count = rows.select(newest, pl.col("rows_count").sum()).row(0)
        at_midnight = isinstance(event, date) and not isinstance(event, datetime)
        datasets.append(
            DatasetFact(
                source=dataset.source,
                dataset=dataset.name,
                newest_event_at=datetime.combine(event, time()) if at_midnight else event,
                newest_known_at=known,
                fetched_at=index["received_at"].to_list()[-1] if index.height else None,
                rows_count=count,
                is_degraded=dataset.key in degraded,
                not_asked=unasked.get(dataset.key),
            )
        )
    return RunFacts(
        release_id=release_id,
        created_at=datetime.now(UTC).replace(tzinfo=None),
        as_of_at=build.as_of,
        scope=places.scope,
        window_from=window.first,
        window_to=window.last,
        code_version=code_version(),
        instants=tuple(build.instants),
        degraded_reasons=tuple(degraded_reasons(landings, _fed_by(read_catalog(build.manifest)))),
        captures=tuple(captures),
        datasets=tuple(datasets),
        licences=tuple(_licence(dataset) for dataset in load_contracts()),
    )


def _fed_by(catalog: Catalog) -> dict[str, list[str]]:
    """Dataset -> the published tables made from it."""
    fed: dict[str, list[str]] = {}
    for table in catalog.tables:
        for source, name in table.upstream:
            fed.setdefault(f"{source}/{name}", []).append(table.full_name)
    return fed


def inputs_key(places: Places, as_of: datetime, instants: list[datetime], rule_set: str) -> str:
    """One hash over all that a release is a function of: raw, models, rules, brief, moments, and what degraded it."""
    digest = hashlib.sha256()
    for path in sorted((PROJECT / "orchestration" / "brief").rglob("*")):
        if path.suffix in (".py", ".yml", ".j2"):
            digest.update(path.read_bytes())
    # Whatever changes with time alone, a session becoming final or missing, changes at a whole hour.
    hour = as_of.replace(minute=0, second=0, microsecond=0)
    for part in (code_version(), rule_set, hour.isoformat(), *(moment.isoformat() for moment in instants)):
        digest.update(part.encode() + b"|")
    for path in sorted(places.raw.glob("*/*/*.parquet")):
        if path.stem == "schema":  # follows from the contracts, and appears when somebody first looks
            continue
        metadata = pl.read_parquet_metadata(path)
        digest.update(f"{path.relative_to(places.raw)}|{metadata.get(INPUTS.decode(), '')}|".encode())
    unasked = left_out(places, Settings())
    digest.update(repr(sorted(unasked.items())).encode())
    for landing in _landings(places):
        if landing.dataset in unasked:
            continue
        digest.update(repr((landing.dataset, landing.failures, landing.missing_days)).encode())
    return digest.hexdigest()


def _landings(places: Places) -> list[Landing]:
    return [landing for dataset in load_contracts() if (landing := load(dataset, places))]


def _rows(dataset: Dataset, places: Places) -> pl.DataFrame:
    """Rows of raw by capture: capture_id, rows_count, the last event and the last known_at."""
    if dataset.is_events:
        answers = [answer for _, found in answers_of(places.raw, dataset) for answer in found]
        return pl.DataFrame(
            [(answer.capture_id, answer.rows, answer.last_at, answer.known_at) for answer in answers],
            schema={
                "capture_id": pl.String,
                "rows_count": pl.UInt32,
                "event": pl.Datetime("us"),
                "known_at": pl.Datetime("us"),
            },
            orient="row",
        )
    columns = [dataset.event_time, "known_at", "_capture_id"]
    files = sorted((places.raw / dataset.source / dataset.name).glob("*.parquet"))
    rows = pl.concat([pl.read_parquet(path, columns=columns) for path in files])
    return rows.group_by(pl.col("_capture_id").alias("capture_id")).agg(
        pl.len().alias("rows_count"), pl.col(dataset.event_time).max().alias("event"), pl.col("known_at").max()
    )


def _captures(dataset: Dataset, index: pl.DataFrame, rows: pl.DataFrame) -> list[CaptureFact]:
    """The captures that rows of the release come from, with how many."""
    wanted = ["capture_id", "url", "received_at", "body_sha256", "provenance", "rows_count"]
    found = index.join(rows, on="capture_id").sort("received_at", "url", "capture_id").select(wanted)
    return [CaptureFact(dataset.source, dataset.name, **row) for row in found.iter_rows(named=True)]


def _licence(dataset: Dataset) -> LicenceFact:
    return LicenceFact(
        source=dataset.source,
        dataset=dataset.name,
        licence=dataset.licence,
        licence_url=dataset.licence_url,
        attribution=dataset.attribution,
        is_redistributable=dataset.is_redistributable,
    )
