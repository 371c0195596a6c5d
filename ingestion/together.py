"""Many datasets at once: hosts beside one another, the datasets of one host one after the other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence

from ingestion.contract import Dataset
from ingestion.ingest import IngestReport, Progress, ingest
from ingestion.places import Places
from ingestion.request import Fetcher
from ingestion.windows import Window

HOSTS_AT_ONCE = 8


def ingest_all(
    datasets: Sequence[Dataset], window: Window, client: Fetcher, places: Places, on_progress: Progress | None = None
) -> Iterator[tuple[Dataset, IngestReport | Exception]]:
    """Land every dataset; yields each as it is done, with its report or with what went wrong in it alone."""
    by_host: dict[str, list[Dataset]] = {}
    for dataset in datasets:
        by_host.setdefault(dataset.host, []).append(dataset)
    # The longest queues first, so that none of them is what everybody waits for in the end.
    waiting: queue.SimpleQueue[list[Dataset]] = queue.SimpleQueue()
    for group in sorted(by_host.values(), key=len, reverse=True):
        waiting.put(group)
    done: queue.SimpleQueue[tuple[Dataset, IngestReport | Exception]] = queue.SimpleQueue()

    def work() -> None:
        while True:
            try:
                group = waiting.get_nowait()
            except queue.Empty:
                return
            for dataset in group:
                try:
                    done.put((dataset, ingest(dataset, window, client, places, on_progress)))
                except Exception as error:
                    done.put((dataset, error))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(HOSTS_AT_ONCE, len(by_host)))]
    for thread in threads:
        thread.start()
    for _ in datasets:
        yield done.get()
    for thread in threads:
        thread.join()
