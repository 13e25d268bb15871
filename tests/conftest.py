"""What every test shares: figures without a screen, and property tests that never depend on the clock."""

import os

from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

settings.register_profile("ripeness", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ripeness")
