"""Sessions of New York's exchanges in the days of the case: weekdays but for holidays."""

from __future__ import annotations

from datetime import date

from ingestion.cases.feb_2026.times import days_between

HOLIDAYS = {
    date.fromisoformat(day)
    for day in (
        "2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-05-27", "2024-06-19", "2024-07-04", "2024-09-02",
        "2024-11-28", "2024-12-25", "2025-01-01", "2025-01-09", "2025-01-20", "2025-02-17", "2025-04-18", "2025-05-26",
        "2025-06-19", "2025-07-04", "2025-09-01", "2025-11-27", "2025-12-25", "2026-01-01", "2026-01-19", "2026-02-16",
    )
}  # fmt: skip
SESSIONS = [
    day for day in days_between(date(2024, 1, 2), date(2026, 3, 10)) if day.weekday() < 5 and day not in HOLIDAYS
]
