"""The brief of a release: one page for a desk and a newspaper, and a picture of each of its charts.

It reads a finished database file and nothing else. Every number on the page comes from a query here; every word
comes from `words.<language>.yml`. What a number means is decided in the models, never here.
"""
