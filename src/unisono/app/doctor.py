"""`unisono doctor`: what is wrong, in one line each. Looks and changes nothing, but for starting the database if it must."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import typer

from unisono.app.doctor_lanes import look_at_lanes
from unisono.app.findings import Finding, Level
from unisono.app.findings import found as _found
from unisono.app.postgres import Place, database_server, find_binaries, look_up_place
from unisono.app.postgres.cluster import check_version
from unisono.app.postgres.place import STATE_DIR
from unisono.app.settings import Settings
from unisono.domain.errors import UnisonoError
from unisono.store.checkup import ServerState, WorkState, server_state, work_state
from unisono.store.driver import Connection
from unisono.store.keyring import KEY_FILE, BadKey, key_id, parse_keys, read_key_file
from unisono.store.migrate import applied, check_history, check_server, migrations
from unisono.store.tombstone_file import TombstoneFile

DESK = Path(__file__).parents[1] / "web" / "static" / "index.html"
_OPTIONAL = {"Dovecot": "/usr/sbin/dovecot", "Chromium": "/usr/bin/chromium", "PostgreSQL of the system": "/usr/lib/postgresql"}
_LEAST_ROOM, _LITTLE_ROOM = 200_000_000, 2_000_000_000


async def run_doctor(settings: Settings) -> int:
    """Print the findings; returns 1 when one of them is an error."""
    findings = await doctor(
        settings.data_dir, settings.database_url or None, secret_key=settings.secret_key, bin_dir=settings.postgres_bin_dir
    )
    findings += look_at_telephony(settings)
    findings += await look_at_lanes(settings.nats_url)
    colours = {Level.WARNING: typer.colors.YELLOW, Level.ERROR: typer.colors.RED}
    for finding in findings:
        typer.secho(f"{finding.level.value:8}{finding.subject}: {finding.text}", fg=colours.get(finding.level))
    return int(any(finding.level is Level.ERROR for finding in findings))


async def doctor(
    data_dir: Path,
    database_url: str | None,
    *,
    secret_key: str = "",
    bin_dir: Path | None = None,
    state_dir: Path = STATE_DIR,
    desk: Path = DESK,
) -> list[Finding]:
    """Return all findings, in the order in which they should be mended."""
    findings = [*look_at_data_directory(data_dir), look_at_desk(desk)]
    place: Place | None = None
    if database_url is None:
        place, said = look_at_programs(data_dir, bin_dir, state_dir)
        findings += said
        if place is None:
            return [*findings, *look_at_keys(data_dir, secret_key, []), look_at_optional_programs()]
    keys_needed: list[str] = []
    try:
        async with _connection(database_url, data_dir, bin_dir, state_dir) as connection:
            state = await server_state(connection)
            findings += look_at_server(state, datetime.now(UTC))
            findings += await look_at_schema(connection)
            if not any(f.level is Level.ERROR and f.subject == "schema" for f in findings):
                work = await work_state(connection)
                keys_needed = work.keys_needed
                findings += look_at_work(work)
    except (UnisonoError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, ValueError) as error:
        findings.append(_found("database", Level.ERROR, f"It does not answer: {error}"))
    findings += look_at_keys(data_dir, secret_key, keys_needed)
    return [*findings, look_at_optional_programs()]


@asynccontextmanager
async def _connection(
    database_url: str | None, data_dir: Path, bin_dir: Path | None, state_dir: Path
) -> AsyncIterator[Connection]:
    async with database_server(database_url, data_dir, bin_dir=bin_dir, state_dir=state_dir) as dsn:
        connection: Any = await asyncpg.connect(dsn, timeout=10, statement_cache_size=0)
        try:
            await check_server(connection)
            yield connection
        finally:
            await connection.close()


def look_at_data_directory(data_dir: Path) -> list[Finding]:
    """Whether it can be written to, and has room."""
    if not data_dir.is_dir():
        return [_found("data directory", Level.NOTE, f"{data_dir} is not there yet; the first start makes it.")]
    try:
        with tempfile.NamedTemporaryFile(dir=data_dir, prefix=".doctor."):
            pass
    except OSError as error:
        return [
            _found("data directory", Level.ERROR, f"{data_dir} cannot be written to ({error.strerror}). Check owner and disk.")
        ]
    findings = [_found("data directory", Level.OK, str(data_dir)), look_at_room("disk", data_dir)]
    try:
        damaged = TombstoneFile(data_dir).read().damaged
    except OSError as error:
        text = f"The ledger of erasures cannot be read ({error.strerror}); erasing fails until it can."
        return [*findings, _found("tombstones", Level.ERROR, text)]
    if damaged:
        text = f"{damaged} lines of the ledger of erasures were cut off by a crash; a restore cannot erase those again."
        findings.append(_found("tombstones", Level.WARNING, text))
    return findings


def look_at_room(subject: str, directory: Path) -> Finding:
    """Whether the disk of a directory has room."""
    free = shutil.disk_usage(directory).free
    text = f"{free / 1e9:.1f} GB free at {directory}."
    if free < _LEAST_ROOM:
        return _found(subject, Level.ERROR, f"{text} The database will soon stop writing; make room.")
    if free < _LITTLE_ROOM:
        return _found(subject, Level.WARNING, f"{text} That is little; make room.")
    return _found(subject, Level.OK, text)


def look_at_desk(desk: Path) -> Finding:
    """Whether the desk was built."""
    if desk.is_file():
        return _found("desk", Level.OK, "built")
    return _found("desk", Level.ERROR, "It was not built, so browsers get nothing. In a checkout type: make ui")


def look_at_programs(data_dir: Path, bin_dir: Path | None, state_dir: Path) -> tuple[Place | None, list[Finding]]:
    """Which server programs would run, and on which cluster. The place is None when there is no cluster to connect to."""
    try:
        programs = find_binaries(bin_dir)
        place = look_up_place(data_dir, state_dir=state_dir)
    except UnisonoError as error:
        return None, [_found("database programs", Level.ERROR, str(error))]
    findings = [_found("database programs", Level.OK, f"PostgreSQL {programs.version} ({programs.source}), {programs.directory}")]
    try:
        exists = place.exists
    except PermissionError:
        text = f"No permission for {place.directory}: it belongs to another user. Run the doctor as that user."
        return None, [*findings, _found("database files", Level.ERROR, text)]
    if not exists:
        text = f"None yet in {place.directory}; the first start makes them."
        return None, [*findings, _found("database files", Level.NOTE, text)]
    try:
        check_version(place, programs)
    except UnisonoError as error:
        return None, [*findings, _found("database files", Level.ERROR, str(error))]
    findings.append(_found("database files", Level.OK, str(place.cluster)))
    if data_dir not in place.directory.parents and data_dir.is_dir():
        findings.append(look_at_room("database disk", place.directory))
    return place, findings


def look_at_server(state: ServerState, here: datetime) -> list[Finding]:
    """Version, clock, connections, and transactions that hold others up. `here`: this machine's time, UTC."""
    size = f"PostgreSQL {state.version}, UTF-8, German letters fold, {state.size_bytes / 1e6:.0f} MB"
    findings = [_found("database", Level.OK, size)]
    apart = (state.now - here).total_seconds()
    if abs(apart) > 5:
        text = f"The database's clock is {apart:+.0f} s from this machine's. Let both follow a time server (NTP)."
        findings.append(_found("clock", Level.ERROR, text))
    else:
        findings.append(_found("clock", Level.OK, f"{here:%Y-%m-%d %H:%M:%S} UTC, the database agrees"))
    if state.connections > 0.9 * state.connections_allowed:
        text = f"{state.connections} of {state.connections_allowed} are in use. Lower UNISONO_POOL_SIZE or raise max_connections."
        findings.append(_found("connections", Level.WARNING, text))
    if state.tail_age_s > 5:
        text = (
            f"A transaction that has written is open for {state.tail_age_s:.0f} s; until it ends desks see no news. "
            "Find it in pg_stat_activity (backend_xid is not null), also in other databases of this server."
        )
        findings.append(_found("event log", Level.ERROR if state.tail_age_s > 60 else Level.WARNING, text))
    elif state.oldest_transaction_s > 3600:
        text = f"A transaction is open for {state.oldest_transaction_s / 3600:.1f} h and keeps dead rows from being cleared."
        findings.append(_found("transactions", Level.WARNING, text))
    return findings


async def look_at_schema(connection: Connection) -> list[Finding]:
    """Whether database and program fit each other."""
    present, wanted = await applied(connection), migrations()
    try:
        check_history(present, wanted)
    except UnisonoError as error:
        return [_found("schema", Level.ERROR, str(error))]
    missing = len({m.number for m in wanted} - {entry.number for entry in present})
    if missing:
        text = f"{missing} of {len(wanted)} migrations are still to be applied; the next start does it, or: unisono migrate"
        return [_found("schema", Level.ERROR, text)]
    return [_found("schema", Level.OK, f"up to date ({present[-1].name})")]


def look_at_work(work: WorkState) -> list[Finding]:
    """Work that nobody does, and what only people can mend."""
    findings = []
    if work.restore_unfinished:
        text = "A restore was cut short before what had been erased was erased again. Start Unisono once; that finishes it."
        findings.append(_found("restore", Level.ERROR, text))
    if work.newest_event_ahead_s > 5:
        text = f"The newest event lies {work.newest_event_ahead_s:.0f} s in the future: the clock was set back."
        findings.append(_found("clock", Level.WARNING, text))
    if work.oldest_unread_s > 120:
        text = f"An item waits unread for {work.oldest_unread_s / 60:.0f} min. Does the role intake run?"
        findings.append(_found("inbox", Level.ERROR, text))
    if work.longest_overdue_s > 600:
        text = f"An answer is overdue for {work.longest_overdue_s / 60:.0f} min. Does the role delivery run?"
        findings.append(_found("outbox", Level.ERROR, text))
    if work.quarantined:
        text = f"{work.quarantined} items could not be read and wait in the quarantine for a person."
        findings.append(_found("quarantine", Level.WARNING, text))
    if work.undelivered:
        findings.append(
            _found("outbox", Level.WARNING, f"{work.undelivered} answers could not be delivered; see them in the desk.")
        )
    if work.channels_in_trouble:
        findings.append(_found("channels", Level.WARNING, f"Not working: {', '.join(work.channels_in_trouble)}."))
    return findings or [_found("work", Level.OK, "nothing is stuck")]


def look_at_keys(data_dir: Path, secret_key: str, needed: Sequence[str]) -> list[Finding]:
    """Whether the keys are there, closed to others, and the ones that stored secrets need."""
    path = data_dir / KEY_FILE
    try:
        if secret_key:
            keys, source = parse_keys(secret_key, "UNISONO_SECRET_KEY"), "UNISONO_SECRET_KEY"
        elif path.exists():
            keys, source = read_key_file(path), str(path)
        else:
            keys, source = [], ""
    except BadKey as error:
        return [_found("keys", Level.ERROR, str(error))]
    missing = sorted(set(needed) - {key_id(key) for key in keys})
    if missing:
        text = f"Secrets are sealed with keys that are not here: {', '.join(missing)}. Put them back, or enter the secrets anew."
        return [_found("keys", Level.ERROR, text)]
    if not keys:
        return [_found("keys", Level.NOTE, "None yet; the first start makes one.")]
    owner = path.stat().st_uid if not secret_key else os.geteuid()
    if owner not in (0, os.geteuid()):
        return [_found("keys", Level.WARNING, f"{path} belongs to user {owner}, not to the one who runs this.")]
    return [_found("keys", Level.OK, source)]


def look_at_telephony(settings: Settings) -> list[Finding]:
    """Whether the lines of the voice file can be worked here; nothing when there are none by SIP."""
    # Only the telephone needs them, and only where there is one.
    from unisono.app.voice import read_voice_file
    from unisono.voice.sip.checking import check

    try:
        tables = read_voice_file(settings)
    except UnisonoError as error:
        return [_found("telephony", Level.ERROR, str(error))]
    findings = []
    for name, table in tables.items():
        if table.get("kind", name) != "sip" or table.get("enabled") is False:
            continue
        against = check({key: value for key, value in table.items() if key not in {"kind", "enabled"}})
        findings += [_found(f"line {name}", Level.ERROR if one.hurts else Level.NOTE, one.text) for one in against]
        if not any(one.hurts for one in against):
            findings.append(_found(f"line {name}", Level.OK, "The SIP endpoint can run here."))
    return findings


def look_at_optional_programs() -> Finding:
    """Which programs are there that only the tests use."""
    there = [name for name, path in _OPTIONAL.items() if Path(path).exists()]
    absent = [name for name in _OPTIONAL if name not in there]
    text = f"found: {', '.join(there) or 'none'}; not found: {', '.join(absent) or 'none'}. Only the tests need them: make peers"
    return _found("optional programs", Level.NOTE, text)
