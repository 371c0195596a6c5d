"""Twin of a file of Tardis, which comes compressed."""

import gzip
from datetime import date
from functools import partial

from tests.ingestion.sources.twin import Twin

DAY = date(2026, 9, 1)
CHAIN = Twin(
    "tardis/options_chain_first_of_month",
    "tardis_deribit_options_chain.csv",
    "https://datasets.tardis.dev/v1/deribit/options_chain/2026/09/01/OPTIONS.csv.gz",
    DAY,
    DAY,
    wrap=partial(gzip.compress, mtime=0),
)
TWINS = [CHAIN]
