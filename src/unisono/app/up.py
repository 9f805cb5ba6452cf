"""The long-running commands, and those about the database."""

from pathlib import Path

import structlog
import typer

from unisono.app.build import Running, build
from unisono.app.logs import set_up_logging
from unisono.app.metrics import measured
from unisono.app.postgres import database_server, look_up_place
from unisono.app.restoring import finish_restore, restore_into
from unisono.app.roles import ROLES, run_roles, tidy
from unisono.app.settings import Settings
from unisono.domain.errors import Invalid, NotFound
from unisono.service.first_run import make_set_up_link, set_up_needed

_log = structlog.get_logger("start")


async def run_up(settings: Settings) -> int:
    """Run all roles in this process; prints the address and, on the first run, the set-up link."""
    return await run_some(settings, list(ROLES))


async def run_some(settings: Settings, roles: list[str]) -> int:
    """Run some roles. Raises Invalid for a role that does not exist."""
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise Invalid(f"No such role: {', '.join(unknown)}. Roles are {', '.join(ROLES)}.")
    set_up_logging(settings.log_format, settings.log_level)
    async with build(settings) as running:
        await finish_restore(running)
        await tidy(running)
        if "web" in roles:
            await greet(running)
        async with measured(running, counts="clock" in roles):
            await run_roles(running, roles)
    return 0


async def greet(running: Running) -> None:
    """Say where the desk is, and how to make the first administrator."""
    base = running.house().settings.public_url
    if await set_up_needed(running.db):
        made = await make_set_up_link(running.db)
        typer.echo(f"Unisono is ready to be set up: {base}/setup/{made.token}  (good for {made.good_for_s // 3600} hours)")
    else:
        typer.echo(f"Unisono: {base}")


async def run_migrate(settings: Settings) -> int:
    """Migrate and stop."""
    set_up_logging(settings.log_format, settings.log_level)
    async with build(settings):
        typer.echo("The schema is up to date.")
    return 0


async def run_backup(settings: Settings, target: Path) -> int:
    """Write a backup."""
    from unisono.app.backup import backup

    set_up_logging(settings.log_format, settings.log_level)
    if not settings.database_url and not look_up_place(settings.data_dir).exists:
        raise NotFound(f"There is no database in {settings.data_dir}. Nothing was written; name the data directory with --data.")
    # Not the whole house: a backup is also what comes before an upgrade, and must not migrate.
    server = database_server(settings.database_url or None, settings.data_dir, bin_dir=settings.postgres_bin_dir)
    async with server as dsn:
        manifest = await backup(dsn, settings.data_dir, target)
    typer.echo(f"{target}: {manifest.summary}")
    return 0


async def run_restore(settings: Settings, source: Path) -> int:
    """Restore a backup and erase again what was erased."""
    set_up_logging(settings.log_format, settings.log_level)
    typer.echo(await restore_into(settings, source))
    return 0
