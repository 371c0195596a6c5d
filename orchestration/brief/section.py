"""What a section of the brief is made of, without a word of any language: numbers with the name of their sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair

    from orchestration.brief.theme import Canvas

# Draws a chart on a canvas: once as wide as a desk, once as wide as a phone.
Draw = Callable[["Canvas"], "altair.VConcatChart"]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence to be: its key in the words, and the numbers that stand in it."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and how it is written."""

    value: Any
    form: str


Cell = Said | Figure | str | None


def said(key: str, **values: Any) -> Said:
    return Said(key, values)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Columns are labels; the cells of the columns `tags` are drawn as badges."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    tags: tuple[int, ...] = ()
    title: Said | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One of the ten. Either it shows something, or `absent` says why it does not."""

    name: str
    tables: tuple[str, ...]
    finding: tuple[Said, ...] = ()
    draw: Draw | None = None
    grids: tuple[Grid, ...] = ()
    notes: tuple[Said, ...] = ()
    absent: Said | None = None
