"""What an operator does about a step that failed: the short form of docs/operations.md, shown beside the error."""

from __future__ import annotations

import errno
from typing import Literal

from orchestration.refusals import ReleaseLocked

Step = Literal["land", "build", "audit", "publish"]
STAYS = "Readers keep the last release."
ADVICE: dict[Step, str] = {
    "land": (
        f"{STAYS} What was landed before stays, and so do the other datasets of this run. See what the source "
        "answers now: `unwind probe SOURCE`. If its answers have changed shape, its contract or its parser has to "
        "follow (docs/add_a_source.md), then `unwind reparse --dataset SOURCE/NAME`. If it was a moment's trouble, do "
        "nothing: the next run asks again, and the sensor `repair` asks for days that are missing."
    ),
    "build": (
        f"{STAYS} Landed data stay. The models and tests named in the error are in dbt_project/models; the warehouse "
        "of this run is kept under data/warehouse for questions. After the correction start the job `release`."
    ),
    "audit": (
        f"{STAYS} The refused release stands in data/published/rejected with its quality page, which shows the rows. "
        "Where the source is wrong, wait for its correction; where the rule is wrong, change it in "
        "orchestration/expectations, with the reason. Then start the job `release`: nothing refused is published."
    ),
    "publish": (
        f"{STAYS} The reasons stand in the error; what was refused stands in data/published/rejected. Nothing is "
        "published without a complete audit of its own: start the job `release`, which builds and audits anew, not "
        "this step alone."
    ),
}
DISK_FULL = (
    f"The disk is full. {STAYS} Nothing half-written is left behind. Make room or lower UNWIND_KEEP_RELEASES, see what "
    "`unwind doctor` says, and start the job again (docs/operations.md, disk full)."
)
LOCKED = f"{STAYS} Another process is publishing: wait for it and start the job `release` again."


def what_to_do(step: Step, error: BaseException | None = None) -> str:
    """Advice for a failed step.

    >>> what_to_do("build", OSError(28, "No space left on device")).startswith("The disk is full.")
    True
    """
    cause = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return DISK_FULL
        cause = cause.__cause__
    return LOCKED if isinstance(error, ReleaseLocked) else ADVICE[step]
