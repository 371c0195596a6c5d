"""What a text table cannot tell of itself: whether it came to its end."""

from __future__ import annotations

import polars as pl

from ingestion.capture import Capture


def last_line_reason(capture: Capture) -> pl.Expr:
    """A reason for the last row where its line has no end: 4.86 cut to 4.8 is still a number.

    For frames whose rows stand as in the body, before anything is filtered or turned.
    """
    if capture.body.endswith((b"\n", b"\r")):
        return pl.lit(None, dtype=pl.String)
    return pl.when(pl.int_range(pl.len()) == pl.len() - 1).then(pl.lit("last line has no end: the answer may be cut"))
