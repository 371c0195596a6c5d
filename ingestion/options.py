"""What option venues have in common: names that tell expiry, strike and side, monthly expiries, moments of snapshots.

Which columns a venue prints, and in which units, is for sources/.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from ingestion.capture import Capture
from ingestion.errors import UnreadableBody
from ingestion.row_times import reason_for_time, received

# More than this share of names that nobody can read is another format, not a few odd rows.
MALFORMED_SHARE = 0.01
EXPIRY_HOUR = timedelta(hours=8)
# A host's clock may be this much ahead of ours; a stamp beyond it is wrong.
CLOCK_SKEW = timedelta(seconds=30)
FRIDAY = 4


def read_names(frame: pl.DataFrame, expiry_format: str) -> pl.DataFrame:
    """Add currency, expiry_at (08:00 UTC), strike_price and option_type from `instrument_name`.

    Names read COIN-EXPIRY-STRIKE-C|P; `expiry_format` is the date's, as in strptime. A name that is none gets a
    reason in `_reject`; more than one in a hundred of them raise UnreadableBody.

    >>> read_names(pl.DataFrame({"instrument_name": ["BTC-9AUG26-60500-P"]}), "%d%b%y").row(0)[1:5]
    ('BTC', datetime.datetime(2026, 8, 9, 8, 0), '60500', 'put')
    """
    parts = [pl.col("instrument_name").str.extract(r"^([A-Z]+)-([0-9A-Z]+)-([0-9]+)-([CP])$", n) for n in range(1, 5)]
    expiry = parts[1].str.to_date(expiry_format, strict=False).cast(pl.Datetime("us")) + EXPIRY_HOUR
    named = frame.with_columns(
        parts[0].alias("currency"),
        expiry.alias("expiry_at"),
        parts[2].alias("strike_price"),
        parts[3].replace_strict({"C": "call", "P": "put"}, default=None, return_dtype=pl.String).alias("option_type"),
    ).with_columns(
        pl.when(pl.any_horizontal(pl.col("expiry_at", "option_type").is_null()))
        .then(pl.lit("name is not coin-expiry-strike-C or P"))
        .alias("_reject")
    )
    malformed = named.filter(pl.col("_reject").is_not_null())["instrument_name"]
    if malformed.len() > max(1, MALFORMED_SHARE * named.height):
        raise UnreadableBody(f"{malformed.len()} of {named.height} names are unreadable, such as {malformed[0]!r}")
    return named


def stamp_snapshot(frame: pl.DataFrame, quoted: pl.Expr, capture: Capture) -> pl.DataFrame:
    """Add quoted_at, each row's own stamp, and observed_at, the newest of them: one moment for the whole answer.

    A host's clock a little ahead of ours must not make its answer one from the future, so the moment is no later
    than the receipt. Rows without a usable stamp get a reason in `_reject`.
    """
    latest = capture.received_at + CLOCK_SKEW
    stamped = frame.with_columns(quoted.alias("quoted_at"))
    is_late = pl.col("quoted_at") > latest
    newest = pl.col("quoted_at").filter(pl.col("quoted_at") <= latest).max()
    return stamped.with_columns(
        pl.min_horizontal(newest, received(capture)).alias("observed_at"),
        pl.coalesce(
            "_reject",
            reason_for_time("quoted_at"),
            pl.when(is_late).then(pl.lit("stamped later than it was received")),
        ).alias("_reject"),
    )


def month_ends(day: date, count: int) -> list[date]:
    """The next `count` monthly expiries after a day: the last Friday of a month, when options expire at 08:00 UTC.

    >>> month_ends(date(2026, 2, 27), 2)
    [datetime.date(2026, 3, 27), datetime.date(2026, 4, 24)]
    """
    found: list[date] = []
    first = day.replace(day=1)
    while len(found) < count:
        first = (first + timedelta(days=31)).replace(day=1)
        last = first - timedelta(days=1)
        friday = last - timedelta(days=(last.weekday() - FRIDAY) % 7)
        if friday > day:
            found.append(friday)
    return found
