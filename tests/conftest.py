"""What every test gets: no network beyond loopback, no settings from outside, no telemetry."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A busy machine is no reason for a property to fail.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
PROJECT = Path(__file__).resolve().parent.parent
MIRROR = PROJECT.parent / "shared" / "mirror"
_connect, _getaddrinfo = socket.socket.connect, socket.getaddrinfo


class NetworkUsed(AssertionError):
    """A test tried to reach something that is not this machine."""


def _is_local(host: Any) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def _guarded_connect(self: socket.socket, address: Any) -> Any:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
        raise NetworkUsed(f"connection to {address}")
    return _connect(self, address)


def _guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not _is_local(host):
        raise NetworkUsed(f"look-up of {host!r}")
    return _getaddrinfo(host, *args, **kwargs)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    socket.socket.connect = _guarded_connect  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = _guarded_getaddrinfo
    yield
    socket.socket.connect, socket.getaddrinfo = _connect, _getaddrinfo  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("UNWIND_", "DAGSTER_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DO_NOT_TRACK", "1")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests on archived real data are skipped, with the reason, where the archive is absent."""
    _keep_groups_together(config, items)
    if MIRROR.is_dir():
        return
    for item in items:
        if item.get_closest_marker("mirror"):
            item.add_marker(pytest.mark.skip(reason="no mirror of archived data beside the checkout"))


def _keep_groups_together(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Write the xdist group behind a test's id, where xdist's scheduler looks for it.

    xdist 3.8 writes it into an attribute that pytest 9.2 no longer reads (pytest-xdist#1386): groups are split without
    a word, and every expensive fixture is made once per worker. Harmless, and to be deleted, once that is mended.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        marks = sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")})
        if marks and hasattr(item, "_id"):
            item._id = type(item._id).parse(f"{item.nodeid}@{'_'.join(marks)}")
