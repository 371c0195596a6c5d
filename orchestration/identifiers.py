"""How names and texts get into SQL: through here, or not at all.

Values are always bound. Where DuckDB takes no parameter (names, ATTACH paths, COMMENT texts) the piece
is made by `ident` or `literal`, and `statement` puts only such pieces into a template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from orchestration.refusals import UnsafeIdentifier

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_RELEASE_ID = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){0,63}")


class Sql(str):
    """Text that is safe as SQL because this module made it."""

    __slots__ = ()


def ident(*parts: str) -> Sql:
    """A quoted name, e.g. `"marts"."fct_price_daily"`."""
    for part in parts:
        # fullmatch, since `$` would accept a trailing newline
        if not _NAME.fullmatch(part):
            raise UnsafeIdentifier(f"not a name for SQL: {part!r}")
    return Sql(".".join(f'"{part}"' for part in parts))


def idents(names: Iterable[str]) -> Sql:
    """A comma-separated list of names."""
    return Sql(", ".join(ident(name) for name in names))


def literal(value: str | Path | date | datetime) -> Sql:
    """A quoted constant, for the few places where DuckDB accepts no bound value."""
    if isinstance(value, datetime):
        return Sql(f"timestamp '{value:%Y-%m-%d %H:%M:%S.%f}'")
    if isinstance(value, date):
        return Sql(f"date '{value:%Y-%m-%d}'")
    text = str(value)
    if "\0" in text:
        raise UnsafeIdentifier("a text with a NUL byte cannot be put into SQL")
    return Sql("'" + text.replace("'", "''") + "'")


def statement(template: str, **pieces: Sql) -> Sql:
    """A statement from a constant template and pieces made by this module."""
    for name, piece in pieces.items():
        if not isinstance(piece, Sql):
            raise UnsafeIdentifier(f"{name} is plain text; use ident() or literal(), or bind it")
    return Sql(template.format(**pieces))


def release_folder(parent: Path, release_id: str) -> Path:
    """The folder of a release below `parent`; the id comes from a command line and stays inside."""
    if not _RELEASE_ID.fullmatch(release_id):
        raise UnsafeIdentifier(f"not a release id: {release_id!r}")
    return parent / release_id
