"""`unwind probe`: ask every configured endpoint once, and say whether it still gives what its contract says.

A real answer that fits its contract is remembered as proof for that dataset; an answer of a mirror is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import orjson
from rich.markup import escape
from rich.table import Table

from ingestion.atomic import write_atomically
from ingestion.capture import Capture
from ingestion.contract import Dataset, load_contracts
from ingestion.errors import NotServed, SourceBlocked, UnwindError
from ingestion.http import LiveClient
from ingestion.judging import check
from ingestion.request import Request
from ingestion.settings import Settings
from ingestion.sources import feed
from ingestion.windows import Window
from orchestration.console import out, told_plainly

HOSTS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one question to a dataset's endpoint came to. is_well None: not asked, or nothing to judge."""

    dataset: str
    is_well: bool | None
    status: str
    shape: str
    milliseconds: int | None = None
    quota: str = ""
    is_proof: bool = False


@told_plainly
def probe(only: list[str]) -> int:
    """Exit code 1 when an endpoint that was asked does not give what its contract says."""
    settings = Settings()
    proofs = Proofs(settings.data_dir / "proofs.json")
    wanted = [d for d in load_contracts() if not only or {d.key, d.source} & set(only)]
    if not wanted:
        raise ValueError(f"no source or dataset called {', '.join(only)}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("dataset", "answer", "against its contract", "ms", "quota", "proof"):
        table.add_column(name, justify="right" if name == "ms" else "left", overflow="fold")
    verdicts = []
    with LiveClient(settings, ignores_refusals=True) as client:
        for dataset, verdict in _ask_all(wanted, client):
            if verdict.is_proof and not settings.mirror:
                proofs.remember(dataset, client.now)
            verdicts.append(verdict)
            colour = {True: "green", False: "red", None: "dim"}[verdict.is_well]
            table.add_row(
                verdict.dataset,
                f"[{colour}]{verdict.status}[/{colour}]",
                escape(verdict.shape),
                "" if verdict.milliseconds is None else str(verdict.milliseconds),
                verdict.quota,
                proofs.told(dataset),
            )
    out.print(table)
    asked = [verdict for verdict in verdicts if verdict.is_well is not None]
    out.print(f"{sum(v.is_well is True for v in asked)} of {len(asked)} endpoints give what their contract says")
    return 0 if all(verdict.is_well for verdict in asked) else 1


def _ask_all(datasets: list[Dataset], client: LiveClient) -> Iterator[tuple[Dataset, Verdict]]:
    """Hosts beside one another, the endpoints of a host in turn."""
    by_host: dict[str, list[Dataset]] = {}
    for dataset in datasets:
        by_host.setdefault(dataset.host, []).append(dataset)

    def one_host(group: list[Dataset]) -> list[tuple[Dataset, Verdict]]:
        return [(dataset, ask_once(dataset, client)) for dataset in group]

    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        answered = [pair for pairs in pool.map(one_host, by_host.values()) for pair in pairs]
    yield from sorted(answered, key=lambda pair: pair[0].key)


def ask_once(dataset: Dataset, client: LiveClient) -> Verdict:
    """Ask a dataset's first question about a day that should be complete, and judge the answer."""
    if reason := client.not_asked(dataset):
        return Verdict(dataset.key, None, "not asked", reason)
    # Long enough ago for files that come days late, long enough a time to hold a session of every week.
    last = client.now.date() - timedelta(days=0 if dataset.is_snapshot or dataset.history == timedelta(0) else 3)
    window = Window(last - timedelta(days=9), last)
    source = feed(dataset)
    request: Request | None = next(iter(source.requests(dataset, window)), None)
    if request is None:
        return Verdict(dataset.key, None, "not asked", f"nothing to ask about {window.first} to {window.last}")
    started = perf_counter()
    host = urlsplit(request.url).netloc
    captures: list[Capture] = []
    try:
        while request is not None and len(captures) < 2:
            captures += client.fetch(request)
            # Some sources first tell where the rows are.
            is_done = source.holds_rows(captures[-1]) or source.next_page is None
            request = None if is_done or source.next_page is None else source.next_page(dataset, request, captures[-1])
        elapsed = round((perf_counter() - started) * 1000 / len(captures))
        answer = captures[-1]
        if answer.status == 404:
            return Verdict(dataset.key, False, "404", "no such file", elapsed, client.quota(host))
        parsed = check(dataset, source.parse(dataset, answer), answer, source.version)
    except SourceBlocked as error:
        return Verdict(dataset.key, False, "refused", str(error))
    except NotServed as error:
        return Verdict(dataset.key, False, "not served", str(error))
    except UnwindError as error:
        return Verdict(dataset.key, False, "failed", str(error))
    shape = f"fits: {parsed.good.height} rows"
    if parsed.bad.height:
        shape += f", {parsed.bad.height} put aside: {parsed.bad['reason'][0]}"
    # An answer without rows has the right envelope and proves nothing about what is in it.
    is_proof = parsed.good.height > 0
    return Verdict(dataset.key, True, str(answer.status), shape, elapsed, client.quota(host), is_proof)


class Proofs:
    """When a real answer was last seen to fit each contract, in one small file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: dict[str, str] = orjson.loads(path.read_bytes()) if path.exists() else {}

    def remember(self, dataset: Dataset, at: datetime) -> None:
        self._seen[dataset.key] = at.isoformat(timespec="minutes")
        body = orjson.dumps(self._seen, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        write_atomically(self._path, lambda part: part.write_bytes(body))

    def told(self, dataset: Dataset) -> str:
        """What the parser of a dataset has read so far."""
        if seen := self._seen.get(dataset.key):
            return f"real answer of {seen[:10]}"
        return "archived real bytes" if dataset.is_proven else "unproven against real bytes"
