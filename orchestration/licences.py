"""Which terms a published table inherits: the strictest of the raw datasets it is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from orchestration.catalog import Catalog
from orchestration.run_facts import LicenceFact

# From free to strict. A licence that is not listed counts as the strictest: terms nobody has read forbid.
_FREE_TO_STRICT = (
    "chain-facts",
    "CC0-1.0",
    "public-domain",
    "MIT",
    "CC-BY-4.0",
    "reuse-with-attribution",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0",
    "vendor-terms",
    "copyright-of-owners",
)


def table_licences(catalog: Catalog, licences: Sequence[LicenceFact]) -> Iterator[dict[str, Any]]:
    """The rows of meta.licences: every dataset, then every table; one with unknown terms is not free."""
    for fact in licences:
        yield _row("dataset", fact.source, fact.dataset, fact, fact.attribution, None)
    by_dataset = {(fact.source, fact.dataset): fact for fact in licences}
    for table in catalog.tables:
        upstream = [by_dataset[key] for key in table.upstream if key in by_dataset]
        names = "; ".join(dict.fromkeys(fact.attribution for fact in upstream))
        if len(upstream) == len(table.upstream) and upstream:
            strict = strictest(upstream)
            yield _row("table", table.schema, table.name, strict, names, f"{strict.source}/{strict.dataset}")
        else:
            unknown = LicenceFact("", "", "unknown", "", "", is_redistributable=False)
            yield _row("table", table.schema, table.name, unknown, names, None)


def strictest(licences: Iterable[LicenceFact]) -> LicenceFact:
    """What may not be passed on beats what may; then the order of the list above; then the name."""
    return max(licences, key=lambda fact: (not fact.is_redistributable, _rank(fact.licence), fact.licence))


def _rank(licence: str) -> int:
    return _FREE_TO_STRICT.index(licence) if licence in _FREE_TO_STRICT else len(_FREE_TO_STRICT)


def _row(
    subject: str, group: str, name: str, fact: LicenceFact, attribution: str, inherited_from: str | None
) -> dict[str, Any]:
    return {
        "subject": subject,
        "subject_group": group,
        "subject_name": name,
        "licence": fact.licence,
        "licence_url": fact.licence_url,
        "attribution": attribution,
        "is_redistributable": fact.is_redistributable,
        "inherited_from": inherited_from,
    }
