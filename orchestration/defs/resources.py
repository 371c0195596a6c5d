"""The one resource of the job: what the run is about, and the client and folders that follow from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import dagster as dg

from ingestion.cases.case import load_case, prepare_captures
from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.run_scope import parse_instant

if TYPE_CHECKING:
    from ingestion.request import Fetcher


class RunScope(dg.ConfigurableResource["RunScope"]):
    """Live data by default; a bundled case by name. `instants`: moments at which the marts are kept as they stood.

    replaces_live: let a bundled case take the place of a live release (never by itself).
    """

    case: str | None = None
    instants: list[str] = []  # noqa: RUF012  pydantic copies defaults
    replaces_live: bool = False

    @property
    def places(self) -> Places:
        return Places(Settings().data_dir, self.case)

    def now(self) -> datetime:
        """The run's clock at this moment: the case's, the mirror's, or the machine's."""
        from ingestion.clock import run_clock

        return load_case(self.case).now if self.case else run_clock(Settings())

    def moments(self) -> list[datetime]:
        """The instants of the case and of the run, in order, none in the future of the run."""
        named = list(load_case(self.case).instants) if self.case else []
        return sorted({*named, *(parse_instant(text) for text in self.instants)})

    @contextmanager
    def client(self) -> Iterator[Fetcher]:
        from ingestion.capture import CaptureStore
        from ingestion.http import LiveClient
        from ingestion.quarantine import keep_rejected
        from ingestion.replay import ReplayClient

        if self.case:
            case = load_case(self.case)
            yield ReplayClient(CaptureStore(prepare_captures(case, self.places)), case.now)
            return
        places = self.places
        with LiveClient(Settings(), on_rejected=lambda *rejected: keep_rejected(places, *rejected)) as client:
            yield client


defs = dg.Definitions(resources={"scope": RunScope()})
