"""The ways in which building, auditing or publishing a release can say no.

Every refusal is typed and carries the facts a reader needs to act; what counts as a reason is decided
in `gate.py` and in the modules that raise.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.errors import UnwindError


class ReleaseError(UnwindError):
    """Anything the release path refuses. `exit_code` is what a command line should leave with."""

    exit_code = 1


class UnsafeIdentifier(ReleaseError, ValueError):
    """A name that may not be put into SQL or into a path."""


class IncompleteCatalog(ReleaseError):
    """A published table whose description is not complete: the public layer documents every column."""


class ContractMismatch(ReleaseError):
    """The warehouse's columns are not the documented ones."""


class UnpublishableColumn(ReleaseError):
    """A column whose type some reader of the published file would draw wrongly or not at all."""

    def __init__(self, columns: Sequence[tuple[str, str]], allowed: Sequence[str]) -> None:
        self.columns = tuple(columns)
        found = ", ".join(f"{name} is {data_type}" for name, data_type in self.columns)
        super().__init__(f"types that may not be published: {found}; cast to one of {', '.join(allowed)}")


class CandidateExists(ReleaseError):
    """Another candidate or release already has this id."""


class UnfinishedDatabase(ReleaseError):
    """The sealed database file does not read back as it was written."""


class HelperFailed(ReleaseError):
    """The process of the audit stopped, in its own words."""


class NoSuchRelease(ReleaseError):
    """The release that was asked for is not on the shelf."""


class GateRefused(ReleaseError):
    """The release may not be published; the one before it stays."""

    def __init__(self, release_id: str, reasons: Sequence[str]) -> None:
        self.release_id = release_id
        self.reasons = tuple(reasons)
        super().__init__(f"release {release_id} is not published: " + "; ".join(self.reasons))


class ReleaseLocked(ReleaseError):
    """Another process is publishing or rolling back. 75 is the temporary failure of sysexits.h."""

    exit_code = 75

    def __init__(self, pid: int | None) -> None:
        self.pid = pid
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"{holder} is publishing or rolling back; try again when it has finished")
