"""Making a cluster, telling whether the programs fit it, and its settings."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import structlog

from unisono.app.postgres.account import ENVIRONMENT, named_account, run_as
from unisono.app.postgres.binaries import Binaries, all_binaries
from unisono.app.postgres.errors import PostgresFailed, WrongMajorVersion
from unisono.app.postgres.place import Place

SUPERUSER = "app"
DATABASE = "unisono"
SETTINGS_FILE = "unisono.conf"
_MEBI = 1 << 20
_log = structlog.get_logger("postgres")


def locale_options(major: int) -> list[str]:
    """Return initdb's options for a locale that folds German and every other script.

    The built-in provider came with 17, its full Unicode rules with 18; the C library's locale below it governs trigrams and
    the text-search parser and must be UTF-8 as well.
    Source: https://www.postgresql.org/docs/18/locale.html#LOCALE-PROVIDERS
    """
    if major >= 18:
        return ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C.UTF-8"]
    if major == 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
    return ["--locale-provider=libc", "--locale=C.UTF-8"]


def make_cluster(place: Place, binaries: Binaries) -> None:
    """Make an empty cluster, there whole or not at all. Raises PostgresFailed with what initdb said."""
    _sweep(place)
    # A name of its own: the initdb of a process that was killed may still be writing. And made here, because initdb may not
    # write to the directory above.
    fresh = Path(tempfile.mkdtemp(prefix="cluster.new-", dir=place.directory))
    # initdb insists on a user with a name; the server does not, so the files change hands afterwards.
    maker = place.account if place.account is None or place.account.has_name else named_account()
    if maker is not None:
        os.chown(fresh, maker.uid, maker.gid)
    command: list[str | Path] = [
        binaries.directory / "initdb", "-D", fresh, "-U", SUPERUSER, "-E", "UTF8", *locale_options(binaries.major),
        # The socket's directory has mode 0700 and there is no TCP: who can connect is the owner.
        "-A", "trust",
        # Not one fsync for each of a thousand files, but one sync for all of them below.
        "-N",
    ]  # fmt: skip
    said = subprocess.run(command, env=ENVIRONMENT, cwd="/", capture_output=True, text=True, check=False, **run_as(maker))
    if said.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise PostgresFailed(
            f"initdb of PostgreSQL {binaries.version} ({binaries.directory}) could not make a database in {place.directory}. "
            f"Nothing was kept. It said: {said.stderr.strip() or said.stdout.strip()}"
        )
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(f"\n# Written at each start; what stands below this line wins.\ninclude '{SETTINGS_FILE}'\n")
    (fresh / SETTINGS_FILE).touch(mode=0o600)
    hand_over(place, fresh)
    os.sync()
    fresh.rename(place.cluster)
    _sync_directory(place.directory)
    # Again: an initdb whose owner was killed may have written on while the first sweep was at work.
    _sweep(place)
    _log.info("cluster_made", directory=str(place.cluster), version=binaries.version)


def _sweep(place: Place) -> None:
    for leftover in place.directory.glob("cluster.new*"):
        shutil.rmtree(leftover, ignore_errors=True)


def hand_over(place: Place, directory: Path) -> None:
    """Give a directory and all below it to the place's account."""
    if place.account is None:
        return
    for folder, directories, files in os.walk(directory):
        for name in (*directories, *files):
            place.give(Path(folder, name))
    place.give(directory)


def check_version(place: Place, binaries: Binaries) -> None:
    """Raise WrongMajorVersion unless the programs are of the major version that made the cluster."""
    found = (place.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if found == str(binaries.major):
        return
    fitting = next((b.directory for b in all_binaries() if str(b.major) == found), None)
    programs = str(fitting) if fitting is not None else f"/usr/lib/postgresql/{found}/bin"
    install = "" if fitting is not None else f" (programs of version {found} must be installed first)"
    raise WrongMajorVersion(
        f"The database in {place.cluster} was made by PostgreSQL {found}; the programs in {binaries.directory} are of version "
        f"{binaries.major} and cannot read it. Nothing was changed. Move it by backup and restore{install}: "
        f"UNISONO_POSTGRES_BIN={programs} unisono backup FILE, then move {place.directory} away, then unisono restore FILE."
    )


def write_settings(place: Place, major: int) -> None:
    """Write the settings of this start. Settings of one's own belong at the end of postgresql.conf, where they win."""
    lines = [f"{name} = {_quoted(value)}" for name, value in settings(_memory_bytes(), major).items()]
    path = place.cluster / SETTINGS_FILE
    path.write_text("# Unisono writes this file at each start.\n" + "\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)
    place.give(path)


def settings(memory_bytes: int, major: int) -> dict[str, str]:
    """Return the server's settings for a small site that shares its machine with the product."""
    shared_mb = min(max(memory_bytes // 16 // _MEBI, 32), 256)
    chosen = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{shared_mb}MB",
        "effective_cache_size": f"{max(memory_bytes // 2 // _MEBI, 64)}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": "64MB",
        "synchronous_commit": "on",
        "fsync": "on",
        "full_page_writes": "on",
        # Compressing the first image of each page after a checkpoint costs a quarter of the time of a group of offers (no lz4),
        # to write a third less; checkpoints are rarer instead. What a crash leaves to be read again stays within max_wal_size.
        "wal_compression": "off",
        "checkpoint_timeout": "15min",
        "max_wal_size": "1GB",
        "jit": "off",
        # A container's /dev/shm holds 64 MB by default, and with two cores there is nothing to gain.
        "max_parallel_workers_per_gather": "0",
        # A fresh house fills within a minute; plans made for empty tables cost four times the work until they are analysed.
        "autovacuum_naptime": "10s",
        # An open transaction that has written holds up the tail of the event log.
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "datestyle": "iso, ymd",
        "lc_messages": "C",
        "default_text_search_config": "pg_catalog.simple",
        # The log is no place for what people wrote: no failed statements, no values, no details. What fails is reported
        # to the caller; LOG, FATAL and PANIC stay.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] ",
        "cluster_name": "unisono",
    }
    if major >= 18:
        # The default starts three more processes for reads that a small site has in memory.
        chosen["io_method"] = "sync"
    return chosen


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return 2 << 30


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
