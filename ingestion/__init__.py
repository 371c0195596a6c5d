"""From sources to raw files. Imported before numpy by everything that computes."""

import os

# Tables computed with numpy have digests that two machines compare: its libraries would add up in as many pieces as
# there are cores (docs/decisions/0009), and keep memory for each.
for _threads in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_threads, "1")
