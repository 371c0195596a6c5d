"""Reading text bodies the same way everywhere: JSON and CSV to frames of text, and gates for error bodies.

Cells stay as the source printed them; landing casts and judges. What is gone or not readable is an UnreadableBody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from types import NoneType
from typing import Any

import orjson
import polars as pl

from ingestion.capture import Capture
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.request import redact


def read_json(capture: Capture) -> Any:
    """The parsed body. NaN, Infinity and a cut end are errors, never numbers."""
    try:
        return orjson.loads(capture.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableBody(f"{redact(capture.url)}: not JSON to its end: {error}") from error


def reach(body: Any, *path: str | int) -> Any:
    """What stands at a path of keys and positions in a parsed body.

    >>> reach({"result": {"list": [1, 2]}}, "result", "list", 0)
    1
    """
    for number, step in enumerate(path):
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError) as error:
            walked = ".".join(str(part) for part in path[: number + 1])
            raise UnreadableBody(f"nothing at {walked!r} of the answer") from error
    return body


def listed(body: Any, *path: str | int) -> list[Any]:
    """The list at a path of a parsed body."""
    found = reach(body, *path)
    if not isinstance(found, list):
        raise UnreadableBody(f"expected a list at {_spelt(path)}, got {type(found).__name__}")
    return found


def objects(body: Any, *path: str | int) -> list[dict[str, Any]]:
    """The list of objects at a path of a parsed body."""
    found = listed(body, *path)
    strange = sorted({type(item).__name__ for item in found if not isinstance(item, dict)})
    if strange:
        raise UnreadableBody(f"expected objects at {_spelt(path)}, got {', '.join(strange)}")
    return found


def whole_numbers(rows: list[Any], *path: str | int) -> list[int]:
    """The number at a path of every row, for paging: what leads to the next question must not be guessed.

    >>> whole_numbers([{"time": 5}, {"time": 7}], "time")
    [5, 7]
    """
    found = [reach(row, *path) for row in rows]
    strange = [number for number in found if type(number) is not int]
    if strange:
        raise UnreadableBody(f"expected whole numbers at {_spelt(path)}, got {strange[0]!r}")
    return found


def rows_frame(rows: Any, columns: Sequence[str | None]) -> pl.DataFrame:
    """Positional rows as a frame of text, without the cells that have no name. Rows of another width mean that the
    source has changed.

    >>> rows_frame([[1, "2.5", None]], ["a", "b", "c"]).row(0)
    ('1', '2.5', None)
    """
    if not isinstance(rows, list) or set(map(type, rows)) - {list}:
        raise UnreadableBody(f"expected a list of rows, got {type(rows).__name__}")
    widths = set(map(len, rows))
    if widths - {len(columns)}:
        raise UnreadableBody(f"rows of {sorted(widths)} cells, expected {len(columns)}")
    cells = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pl.DataFrame([_text_column(name, found) for name, found in zip(columns, cells, strict=True) if name])


def records_frame(records: Any, fields: Mapping[str, str], optional: Sequence[str] = ()) -> pl.DataFrame:
    """Objects as a frame of text: source field -> our column. A field in no record is gone, unless `optional`.

    >>> records_frame([{"t": 1, "oi": "2"}], {"t": "time", "oi": "open_interest_coins"}).columns
    ['time', 'open_interest_coins']
    """
    if not isinstance(records, list) or set(map(type, records)) - {dict}:
        raise UnreadableBody(f"expected a list of objects, got {type(records).__name__}")
    everywhere = set(fields).intersection(*records)
    gone = [field for field in fields if field not in optional and field not in everywhere]
    if gone:
        raise UnreadableBody(f"fields {gone} are gone; there are {sorted({k for r in records for k in r})}")
    found = {
        theirs: list(map(itemgetter(theirs), records))
        if theirs in everywhere
        else [record.get(theirs) for record in records]
        for theirs in fields
    }
    return pl.DataFrame([_text_column(ours, found[theirs]) for theirs, ours in fields.items()])


def csv_frame(content: bytes, columns: Mapping[str, str], what: str, optional: Sequence[str] = ()) -> pl.DataFrame:
    """CSV with a header as a frame of text: source column -> ours. Raises UnreadableBody when a column is gone."""
    text = content.removeprefix(b"\xef\xbb\xbf")
    if not text.strip():
        raise UnreadableBody(f"{what} is empty")
    try:
        frame = pl.read_csv(text, has_header=True, infer_schema=False, encoding="utf8")
    except pl.exceptions.PolarsError as error:
        raise UnreadableBody(f"{what}: {str(error).splitlines()[0]}") from error
    frame.columns = [name.strip() for name in frame.columns]
    gone = [name for name in columns if name not in frame.columns and name not in optional]
    if gone:
        raise UnreadableBody(f"{what}: columns {gone} are gone; the header is {frame.columns}")
    return frame.select(
        (pl.col(old) if old in frame.columns else pl.lit(None, dtype=pl.String)).alias(new)
        for old, new in columns.items()
    )


def whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text cut at ends of lines, for parsers that read it piece by piece.

    >>> list(whole_lines([b"a,1\\nb", b",2\\nc,", b"3"]))
    [b'a,1\\n', b'b,2\\n', b'c,3']
    """
    rest = b""
    for block in blocks:
        whole, newline, rest = (rest + block).rpartition(b"\n")
        if newline:
            yield whole + newline
    if rest:
        yield rest


def gate(is_good: Callable[[Any], bool], told: Callable[[Any], Any]) -> Callable[[Any], None]:
    """A gate for hosts that report errors with status 200: raises BodyRejected with what the host told."""

    def check(body: Any) -> None:
        try:
            good = is_good(body)
        except (KeyError, IndexError, TypeError, AttributeError):
            good = False
        if not good:
            try:
                said = told(body)
            except (KeyError, IndexError, TypeError, AttributeError):
                said = type(body).__name__
            raise BodyRejected(f"an error in a 200 answer: {said!r}")

    return check


def _spelt(path: Sequence[str | int]) -> str:
    return ".".join(map(str, path)) or "the top"


def _text_column(name: str, cells: Sequence[Any]) -> pl.Series:
    """Cells as text; a column is mostly all text or all numbers, and then none is looked at on its own."""
    kinds = set(map(type, cells))
    if kinds <= {int, float}:
        cells = list(map(str, cells))
    elif not kinds <= {str, NoneType}:
        cells = list(map(as_text, cells))
    return pl.Series(name, cells, dtype=pl.String)


def as_text(cell: Any) -> str | None:
    """A cell as the source printed it; booleans as Polars casts them back.

    >>> as_text(None), as_text(True), as_text(1e-05), as_text(12)
    (None, 'true', '1e-05', '12')
    """
    if cell is None:
        return None
    return str(cell).lower() if isinstance(cell, bool) else str(cell)
