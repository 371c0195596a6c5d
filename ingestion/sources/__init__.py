"""What we ask each provider for a dataset, and how its answers become rows. One module per provider.

A module holds `FEEDS`: dataset name -> Feed. Nothing here fetches, stores, or decides when a row was known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

import polars as pl

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import ContractError
from ingestion.request import Request
from ingestion.windows import Window


@dataclass(frozen=True, slots=True)
class Feed:
    """How one dataset is asked for and read.

    requests: the questions that cover a window, always the same ones for the same window.
    parse: the business columns of the contract from one answer, as text or typed; landing casts and judges.
    version: raised whenever `parse` gives other rows for the same bytes, so that raw is made anew.
    holds_rows: whether an answer has rows at all; a checksum or a 'no such day' has none.
    next_page: the question that follows an answer, None after the last page; only where the number of rows in a
    piece of the window cannot be known before.
    pieces: what `parse` gives, bit by bit, for answers too large to be held; datasets of events have it.
    """

    requests: Callable[[Dataset, Window], list[Request]]
    parse: Callable[[Dataset, Capture], pl.DataFrame]
    version: int = 1
    holds_rows: Callable[[Capture], bool] = lambda capture: capture.status == 200
    next_page: Callable[[Dataset, Request, Capture], Request | None] | None = None
    pieces: Callable[[Dataset, Capture], Iterator[pl.DataFrame]] | None = None


def feed(dataset: Dataset) -> Feed:
    """The feed of a dataset, found by its names: module `ingestion.sources.<source>`, entry `<name>`."""
    try:
        feeds: dict[str, Feed] = import_module(f"ingestion.sources.{dataset.source}").FEEDS
        return feeds[dataset.name]
    except (ModuleNotFoundError, AttributeError, KeyError) as error:
        raise ContractError(
            f"{dataset.key} is declared, but ingestion/sources/{dataset.source}.py has no FEEDS[{dataset.name!r}]"
        ) from error
