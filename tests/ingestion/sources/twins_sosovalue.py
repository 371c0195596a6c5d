"""Twins of SoSoValue's payloads: the endpoint that needs no key, and the official one."""

from ingestion.sources import sosovalue, sosovalue_api
from tests.ingestion.sources.twin import Twin

KEYLESS = Twin(
    "sosovalue/etf_flow_totals",
    "sosovalue_historicalInflowChart.json",
    sosovalue.URL,
    request_body=sosovalue.QUESTIONS["BTC"],
)
OFFICIAL = Twin(
    "sosovalue_api/etf_flow_totals",
    "sosovalue_etfs-summary-history.json",
    f"{sosovalue_api.URL}?symbol=BTC&country_code=US&limit=300",
)
TWINS = [KEYLESS, OFFICIAL]
