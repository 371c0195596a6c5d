"""Twins of the Treasury's payloads."""

from datetime import date

from ingestion.sources.treasury import BASE
from tests.ingestion.sources.twin import Twin

XML = Twin(
    "treasury/par_yields",
    "treasury_daily-par-yield-xml.xml",
    f"{BASE}/pages/xml?data=daily_treasury_yield_curve&field_tdr_date_value_month=202403",
    date(2024, 3, 5),
    date(2024, 3, 20),
)
CSV = Twin(
    "treasury/par_yields_csv",
    "treasury_daily-par-yield-csv.csv",
    f"{BASE}/daily-treasury-rates.csv/2024/all?type=daily_treasury_yield_curve&field_tdr_date_value=2024&page&_format=csv",
    date(2024, 3, 5),
    date(2024, 3, 20),
)
TWINS = [XML, CSV]
