"""All of the dbt project as Dagster assets, without loading the graph library that choosing a part would need.

dagster-dbt reads "everything" straight from the manifest, but only where dbt-core is absent; with it, it hands even
that selection to dbt's selector, whose graph library costs a third of a second in every process that loads our
definitions (goal G6 in docs/decisions/0003). A test compares the two answers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from dagster_dbt import utils

P = ParamSpec("P")
R = TypeVar("R")


def without_graph_library(decorator: Callable[P, R]) -> Callable[P, R]:
    """`dbt_assets` that selects every node of the manifest and loads no selector."""

    @wraps(decorator)
    def everything(*args: P.args, **kwargs: P.kwargs) -> R:
        seen = utils.DBT_PYTHON_VERSION
        utils.DBT_PYTHON_VERSION = None
        try:
            return decorator(*args, **kwargs)
        finally:
            utils.DBT_PYTHON_VERSION = seen

    return everything
