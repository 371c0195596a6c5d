"""docs/sources.md says what the contracts say."""

from __future__ import annotations

from ingestion.contract import load_contracts
from orchestration.sources_page import PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(load_contracts()), "run `make docs`"


def test_every_dataset_is_on_it_with_its_proof_and_terms() -> None:
    text = PAGE.read_text()
    for dataset in load_contracts():
        (line,) = [line for line in text.splitlines() if line.startswith(f"| `{dataset.key}`")]
        assert ("unproven" in line) != dataset.is_proven
        assert dataset.licence_url in text


def test_what_stands_in_exists() -> None:
    keys = {dataset.key for dataset in load_contracts()}
    for dataset in load_contracts():
        assert set(dataset.stands_in) <= keys, dataset.key
