"""Short ways to a candidate, an audit and a release for the tests of the release path."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestration.audit_process import AuditProcess
from orchestration.candidate import Candidate, build_candidate
from orchestration.catalog import Catalog, read_catalog
from orchestration.check_result import CheckResult
from orchestration.contents import read_contents
from orchestration.quality import AuditScope, audit
from orchestration.receipt import Receipt
from orchestration.rules import Rule, load_rules
from orchestration.run_facts import CaptureFact, DatasetFact, LicenceFact, RunFacts
from orchestration.seal import seal
from tests.orchestration import good_warehouse

RULES = load_rules()
# One table of each kind, which is all that tests of the path itself need: what a release costs grows with its tables.
FEW = (
    "fct_price_hourly", "fct_price_daily", "fct_open_interest_daily", "fct_etf_flow_daily", "etf_flow",
    "fct_difficulty_epoch",
)  # fmt: skip
SCOPE = AuditScope(good_warehouse.AS_OF, good_warehouse.FIRST, good_warehouse.LAST)


def facts(release_id: str, scope: str = "live", last: date = good_warehouse.LAST, **more: object) -> RunFacts:
    """What a run would say of itself."""
    asked = datetime(2026, 2, 13, 11, 30)
    datasets = [
        ("exchange", "candles"),
        ("exchange", "positions"),
        ("funds", "totals"),
        ("chain", "retargets"),
    ]
    given = RunFacts(
        release_id=release_id,
        created_at=datetime(2026, 2, 13, 12, 1),
        as_of_at=good_warehouse.AS_OF,
        scope=scope,
        window_from=good_warehouse.FIRST,
        window_to=last,
        code_version="0.1.0",
        captures=tuple(
            CaptureFact(
                source,
                name,
                f"{number:016x}",
                f"https://{source}.test/{name}",
                asked,
                "0" * 64,
                "measured",
                24,
            )
            for number, (source, name) in enumerate(datasets)
        ),
        datasets=tuple(
            DatasetFact(source, name, datetime(2026, 2, 12, 23), asked, asked, 384) for source, name in datasets
        ),
        licences=(
            LicenceFact("exchange", "candles", "CC-BY-NC-SA-4.0", "https://exchange.test/terms", "An exchange", False),
            LicenceFact(
                "exchange",
                "positions",
                "CC-BY-NC-SA-4.0",
                "https://exchange.test/terms",
                "An exchange",
                False,
            ),
            LicenceFact("funds", "totals", "vendor-terms", "https://funds.test/terms", "A vendor", False),
            LicenceFact("chain", "retargets", "chain-facts", "https://chain.test", "The chain", True),
        ),
    )
    return replace(given, **more)  # type: ignore[arg-type]


@cache
def catalog() -> Catalog:
    """The published tables as the project's YAML declares them."""
    with TemporaryDirectory() as folder:
        return read_catalog(good_warehouse.write_manifest(Path(folder) / "manifest.json"))


def candidate(folder: Path, release_id: str, spoil: str = "", is_whole: bool = False, **how: object) -> Candidate:
    """Build a candidate below `folder/published` from a (spoilt) warehouse: of a few tables, or whole for an audit."""
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = folder / f"{release_id}.warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    good_warehouse.build(warehouse, spoil, **how)  # type: ignore[arg-type]
    manifest = good_warehouse.write_manifest(folder / "manifest.json", None if is_whole else FEW)
    return build_candidate(warehouse, manifest, folder / "published", release_id)


def audited(made: Candidate, scope: AuditScope = SCOPE, rules: Sequence[Rule] = RULES) -> list[CheckResult]:
    return audit(made.database, rules, scope)


def passed(rules: Sequence[Rule] = RULES) -> list[CheckResult]:
    """What an audit without findings says, for tests that are not about the audit."""
    return [
        CheckResult(rule.id, rule.full_name, None, rule.kind, rule.severity, "pass", "0 rows", rule.why, rule.owner)
        for rule in rules
    ]


def sealed(folder: Path, release_id: str, spoil: str = "", given: RunFacts | None = None, **how: object) -> Candidate:
    """A candidate with its receipt, as after an audit without findings."""
    made = candidate(folder, release_id, spoil, **how)
    contents = read_contents(made.database, made.catalog, made.asof_schemas)
    given = given or facts(release_id)
    seal(made, given, passed(), folder / "published", RULES, contents=contents, write_brief=stand_in_brief)
    return made


def sealed_with_brief(made: Candidate, results: Sequence[CheckResult]) -> Receipt:
    """The receipt as a run gets it, with the whole brief."""
    contents = read_contents(made.database, made.catalog, made.asof_schemas)
    process = AuditProcess()
    try:
        given = facts(made.release_id)
        return seal(made, given, results, made.folder.parents[1], contents=contents, write_brief=process.write_brief)
    finally:
        process.end()


def stand_in_brief(database: Path, folder: Path) -> None:
    """A page instead of the brief: these tests are about the path, and drawing costs more than all of it."""
    (folder / "brief.html").write_text(f"<p>{database.name}</p>")


def clone(published: Path, origin: Path, release_id: str) -> Path:
    """A copy of a sealed candidate's folder under its own id; the receipt stays the original's."""
    target = published / "candidates" / release_id
    shutil.copytree(origin, target)
    return target
