"""Who owns a cluster: the process that holds the lock. And the pipe by which the watchdog notices its end."""

import fcntl
import os
from pathlib import Path

_held: set[int] = set()


def hold(descriptor: int) -> int:
    """Keep a descriptor out of forked children: one that inherited it would keep the lock or the pipe of a dead owner."""
    _held.add(descriptor)
    return descriptor


def let_go(descriptor: int) -> None:
    """Close a held descriptor."""
    _held.discard(descriptor)
    os.close(descriptor)


def _close_in_child() -> None:
    # Closing a copy does not release the lock; only the owner's own descriptor, or LOCK_UN, does (flock(2)).
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_close_in_child)


class OwnerLock:
    """An advisory lock on a file that is never removed; the kernel releases it when its holder ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self.held = False

    def take(self) -> bool:
        """Try once; true when it is ours. Raises PermissionError for somebody else's file."""
        if self._descriptor is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = hold(os.open(self._path, flags, 0o600))
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.held = True
        return True

    def release(self) -> None:
        """Give it up; harmless when not held."""
        if self._descriptor is not None:
            let_go(self._descriptor)
            self._descriptor = None
        self.held = False
