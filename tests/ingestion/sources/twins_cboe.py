"""Twin of Cboe's file."""

from ingestion.sources.cboe import URL
from tests.ingestion.sources.twin import Twin

VIX = Twin("cboe/vix_daily", "cboe_VIX_History.csv", URL)
TWINS = [VIX]
