"""The exchange as a pytest fixture. Import the name into a conftest, or register this module as a plugin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.loopback.exchange import Exchange


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """A fresh exchange; its clock stands at 2026-03-10 12:00Z until a test sets it."""
    with Exchange() as server:
        yield server
