"""A folder of this machine in place of a host: a file that is there is an answer, one that is not is a 404."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import httpx

BLOCK_BYTES = 1024 * 1024


def host_url(address: str) -> str:
    """The address of a host as it is, that of a folder as a URL, with a host since httpx takes others for relative.

    >>> host_url("/srv/coins"), host_url("http://127.0.0.1:8332/")
    ('file://localhost/srv/coins', 'http://127.0.0.1:8332')
    """
    is_folder = "://" not in address
    return f"file://localhost{quote(str(Path(address).expanduser().absolute()))}" if is_folder else address.rstrip("/")


class FolderTransport(httpx.BaseTransport):
    """Answers `file://` questions; everything else about an answer is as if it had come from a host."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = Path(unquote(request.url.path))
        if not path.is_file():
            return httpx.Response(404)
        return httpx.Response(200, stream=_File(path))


class _File(httpx.SyncByteStream):
    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")

    def __iter__(self) -> Iterator[bytes]:
        while block := self._file.read(BLOCK_BYTES):
            yield block

    def close(self) -> None:
        self._file.close()
