"""What was read at the beginning and stays: told to Python's collector, so that it is not looked at while somebody waits."""

import gc
from typing import Final

#: Fewer are looked at in no time.
MANY: Final = 10_000


def leave_out(count: int) -> None:
    """Leave all that lives now out of the collector's looks, if so much was read just now; see `app/collector.py`."""
    if count >= MANY:
        gc.freeze()
