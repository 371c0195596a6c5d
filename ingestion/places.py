"""Where a run keeps its files. Live data and each bundled case have trees of their own; releases share one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of one run. `case` is the bundled case's name, None for live data: the two never mix."""

    data_dir: Path
    case: str | None = None

    @property
    def scope(self) -> str:
        return f"case:{self.case}" if self.case else "live"

    @property
    def home(self) -> Path:
        return self.data_dir / "cases" / self.case if self.case else self.data_dir

    @property
    def capture(self) -> Path:
        return self.home / "capture"

    @property
    def raw(self) -> Path:
        return self.home / "raw"

    @property
    def rollup(self) -> Path:
        return self.home / "rollup"

    @property
    def quarantine(self) -> Path:
        return self.home / "quarantine"

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse"

    @property
    def published(self) -> Path:
        return self.data_dir / "published"
