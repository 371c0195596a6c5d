"""docs/sources.md, made from the contracts: what is asked of whom, on what terms, how late, how far back, what traps.

`python -m orchestration.sources_page` writes it (`make docs`); a test says when it is out of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from ingestion.contract import TOPICS, Dataset, load_contracts
from ingestion.settings import PROJECT

PAGE = PROJECT / "docs" / "sources.md"
ACCESS = {
    "keyless": "keyless",
    "key": "with a key",
    "opt_in": "only by choice",
    "own_node": "your own node",
}

INTRODUCTION = """# Sources

Made from the contracts by `make docs`; change those, not this page.

{count} datasets of {sources} sources. {proven} have been read from archived real answers; {unproven} are built to the
documentation and **unproven against real bytes** until `unwind probe` has seen them. No real host was ever asked while
this was written.

Access: *keyless* is asked by default; *with a key* once its variable is set; *only by choice* when named in
`UNWIND_ALSO` (terms or size); *your own node* where its address is set. Lag: when a value is public, counted from the
end of its period or of its UTC day. Back: how far the source still answers."""


def page(datasets: tuple[Dataset, ...]) -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines(datasets)) + "\n"


def _lines(datasets: tuple[Dataset, ...]) -> Iterator[str]:
    proven = sum(dataset.is_proven for dataset in datasets)
    sources = {dataset.source for dataset in datasets}
    yield INTRODUCTION.format(count=len(datasets), sources=len(sources), proven=proven, unproven=len(datasets) - proven)
    for topic in TOPICS:
        ours = [dataset for dataset in datasets if dataset.topic == topic]
        if ours:
            yield ""
            yield f"## {topic.capitalize()}"
            yield from _table(ours)
    yield ""
    yield "## Terms"
    yield ""
    yield "| source | licence | may be passed on | access |"
    yield "|---|---|---|---|"
    for dataset in {dataset.source: dataset for dataset in datasets}.values():
        key = f" (`{dataset.key_env}`)" if dataset.key_env else ""
        passed_on = "yes" if dataset.is_redistributable else "no"
        terms = f"[{dataset.licence}]({dataset.licence_url})"
        yield f"| {dataset.attribution} (`{dataset.source}`) | {terms} | {passed_on} | {ACCESS[dataset.access]}{key} |"
    yield ""
    yield "## Traps"
    for dataset in datasets:
        if dataset.traps:
            yield ""
            yield f"**{dataset.key}**"
            yield from (f"- {trap}" for trap in dataset.traps)


def _table(datasets: list[Dataset]) -> Iterator[str]:
    yield ""
    yield "| dataset | what | cadence | lag | back | access | read from | says about the same |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in datasets:
        cells = (
            f"`{one.key}`",
            one.description.split(". ")[0].rstrip("."),
            one.cadence.replace("_", " "),
            _duration(one.publication_lag) if one.publication_lag else "none",
            "now only" if one.is_snapshot else _duration(one.history) if one.history is not None else "all",
            ACCESS[one.access],
            "archived real bytes" if one.is_proven else "unproven",
            ", ".join(f"`{other}`" for other in one.stands_in) or "-",
        )
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _duration(length: timedelta) -> str:
    """A length of time in words of one or two units.

    >>> _duration(timedelta(hours=8)), _duration(timedelta(days=1, hours=1)), _duration(timedelta(0))
    ('8 h', '1 d 1 h', 'the newest')
    """
    if not length:
        return "the newest"
    hours, minutes = divmod(length.seconds // 60, 60)
    parts = [f"{number} {unit}" for number, unit in ((length.days, "d"), (hours, "h"), (minutes, "min")) if number]
    return " ".join(parts)


def main(path: Path = PAGE) -> None:
    path.write_text(page(load_contracts()))


if __name__ == "__main__":
    main()
