"""Raw days and rollups in object storage, where engines on other hosts see them: UNWIND_OBJECTS_URL, as s3://bucket/unwind.

Who one is, and where a store stands that is not Amazon's, is told by Amazon's own variables (docs/scale.md). What is
copied here is added up by elsewhere.py; raw on this machine stays what days are judged by.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from pyarrow import fs


def put(files: Iterable[Path], url: str) -> None:
    """Copy files to `<url>/<file>`, but for those that are there as they are here: as large, and no older."""
    store, root = fs.FileSystem.from_uri(url)
    for file in files:
        here, [there] = file.stat(), store.get_file_info([f"{root}/{file}"])
        if (
            there.size != here.st_size
            or there.mtime is None
            or there.mtime < datetime.fromtimestamp(here.st_mtime, UTC)
        ):
            with file.open("rb") as source, store.open_output_stream(there.path) as target:
                shutil.copyfileobj(source, target, 1 << 20)


def take(url: str, folder: Path) -> None:
    """Move everything below an address into a new folder; nothing where there is nothing."""
    store, root = fs.FileSystem.from_uri(url)
    if store.get_file_info([root])[0].type is fs.FileType.Directory:
        folder.mkdir(parents=True)
        fs.copy_files(root, str(folder), source_filesystem=store, destination_filesystem=fs.LocalFileSystem())
        store.delete_dir(root)
