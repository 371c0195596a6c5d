"""Writes market_sessions.csv: the sessions of the New York Stock Exchange, open, close and early closes.

exchange_calendars is imported here and nowhere in the product: it takes seconds to load and its
answer for a closed range of years does not move. Run this file again after an unscheduled closure
or to lengthen the range; tests/repo/test_session_seed.py says when the committed file is stale.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

EXCHANGE = "XNYS"
FIRST_DAY = "2015-01-01"
LAST_DAY = "2030-12-31"
TARGET = Path(__file__).with_name("market_sessions.csv")
STAMP = "%Y-%m-%d %H:%M:%S"


def render_sessions() -> str:
    """The seed file as text, one line a session in date order."""
    import exchange_calendars

    calendar = exchange_calendars.get_calendar(EXCHANGE, start=FIRST_DAY, end=LAST_DAY)
    early_closes = set(calendar.early_closes)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["session_date", "exchange", "open_at", "close_at", "is_early_close"])
    for session, times in calendar.schedule.iterrows():
        writer.writerow(
            [
                f"{session:%Y-%m-%d}",
                EXCHANGE,
                times["open"].strftime(STAMP),
                times["close"].strftime(STAMP),
                "true" if session in early_closes else "false",
            ]
        )
    return text.getvalue()


if __name__ == "__main__":
    TARGET.write_text(render_sessions(), encoding="utf-8", newline="\n")
