"""What a job is given: what it is about, with the client and folders that follow from it, and its second process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import PrivateAttr

from ingestion.cases.case import load_case, replay
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window
from orchestration.run_scope import parse_instant, window_of

if TYPE_CHECKING:
    from ingestion.request import Fetcher
    from orchestration.audit_process import AuditProcess


class RunScope(dg.ConfigurableResource["RunScope"]):
    """Live data by default; a bundled case by name. `instants`: moments at which the marts are kept as they stood.

    replaces_live: let a bundled case take the place of a live release (never by itself). days: first and last day of a
    case's run, whose tags name one day alone: a case is one thing of the past, and every day costs an event a dataset.
    """

    case: str | None = None
    days: list[str] = []  # noqa: RUF012
    instants: list[str] = []  # noqa: RUF012  pydantic copies defaults
    replaces_live: bool = False

    @property
    def places(self) -> Places:
        return Places(Settings().data_dir, self.case)

    def now(self) -> datetime:
        """The run's clock at this moment: the case's, the mirror's, or the machine's."""
        from ingestion.clock import run_clock

        return load_case(self.case).now if self.case else run_clock(Settings())

    def window(self, tags: Mapping[str, str], today: date) -> Window:
        """The days the run covers: a case's own, or those of its partitions, or yesterday."""
        if self.days:
            first, last = self.days
            return Window(date.fromisoformat(first), date.fromisoformat(last))
        return window_of(tags, today)

    def expected(self, window: Window) -> Window:
        """The days of which every series should have rows: a case has some datasets for a part of its days alone."""
        return load_case(self.case).of_every_dataset(window) if self.case else window

    def moments(self) -> list[datetime]:
        """The instants of the case and of the run, in order, none in the future of the run."""
        named = list(load_case(self.case).instants) if self.case else []
        return sorted({*named, *(parse_instant(text) for text in self.instants)})

    @contextmanager
    def client(self) -> Iterator[Fetcher]:
        from ingestion.http import LiveClient
        from ingestion.quarantine import keep_rejected

        if self.case:
            yield replay(load_case(self.case), self.places)
            return
        places = self.places
        with LiveClient(Settings(), on_rejected=lambda *rejected: keep_rejected(places, *rejected)) as client:
            yield client


class SecondProcess(dg.ConfigurableResource["SecondProcess"]):
    """The process of the audit: one a run, made when first asked for."""

    _made: AuditProcess | None = PrivateAttr(default=None)

    def get(self) -> AuditProcess:
        from orchestration.audit_process import AuditProcess

        self._made = self._made or AuditProcess()
        return self._made

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002  as Dagster calls it
        if self._made:
            self._made.end()


defs = dg.Definitions(resources={"scope": RunScope(), "second_process": SecondProcess()})
