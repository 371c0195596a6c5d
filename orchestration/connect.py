"""Opens a published release for questions: read-only and locked down.

`read_only` alone protects the file but still lets SQL read and write elsewhere on the machine. These are
settings of this client, not a sandbox: another client that opens the file is bound by file permissions only.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.refusals import NoSuchRelease


def open_release(path: Path, memory_limit: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """Open `published/unwind.duckdb`, a release folder, or its database file."""
    file = path / "unwind.duckdb" if path.is_dir() else path
    if not file.exists():
        raise NoSuchRelease(f"no release at {path}; publish one first")
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "python_enable_replacements": False,
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "max_temp_directory_size": "0B",
    }
    # The file behind the links, so that an open connection stays on its release when the next one comes.
    connection = duckdb.connect(str(file.resolve()), read_only=True, config=config)
    # The zone belongs to an extension that is not there yet while the database opens, so the lock comes last.
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set lock_configuration = true")
    return connection
