"""Python's start-up hook of a guarded child process: no connection and no look-up beyond this machine.

An attempt fails, and is written down besides: code that swallows the error is caught all the same.
"""

from __future__ import annotations

import os
import socket
from ipaddress import ip_address
from pathlib import Path
from typing import Any

_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


def _refuse_unless_local(host: Any) -> None:
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost"):
        return
    try:
        is_local = ip_address(text).is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        with Path(os.environ["GUARD_LOG"]).open("a") as log:
            log.write(f"{text}\n")
        raise OSError(f"no network in this test: {text}")


def _of(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_unless_local(address[0])
        return connect(self, address)

    return guarded


def _guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    _refuse_unless_local(host)
    return _getaddrinfo(host, *args, **kwargs)


socket.socket.connect = _of(_connect)  # type: ignore[method-assign]
socket.socket.connect_ex = _of(_connect_ex)  # type: ignore[method-assign]
socket.getaddrinfo = _guarded_getaddrinfo
