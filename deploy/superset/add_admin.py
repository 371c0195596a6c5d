"""Adds the one user of a Superset that has none. Superset's own command would show the password to the whole machine.

Run by Superset's own Python (orchestration/superset/server.py), after its tables and roles are there.
"""

import os

from superset.app import create_app

app = create_app()
with app.app_context():
    security = app.appbuilder.sm
    if security.find_user("admin") is None:
        who = ("admin", "unwind", "admin", "admin@localhost", security.find_role("Admin"))
        if not security.add_user(*who, password=os.environ["UNWIND_SUPERSET_PASSWORD"]):
            raise SystemExit("Superset did not take its first user")
