"""From a built warehouse to what readers see: candidate, audit, publication. Selecting one step alone is safe.

The publication trusts nothing but the receipt: run it without the audit, or after a failed one, and it refuses.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.defs.failures import advice, with_advice
from orchestration.defs.resources import RunScope, SecondProcess
from orchestration.defs.warehouse import warehouse
from orchestration.rules import load_rules
from orchestration.warehouse import WarehouseBuild, note_published, release_name

if TYPE_CHECKING:
    from orchestration.check_result import CheckResult

OWNERS = ["team:data"]
CANDIDATE = dg.AssetKey(["release", "candidate"])
PUBLISHED = dg.AssetKey(["release", "published"])
MARTS = [key for key in warehouse.keys if key.path[0] in ("marts", "vintages")]


def check_name(table: str) -> str:
    """Name of a table's check in Dagster, which allows no dot."""
    return table.replace(".", "__")


@dg.asset(
    key=CANDIDATE,
    deps=MARTS,
    group_name="release",
    kinds={"duckdb"},
    owners=OWNERS,
    pool="duckdb_writer",
    description="The marts and vintages of the last build, copied into a file that nobody reads yet.",
)
def candidate(scope: RunScope) -> dg.MaterializeResult[None]:
    from orchestration.candidate import build_candidate

    with with_advice("build"):
        build = WarehouseBuild.newest(scope.places)
        made = build_candidate(build.path, build.manifest, scope.places.published, release_id(build), build.instants)
    return dg.MaterializeResult(
        metadata={
            "release_id": made.release_id,
            "tables": len(made.catalog.tables),
            "path": dg.MetadataValue.path(str(made.folder)),
        }
    )


# One check per table and one for the release as a whole: a check per rule would fill Dagster's log with fifty
# events of every run. Each rule's verdict stands in meta.check_results and on the quality page.
AUDITED = [*dict.fromkeys(rule.full_name for rule in load_rules()), "release"]


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(check_name(table), asset=CANDIDATE, blocking=True, description=f"Every rule about {table}.")
        for table in AUDITED
    ],
    name="audit",
    pool="duckdb_writer",
)
def audit(
    context: dg.AssetCheckExecutionContext, scope: RunScope, second_process: SecondProcess
) -> Iterator[dg.AssetCheckResult]:
    """Judge every rule on the candidate, write `meta`, and seal it with a receipt, whatever the outcome."""
    from orchestration.candidate import Candidate
    from orchestration.catalog import read_catalog
    from orchestration.contents import read_contents
    from orchestration.facts_of_run import gather
    from orchestration.quality import AuditScope
    from orchestration.seal import seal
    from orchestration.shelf import candidate_folder, reject

    with with_advice("audit"):
        places = scope.places
        build = WarehouseBuild.newest(places)
        window = scope.window(context.run.tags, build.as_of.date())
        folder = candidate_folder(places.published, release_id(build))
        made = Candidate(release_id(build), folder, read_catalog(build.manifest), tuple(build.instants))
        rules = load_rules()
        expected = scope.expected(window)
        auditing = second_process.get()
        with ThreadPoolExecutor(1) as pool:
            judging = pool.submit(auditing.judge, made.database, AuditScope(build.as_of, expected.first, expected.last))
            contents = read_contents(made.database, made.catalog, made.asof_schemas)
            facts = gather(places, build, window, made.release_id)
            results = judging.result()
        receipt = seal(
            made,
            facts,
            results,
            places.published,
            rules,
            contents=contents,
            write_brief=auditing.write_brief,
        )
        if blocking := [result for result in receipt.results if result.is_blocking]:
            # Dagster skips the publication after a blocking check, so the refusal is written down here.
            reasons = [f"{result.rule_id}{result.about}: {result.observed}. {result.why}" for result in blocking]
            reject(places.published, made.release_id, reasons, receipt.created_at)
    for table in AUDITED:
        ours = [result for result in receipt.results if (result.table or "release") == table]
        yield dg.AssetCheckResult(
            asset_key=CANDIDATE,
            check_name=check_name(table),
            passed=all(result.status == "pass" for result in ours),
            severity=_severity(ours),
            metadata={
                "observed": "; ".join(f"{r.rule_id}: {r.observed}" for r in ours if r.status != "pass") or "nothing",
                "rules": len(ours),
                **(advice("audit") if any(result.is_blocking for result in ours) else {}),
                "offending_rows": dg.MetadataValue.json({r.rule_id: r.sample_rows for r in ours if r.status != "pass"}),
            },
        )


def _severity(results: "list[CheckResult]") -> dg.AssetCheckSeverity:
    is_blocking = any(result.is_blocking for result in results)
    return dg.AssetCheckSeverity.ERROR if is_blocking else dg.AssetCheckSeverity.WARN


@dg.asset(
    key=PUBLISHED,
    deps=[CANDIDATE],
    group_name="release",
    kinds={"duckdb", "parquet"},
    owners=OWNERS,
    pool="duckdb_writer",
    description="The release that readers see: data/published/unwind.duckdb, swapped in by one link.",
)
def published(scope: RunScope) -> dg.MaterializeResult[None]:
    from ingestion.settings import Settings
    from orchestration.release import publish

    with with_advice("publish"):
        build = WarehouseBuild.newest(scope.places)
        done = publish(
            scope.places.published,
            release_id(build),
            replace_live=scope.replaces_live,
            keep=Settings().keep_releases,
        )
        note_published(scope.places, build, done.release_id)
    return dg.MaterializeResult(
        metadata={
            "release_id": done.release_id,
            "replaced": done.replaced or "nothing",
            "warnings": dg.MetadataValue.md("\n".join(f"- {warning}" for warning in done.warnings) or "none"),
            "folder": dg.MetadataValue.path(str(done.folder)),
            "database": dg.MetadataValue.path(str(done.folder / "unwind.duckdb")),
            "brief": dg.MetadataValue.path(str(done.folder / "brief.html")),
            "quality_page": dg.MetadataValue.path(str(done.folder / "quality.html")),
        }
    )


def release_id(build: WarehouseBuild) -> str:
    """What the release of a build is called."""
    return release_name(build.as_of, build.run_id)


defs = dg.Definitions(assets=[candidate, published], asset_checks=[audit])
