"""Statistics that SQL does badly: regressions with robust errors, bootstraps, Shapley shares, asynchronous covariance.

Plain functions over numpy arrays and scipy's distributions; each says its formula's source, and statsmodels and arch
judge them in the tests.
They know nothing of dbt: the Python models of `models/intermediate` hand rows in and rows out. Heavy imports
stand inside the functions, since a warehouse without rows for them must not pay for them.
"""
