"""What is to be reached: every goal once, in words, with its bar. Who measures a figure names it by its key."""

from __future__ import annotations

from typing import NamedTuple


class Goal(NamedTuple):
    """A bar for one figure. Where a peer might do the job as well, a missed bar is told and is no reason to fail."""

    key: str
    what: str
    bar: float
    at_least: bool = False
    unit: str = ""
    is_peer: bool = False

    @property
    def number(self) -> str:
        """G8, or nothing for a bar that is the project's own."""
        return self.key.split()[0]

    @property
    def asked(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bar:g}{self.unit}"

    def is_met(self, figure: float) -> bool:
        return figure >= self.bar if self.at_least else figure <= self.bar


def _peer(key: str, what: str, bar: float) -> Goal:
    return Goal(key, what, bar, at_least=True, is_peer=True)


GOALS = (
    Goal("G1 cpu", "whole run: stock multiprocess / ours, CPU", 5, at_least=True),
    Goal("G1 wall", "whole run: stock multiprocess / ours, wall", 4, at_least=True),
    Goal("G2", "whole run: stock in-process / ours, CPU", 1.6, at_least=True),
    Goal("G3", "whole run with the gate / dbt build alone, CPU", 2.0),
    Goal("G5", "unwind --help / import duckdb, CPU", 2.0),
    Goal("G6", "importing our definitions / import dagster_dbt, CPU", 1.2),
    Goal("G7", "10 tables x 10 checks: ours / raw SQL aggregates", 2.5),
    Goal("G8 scan", "trades to bars: ours / scan, CPU", 2.2),
    _peer("G8 polars", "trades to bars: Polars / ours, CPU", 1.2),
    _peer("G8 spark", "trades to bars: Spark / ours, wall", 6),
    Goal("G8 peak", "trades to bars: peak memory", 256, unit=" MB"),
    Goal("G8 growth", "peak with ten times the trades / peak", 1.3),
    Goal("G9 scan", "quotes to smiles: ours / scan", 1.7),
    _peer("G9 polars", "quotes to smiles: Polars / ours", 2),
    _peer("G9 numpy", "quotes to smiles: numpy / ours", 4),
    _peer("G9 pandas", "quotes to smiles: pandas / ours, of a slice", 40),
    Goal("G10 scan", "coins to cost basis: ours / scan, CPU", 1.2),
    _peer("G10 polars", "coins to cost basis: Polars / ours, CPU", 1.15),
    _peer("G10 spark", "coins to cost basis: Spark / ours, wall", 8),
    _peer("G11 polars", "daily correlations: Polars / ours", 2),
    _peer("G11 pandas", "daily correlations: pandas / ours", 1.1),
    Goal("G12 years", "a day added at five years / at one, CPU", 1.5),
    Goal("G12 full", "a year from nothing / a day added, CPU", 30, at_least=True),
    Goal("G13 json", "landing pages of JSON: dlt rows / ours, CPU", 10, at_least=True),
    Goal("G13 csv", "landing zipped CSV: dlt rows / ours, CPU", 30, at_least=True),
    Goal("G14 size", "stored trades: bytes, ours / pyarrow's default", 0.85),
    Goal("G14 scan", "stored trades: scan / native table, CPU", 1.15),
    Goal("G15", "whole run: names that never resolve / normal, wall", 1.1),
    Goal("G16 cells", "models on Sail: largest difference of a cell", 1e-9),
    Goal("G16 run", "models on Sail: whole run / DuckDB's", 2),
    Goal("own client", "our client beyond the transfer, a request", 1.0, unit=" ms"),
    Goal("own surface", "5M quotes to fct_vol_surface: the whole build", 60, unit=" s"),
    Goal("own correlations", "daily correlations: the whole mart", 2, unit=" s"),
    Goal("own coins", "100M unspent outputs: peak memory", 256, unit=" MB"),
)
