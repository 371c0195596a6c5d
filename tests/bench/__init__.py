"""Measurements, run by hand with `make bench`: ratios of paired runs, since seconds do not travel between machines."""
