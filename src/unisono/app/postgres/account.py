"""Under which user the server runs. PostgreSQL refuses root, so root runs it as somebody who owns nothing else."""

import os
import pwd
import stat
from pathlib import Path
from typing import TypedDict

from msgspec import Struct

# systemd's table of user numbers leaves 65520 to 65533 unused, and they exist in every container's range. `nobody`
# will not do: everything else that runs as nobody could read the database. 65532 is the non-root user of many images.
_FREE_NUMBERS = range(65521, 65531)
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
"""What the server's programs are started with: PGHOST, PGDATA, LANG and the like of the caller must not count."""


class RunAs(TypedDict, total=False):
    """Arguments of `subprocess.Popen`."""

    user: int
    group: int
    extra_groups: list[int]


class Account(Struct, frozen=True):
    """A user and a group by number; there need not be an entry in /etc/passwd."""

    uid: int
    gid: int

    def run_as(self) -> RunAs:
        """Return the arguments for `subprocess` that drop to this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    @property
    def has_name(self) -> bool:
        """Whether the system knows a name for it, as initdb demands."""
        try:
            pwd.getpwuid(self.uid)
        except KeyError:
            return False
        return True


def run_as(account: Account | None) -> RunAs:
    """Return the arguments for `subprocess`; None means as ourselves."""
    return {} if account is None else account.run_as()


def dedicated_account() -> Account:
    """Return the account of a cluster that root makes: a number that no user of this system has."""
    for number in _FREE_NUMBERS:
        account = Account(number, number)
        if not account.has_name:
            return account
    raise OverflowError(f"All of {_FREE_NUMBERS} belong to users of this system.")


def named_account() -> Account:
    """Return some unprivileged user with a name, to run initdb as. Raises LookupError when the system has none."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        entry = next((one for one in pwd.getpwall() if one.pw_uid != 0), None)  # type: ignore[assignment]
        if entry is None:
            raise LookupError("This system has no user but root.") from None
    return Account(entry.pw_uid, entry.pw_gid)


def owner_of(path: Path) -> Account:
    """Return who owns a file."""
    status = path.stat()
    return Account(status.st_uid, status.st_gid)


def barrier(directory: Path, account: Account) -> Path | None:
    """Return the outermost directory on the way to (and including) `directory` that the account may not enter, or None.

    Counts modes and ownership of what exists; an access control list that allows more is not seen, which errs on the
    safe side.
    """
    resolved = directory.resolve()
    for step in [*reversed(resolved.parents), resolved]:
        try:
            status = step.stat()
        except FileNotFoundError:
            return None
        if not status.st_mode & _enter_bit(status, account):
            return step
    return None


def _enter_bit(status: os.stat_result, account: Account) -> int:
    if status.st_uid == account.uid:
        return stat.S_IXUSR
    if status.st_gid == account.gid:
        return stat.S_IXGRP
    return stat.S_IXOTH
