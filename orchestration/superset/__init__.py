"""A Superset of one's own over the releases: what is shown in it, and how it gets there by its REST interface.

Opt-in (`make superset`). Superset runs in an environment of its own and is never imported here.
"""
