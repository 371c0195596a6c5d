"""Twin of Farside's page."""

from ingestion.sources.farside import URL
from tests.ingestion.sources.twin import Twin

FLOWS = Twin("farside/btc_flows", "farside_btc.html", URL)
TWINS = [FLOWS]
