"""What a user may set, read from the environment once: names start with UNWIND_. No secret has a default."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values
from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from ingestion.contract import Dataset

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings of one process.

    data_dir: where captures, raw, warehouse and releases live.
    mirror: base URL that replaces https://HOST, for mirrors and tests (https://HOST/PATH -> MIRROR/HOST/PATH).
    now: a fixed clock (UTC) for replays and tests; unset means the mirror's clock, or the machine's.
    sources: only these are asked (providers, or datasets as provider/name, comma-separated); unset means all that
    need no consent. also: providers that are asked only by name, because of their terms or their size.
    unattended: schedules and sensors are on unless somebody switches them off; for a server.
    retry_wait_seconds, deadline_seconds: first pause between tries; the whole time one answer may take.
    """

    model_config = SettingsConfigDict(env_prefix="UNWIND_", env_file=".env", extra="ignore")

    data_dir: Path = PROJECT / "data"
    mirror: str | None = None
    now: datetime | None = None
    retry_wait_seconds: float = 1.0
    retry_attempts: int = 5
    deadline_seconds: float = 60.0
    keep_releases: int = 10
    sources: str | None = None
    also: str = ""
    unattended: bool = False

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("now")
    @classmethod
    def _naive_utc(cls, value: datetime | None) -> datetime | None:
        if value is None or value.tzinfo is None:
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def secret(self, name: str) -> str | None:
        """A key or an address of the user's, from the environment or .env; never stored, never printed."""
        # A line break pasted along would make the header illegal, and the error would quote it.
        return (os.environ.get(name) or dotenv_values(".env").get(name) or "").strip() or None

    def not_asked(self, dataset: Dataset) -> str | None:
        """Why a dataset is not asked for, None when it is."""
        only, also = _names(self.sources), _names(self.also)
        names = {dataset.source, dataset.key}
        if only and names.isdisjoint(only):
            return "not among UNWIND_SOURCES"
        if dataset.access == "opt_in" and names.isdisjoint(only | also):
            return f"only by choice: UNWIND_ALSO={dataset.source}"
        if dataset.access == "key" and not self.secret(dataset.key_env or ""):
            return f"needs {dataset.key_env}"
        if dataset.access == "own_node" and not self.secret(dataset.address_env or ""):
            return f"needs {dataset.address_env}"
        return None


def _names(text: str | None) -> set[str]:
    return {name.strip() for name in (text or "").split(",") if name.strip()}
