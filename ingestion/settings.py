"""What a user may set, read from the environment once: names start with UNWIND_. No secret has a default."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings of one process.

    data_dir: where captures, raw, warehouse and releases live.
    mirror: base URL that replaces https://HOST, for mirrors and tests (https://HOST/PATH -> MIRROR/HOST/PATH).
    now: a fixed clock (UTC) for replays and tests; unset means the mirror's clock, or the machine's.
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
