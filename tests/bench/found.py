"""What a measurement hands back, and how large it was to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

# full: the page. quick: to look, in under two minutes. tiny: a test, whose figures mean nothing.
Size = Literal["full", "quick", "tiny"]


@dataclass
class Found:
    """Figures by the key of their goal; why others are missing; and what was measured, in words and plain numbers."""

    figures: dict[str, float] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
