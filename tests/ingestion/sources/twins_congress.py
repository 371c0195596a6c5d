"""Twin of the list of nominations."""

from ingestion.sources.congress import URL
from tests.ingestion.sources.twin import Twin

LIST = Twin("congress/nominations", "congress_nomination-list.json", f"{URL}/118?format=json&limit=250&offset=0")
TWINS = [LIST]
