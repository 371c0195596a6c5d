"""Twins of the fund's history: the table as CSV, and the workbook it comes in."""

from ingestion.sources.ishares import URL
from tests.ingestion.sources.twin import Twin

CSV = Twin("ishares/ibit_fund_history", "ishares_ibit-fund-history.csv", URL)
WORKBOOK = Twin("ishares/ibit_fund_history", "ishares_ibit-fund-history.xml", URL)
TWINS = [CSV, WORKBOOK]
