"""Twin of the ECB's file, which comes in a zip."""

from functools import partial

from ingestion.cases.wire import zip_bytes
from ingestion.sources.ecb import MEMBER, URL
from tests.ingestion.sources.twin import Twin

RATES = Twin("ecb/reference_rates", "ecb_eurofxref-hist.csv", URL, wrap=partial(zip_bytes, MEMBER))
TWINS = [RATES]
