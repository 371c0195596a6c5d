"""A client that need not wait: the pace of hosts and their certificates are proven in tests of their own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest

from tests.loopback.at_once import AtOnce

_make = ssl.create_default_context


@contextmanager
def no_waiting() -> Iterator[None]:
    """No pace, and certificates of hosts that nobody asks are read once instead of in every run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.http.HostPace", AtOnce)
        patch.setattr(ssl, "create_default_context", _certificates)
        yield


@cache
def _certificates(cafile: str | None = None) -> ssl.SSLContext:
    return _make(cafile=cafile)
