"""Which datasets a run leaves alone, and why: the user's choice, a key that is not set, a case that is about others."""

from __future__ import annotations

from ingestion.capture import CaptureStore
from ingestion.cases.case import load_case
from ingestion.cases.prepare import prepare_captures
from ingestion.contract import load_contracts
from ingestion.places import Places
from ingestion.settings import Settings


def left_out(places: Places, settings: Settings) -> dict[str, str]:
    """Dataset key -> the reason why no run of these places asks for it."""
    if places.case is None:
        reasons = {dataset.key: settings.not_asked(dataset) for dataset in load_contracts()}
        return {key: reason for key, reason in reasons.items() if reason}
    stored = CaptureStore(prepare_captures(load_case(places.case), places)).datasets()
    return {
        dataset.key: "not part of this case"
        for dataset in load_contracts()
        if (dataset.source, dataset.name) not in stored
    }
