"""Where the embedded cluster's files lie, and which account owns them.

As an ordinary user: in `DATA/postgres`. As root the server runs under another account, which must be able to walk to its
files. Where it can, they lie in `DATA/postgres` too; where it cannot (a home of mode 0700), they lie in the state directory
and `DATA/postgres/location` names the place. The mode of a directory that was there before is never changed.
"""

import hashlib
import itertools
import os
import re
import tempfile
from pathlib import Path

import structlog
from msgspec import Struct

from unisono.app.postgres.account import Account, barrier, dedicated_account, owner_of
from unisono.app.postgres.errors import ClusterUnreachable

STATE_DIR = Path("/var/lib/unisono")
SOCKET = ".s.PGSQL.5432"
# A Unix socket's address holds 108 bytes on Linux, 104 elsewhere, with a byte for the end.
_LONGEST_SOCKET = 100
# What a connection string and the server's comma-separated list of directories both take without quoting.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/+-]+")
_log = structlog.get_logger("postgres")


class Place(Struct, frozen=True, kw_only=True):
    """The directory of a cluster and all that belongs to it. `account` is None when the server runs as ourselves."""

    directory: Path
    account: Account | None = None

    @property
    def cluster(self) -> Path:
        """What PostgreSQL calls its data directory."""
        return self.directory / "cluster"

    @property
    def lock(self) -> Path:
        """The file whose lock makes its holder the owner."""
        return self.directory / "owner.lock"

    @property
    def log(self) -> Path:
        """What the server says; no statements and no values of rows."""
        return self.directory / "postgres.log"

    @property
    def exists(self) -> bool:
        """Whether a complete cluster is there."""
        return (self.cluster / "PG_VERSION").is_file()

    def give(self, path: Path) -> None:
        """Hand a file that we made to the account."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)

    def socket_directory(self) -> Path | None:
        """Return the directory of the server's socket, mode 0700; None when it is not known yet.

        It lies beside the cluster, or, where that path is too long or too odd, in the system's directory for temporary
        files, its name kept in the file `socket-directory`.
        """
        beside = self.directory / "run"
        if _fits(beside):
            return beside
        note = self.directory / "socket-directory"
        noted = Path(note.read_text(encoding="utf-8").strip()) if note.is_file() else None
        return noted if noted is not None and self._is_ours(noted) else None

    def make_socket_directory(self) -> Path:
        """Return the directory of the server's socket, made if need be. Only the cluster's owner may call this."""
        known = self.socket_directory()
        if known is not None:
            make_directory(known, 0o700)
            self.give(known)
            return known
        made = Path(tempfile.mkdtemp(prefix="unisono-"))
        if not _fits(made):
            made.rmdir()
            made = Path(tempfile.mkdtemp(prefix="unisono-", dir="/tmp"))
        self.give(made)
        (self.directory / "socket-directory").write_text(f"{made}\n", encoding="utf-8")
        return made

    def _is_ours(self, directory: Path) -> bool:
        # Directories for temporary files belong to everybody: after a restart another user may have taken the name.
        try:
            status = directory.lstat()
        except OSError:
            return False
        uid = os.geteuid() if self.account is None else self.account.uid
        return status.st_mode & 0o170777 == 0o040700 and status.st_uid == uid


def make_data_dir(data_dir: Path) -> None:
    """Make the data directory if it is missing; one that exists keeps its mode.

    Nobody else may list it. For root it is made so that the server's account can walk through: everything in it that is
    private has a mode of its own.
    """
    if not data_dir.is_dir():
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        make_directory(data_dir, 0o711 if os.geteuid() == 0 else 0o700)


def look_up_place(data_dir: Path, *, state_dir: Path = STATE_DIR) -> Place:
    """Return where the cluster of this data directory is, or would be made; changes nothing.

    Raises ClusterUnreachable when the noted place is gone or the server's account cannot get there.
    """
    data_dir = data_dir.expanduser().resolve()
    home = data_dir / "postgres"
    note = home / "location"
    noted = Path(note.read_text(encoding="utf-8").strip()) if note.is_file() else None
    if noted is not None and not noted.is_dir():
        raise ClusterUnreachable(
            f"The database of {data_dir} was kept in {noted}, which is gone. Nothing was changed and no empty database was "
            f"made. Bring it back, or remove {note} and restore a backup with `unisono restore`."
        )
    if os.geteuid() != 0:
        return Place(directory=noted or home)
    directory = noted or home
    if (directory / "cluster").is_dir():
        account = _account_of(directory / "cluster")
    else:
        account = dedicated_account()
        if noted is None and barrier(home, account) is not None:
            directory = _place_elsewhere(state_dir, data_dir)
    blocked = barrier(directory, account)
    if blocked is not None:
        raise ClusterUnreachable(
            f"PostgreSQL runs as user {account.uid} and cannot walk through {blocked} to its files in {directory}. "
            "Nothing was changed. Let that user enter the directory (chmod o+x), or point UNISONO_DATA elsewhere."
        )
    return Place(directory=directory, account=account)


def prepare_place(data_dir: Path, *, state_dir: Path = STATE_DIR) -> Place:
    """Return the cluster's place with its directory made. Raises ClusterUnreachable, also when two data directories name it."""
    data_dir = data_dir.expanduser().resolve()
    try:
        make_data_dir(data_dir)
        place = look_up_place(data_dir, state_dir=state_dir)
        home = data_dir / "postgres"
        make_directory(home, 0o700 if place.account is None else 0o711)
        if place.directory != home:
            _claim(place, data_dir, home / "location")
        # Root may come first; the user whose data it is must be able to open them later.
        for path in (place.lock, place.log):
            if not path.exists():
                path.touch(mode=0o600)
                place.give(path)
    except PermissionError as error:
        raise ClusterUnreachable(
            f"No permission for {error.filename}. Nothing was started. Run as the user that owns {data_dir}, or point "
            "UNISONO_DATA to a directory of your own."
        ) from error
    return place


def make_directory(directory: Path, mode: int) -> None:
    """Make a directory with exactly this mode, whatever the umask; one that is there stays as it is."""
    try:
        directory.mkdir()
    except FileExistsError:
        return
    directory.chmod(mode)


def _claim(place: Place, data_dir: Path, note: Path) -> None:
    """Tie a place outside the data directory to it, both ways."""
    origin = place.directory / "data-directory"
    if not place.directory.is_dir():
        place.directory.parent.parent.mkdir(parents=True, exist_ok=True)
        make_directory(place.directory.parent, 0o755)
        make_directory(place.directory, 0o711)
        _log.warning("database_elsewhere", data_dir=str(data_dir), directory=str(place.directory))
    if origin.is_file():
        other = Path(origin.read_text(encoding="utf-8").strip())
        if other != data_dir and _names(other / "postgres" / "location", place.directory):
            raise ClusterUnreachable(
                f"{data_dir} and {other} both name the database in {place.directory}: one is a copy of the other. Nothing was "
                f"started. Remove {note} from the copy; it begins with an empty database."
            )
    origin.write_text(f"{data_dir}\n", encoding="utf-8")
    note.write_text(f"{place.directory}\n", encoding="utf-8")


def _place_elsewhere(state_dir: Path, data_dir: Path) -> Path:
    """Return the directory in which a data directory without a note begins.

    A cluster that is there already belonged to a data directory that was removed, and its secrets' key with it: it is left as
    it is.
    """
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    places = (state_dir / (name if number == 1 else f"{name}-{number}") for number in itertools.count(1))
    return next(place for place in places if not (place / "cluster").exists())


def _names(note: Path, directory: Path) -> bool:
    return note.is_file() and Path(note.read_text(encoding="utf-8").strip()) == directory


def _account_of(cluster: Path) -> Account:
    # Files that root has copied back belong to root; they are handed to the dedicated account when the server starts.
    owner = owner_of(cluster)
    return dedicated_account() if owner.uid == 0 else owner


def _fits(directory: Path) -> bool:
    path = os.fsencode(directory / SOCKET)
    return len(path) <= _LONGEST_SOCKET and _PLAIN_PATH.fullmatch(str(directory)) is not None
