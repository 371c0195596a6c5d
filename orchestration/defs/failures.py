"""A failed step says what to do: the error as it is, and the advice beside it in the UI."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.advice import Step, what_to_do


def advice(step: Step) -> dict[str, dg.MetadataValue]:
    """Advice as metadata of a check that stops the run."""
    return {"what_to_do": dg.MetadataValue.text(what_to_do(step))}


@contextmanager
def with_advice(step: Step) -> Iterator[None]:
    """Turn an error into a failure with advice; the error stays its cause, which the command line prints."""
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:
        told = {"what_to_do": dg.MetadataValue.text(what_to_do(step, error))}
        raise dg.Failure(str(error), metadata=told, allow_retries=False) from error
