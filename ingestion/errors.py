"""Every way ingestion can fail, as a type. A caller decides by type, a reader by the message.

Messages say what was asked, what came, and what to do. They never hold a secret: URLs are redacted in http.py.
"""

from __future__ import annotations


class UnwindError(Exception):
    """Base of every error this package raises on purpose."""


class ContractError(UnwindError):
    """A dataset's declaration is incomplete or contradicts itself."""


class SourceUnavailable(UnwindError):
    """The source did not answer usefully within the retry budget. What is landed stays; the run is degraded."""


class SourceBlocked(SourceUnavailable):
    """The source refuses us (401, 403, 418, 451). Asking again would make it worse."""


class NotServed(SourceUnavailable):
    """The host is well and says no to this question."""


class NoSuchSeries(NotServed):
    """The host does not have what the question is about: the rest of the questions about it is not asked."""


class BodyRejected(UnwindError):
    """An answer that is not what was asked for: HTML, an error body, a cut or oversized body, a wrong checksum."""


class CutBody(BodyRejected):
    """An answer that ends before its end: worth asking again, since the connection and not the host is at fault."""


class UnreadableBody(UnwindError):
    """A captured answer cannot be parsed: a column is gone, a zip is foreign, a label convention is unclear."""


class LandingRefused(UnwindError):
    """A partition would lose or falsify data, so the stored one was kept."""


class CorruptFile(UnwindError):
    """A stored file is not the one that was written."""
