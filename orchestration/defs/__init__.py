"""Dagster's wiring, one file per stage. Decisions live in plain modules beside this folder."""
