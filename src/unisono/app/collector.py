"""Python's collector, told what need not be looked at again.

A house in which a hundred thousand enquiries wait holds a million small objects. To look through all of them takes the collector
a fifth of a second, in which nothing else happens in the process: no offer, no answer. What has lived through one such look
lives long, so it is left out of the next ones; what comes and goes with a request is looked at as ever.
"""

import gc
from time import perf_counter
from typing import Final

#: A look at all that takes no longer than this disturbs nobody.
SHORT_S: Final = 0.003
#: So often everything is looked at once more: what was left out may have become rubbish in the meantime.
ALL_AGAIN_S: Final = 86_400.0


class _Collector:
    def __init__(self) -> None:
        self._began = 0.0
        self._last_of_all = perf_counter()

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] < 2:
            return
        if phase == "start":
            self._began = perf_counter()
        elif perf_counter() - self._last_of_all > ALL_AGAIN_S:
            self._last_of_all = perf_counter()
            gc.unfreeze()
        elif perf_counter() - self._began > SHORT_S:
            gc.freeze()


def keep_pauses_short() -> None:
    """Let the collector leave out what lives long, from now on; once for a process."""
    if not any(isinstance(one, _Collector) for one in gc.callbacks):
        gc.callbacks.append(_Collector())
