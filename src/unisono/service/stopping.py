"""Being told to stop, and a child failing, in the same moment."""

import asyncio


def heed_cancellation() -> None:
    """Raise CancelledError if the current task has been told to stop.

    For whoever catches what a `TaskGroup` raised and goes on: until Python 3.13 a group that is cancelled in the moment in which
    one of its children fails raises the failure alone, and who survives failures would never stop.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
