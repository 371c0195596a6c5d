"""How the command line speaks: one console for answers, one for everything else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from rich.console import Console
from rich.markup import escape

from ingestion.errors import UnwindError

# Into a pipe or a file there is no window to fit: lines stay whole.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 10_000)
err = Console(stderr=True, highlight=False)
LOCKED = 75
P = ParamSpec("P")


def told_plainly(command: Callable[P, int]) -> Callable[P, int]:
    """Turn an expected error into one clear line and an exit code; anything else keeps its traceback."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except (UnwindError, ValueError) as error:
            err.print(f"[red]unwind:[/red] {escape(str(error))}", soft_wrap=True)
            return LOCKED if type(error).__name__ == "ReleaseLocked" else 1
        except KeyboardInterrupt:
            err.print("stopped; what was landed stays, and nothing half-written was published")
            return 130

    return wrapped
