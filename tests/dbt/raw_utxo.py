"""Synthetic sets of unspent outputs: one of 5 February 2026, and another of the 6th that was corrected later."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.dbt.raw_factory import Raw, Row, stamp

COIN = 100_000_000
FIRST = datetime(2026, 2, 5, 23, 51)
SECOND = datetime(2026, 2, 6, 23, 57)
CORRECTED_AT = datetime(2026, 2, 8, 9)


def rows() -> Raw:
    return {
        "utxo/unspent_outputs": [
            *(stamp(row, datetime(2026, 2, 6)) for row in outputs(FIRST)),
            *(stamp(row, datetime(2026, 2, 7)) for row in outputs(SECOND)),
            # The corrected file lacks an output that the one before it had.
            *(stamp(row, CORRECTED_AT) for row in outputs(SECOND)[1:]),
        ]
    }


def outputs(at: datetime, count: int = 40) -> list[Row]:
    """One output every two days back from the set's newest block, before them one of before the first exchange."""
    made = [datetime(2009, 6, 1), *(at - timedelta(days=2 * number) for number in reversed(range(count)))]
    return [
        {
            "observed_at": at,
            "output_number": number,
            "height": 935_000 - (at - created) // timedelta(minutes=10),
            "created_at": created,
            "value_sats": (100 + number) * COIN,
        }
        for number, created in enumerate(made)
    ]
