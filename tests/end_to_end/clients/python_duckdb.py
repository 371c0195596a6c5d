"""Asks a DuckDB file one question and prints version and rows as JSON; run by a Python with a DuckDB of its own."""

import json
import sys

import duckdb

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    version = connection.execute("select version()").fetchone()[0]
    print(json.dumps([version, connection.execute(sys.argv[2]).fetchall()]))
