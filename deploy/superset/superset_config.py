"""Settings of a Superset that one person runs on this machine: loopback, its own SQLite, nothing asked outside.

Imported by Superset by its name, from SUPERSET_CONFIG_PATH. Whoever serves it to others writes a config of their own.
"""

import os
from pathlib import Path

# No default: who has this key can forge a session. orchestration/superset/server.py keeps one, mode 0600.
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = f"sqlite:///{Path(os.environ['SUPERSET_HOME']) / 'superset.db'}?check_same_thread=false"

# The browser itself refuses whatever is not this server: no pixel, no map tiles, no fonts, no documentation images.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
SESSION_COOKIE_SAMESITE = "Strict"
FAB_ADD_SECURITY_API = False
FAB_API_SWAGGER_UI = False

# What was remembered of one release would be wrong for the next.
CACHE_CONFIG = DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
ROW_LIMIT = 10_000
