"""Payloads of the CFTC written for this project."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

POSITIONS = Twin(
    "cftc/tff_weekly",
    "cftc_tff-gpe5-46if.json",
    "https://publicreporting.cftc.gov/resource/gpe5-46if.json?a=1",
    date(2026, 1, 1),
    date(2026, 5, 31),
)
TWINS = [POSITIONS]
