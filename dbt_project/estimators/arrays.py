"""A relation's rows as numpy columns, and numpy columns as the table a Python model hands back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyRelation

Columns = dict[str, npt.NDArray[Any]]
# From strong to weak, as everywhere in the warehouse.
PROVENANCES = np.array(["measured", "published", "reconstructed"])


def read_columns(relation: DuckDBPyRelation, order: str) -> Columns:
    """Every column by name, its rows in a total order. A missing number is NaN, a timestamp microseconds (int64)."""
    columns: Columns = {}
    for name, values in relation.order(order).fetchnumpy().items():
        if values.dtype.kind == "f":
            values = np.ma.filled(values, np.nan)
        elif name.endswith("_at"):
            values = np.ma.getdata(values).astype("datetime64[us]").astype(np.int64)
        columns[name] = np.ma.getdata(values)
    return columns


def weakness(provenance: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Provenance as a number that grows as it weakens, so that the weakest of a window is a maximum."""
    return np.searchsorted(PROVENANCES, provenance.astype(str)).astype(np.int64)


def write_table(columns: Mapping[str, Any], schema: Mapping[str, str]) -> pa.Table:
    """The columns of the schema (name to the type of the contract), in its order; none of them means no rows.

    NaN becomes NULL, microseconds a timestamp.
    """
    import pyarrow as pa

    types: dict[str, pa.DataType] = {
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "varchar": pa.string(),
        "double": pa.float64(),
        "bigint": pa.int64(),
    }
    arrays = []
    for name, kind in schema.items():
        values = np.asarray(columns[name]) if name in columns else np.array([], dtype=object)
        if name.endswith("_at"):
            values = values.astype("datetime64[us]")
        arrays.append(pa.array(values, types[kind], from_pandas=True))
    return pa.Table.from_arrays(arrays, names=list(schema))
