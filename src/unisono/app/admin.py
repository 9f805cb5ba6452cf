"""Commands for an administrator at the machine: they act for the house itself."""

from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from unisono.app.build import build
from unisono.app.settings import Settings
from unisono.domain.errors import Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ACTIONS, APART
from unisono.service.erase import erase_for
from unisono.service.links import PASSWORD, make_link
from unisono.service.reports.fold import rebuild_reports
from unisono.service.secrets import rotate_secrets
from unisono.service.setup_views import GrantView
from unisono.service.users import add_user
from unisono.service.works_agreement import works_agreement
from unisono.store.keyring import KEY_FILE, add_key, drop_keys, open_keyring


def house_access() -> Access:
    """Return the access of whoever can run commands on the machine: everything but what is a role of its own."""
    allowed = frozenset(ACTIONS) - APART
    return Access(user_id=new_id(), actions=allowed, classes=dict.fromkeys(allowed, None))


async def run_erase(settings: Settings, customer_id: str, reason: str) -> int:
    """Erase a customer."""
    try:
        wanted = UUID(customer_id)
    except ValueError:
        raise Invalid(f"{customer_id!r} is no customer's id; it looks like 01890000-0000-7000-8000-000000000000.") from None
    async with build(settings) as running:
        result = await erase_for(running.outside, wanted, None, reason)
    typer.echo(f"Erased: {result.messages} messages, {result.attachments} attachments; kept sealed by law: {result.sealed}.")
    return 0


async def run_user_add(settings: Settings, login: str, name: str, role: str) -> int:
    """Add a person with a role in the whole organisation, and print a password link."""
    async with build(settings) as running:
        grant = GrantView(role=role, scope_kind="organisation")
        user_id = await add_user(running.db, house_access(), new_id(), login=login, name=name, grants=[grant])
        async with running.db.write() as tx:
            made = await make_link(tx, PASSWORD, user_id)
        base = running.house().settings.public_url
    typer.echo(f"{login} was added as {role}. Link to set the password: {base}/setup/{made.token}")
    return 0


async def run_user_list(settings: Settings) -> int:
    """Print the people of the house."""
    async with build(settings) as running, running.db.read() as tx:
        users = await tx.people.users(None, 1_000)
    table = Table("login", "name", "roles", "state")
    for user in users:
        roles = ", ".join(f"{g.role} ({g.scope_kind})" for g in user.roles)
        table.add_row(user.login, user.name, roles, "disabled" if user.disabled else "")
    Console().print(table)
    return 0


async def run_user_link(settings: Settings, login: str) -> int:
    """Print a link by which a person sets a new password."""
    async with build(settings) as running:
        async with running.db.write() as tx:
            user = await tx.people.user_by_login(login)
            if user is None or user.disabled:
                raise NotFound(f"Nobody with the login {login!r} can log in. `unisono user list` shows who can.")
            made = await make_link(tx, PASSWORD, user.id)
        base = running.house().settings.public_url
    typer.echo(f"{base}/setup/{made.token}  (good for {made.good_for_s // 3600} hours)")
    return 0


async def run_channel_list(settings: Settings) -> int:
    """Print the channels with their state."""
    async with build(settings) as running, running.db.write() as tx:
        channels = await tx.channels.running()
    table = Table("channel", "network", "account", "state", "id")
    for channel in channels:
        table.add_row(channel.name, channel.network, channel.handle, channel.state, str(channel.id))
    Console().print(table)
    return 0


async def run_rotate(settings: Settings) -> int:
    """Make a new key, seal everything with it, drop the old ones that nothing needs."""
    if settings.secret_key:
        raise Invalid(
            "The key comes from UNISONO_SECRET_KEY. Put a new one in front of the old one there, separated by a comma, and "
            "restart all nodes; take the old one away when `unisono doctor` says that nothing needs it."
        )
    async with build(settings) as running:
        path = running.data_dir / KEY_FILE
        current = add_key(path)
        keyring = open_keyring(running.data_dir)
        count = await rotate_secrets(running.db, keyring, current)
        async with running.db.read() as tx:
            needed = await tx.secrets.key_ids()
        dropped = drop_keys(path, {*needed, current})
    typer.echo(f"{count} secrets are sealed with the new key {current}. Keys dropped: {', '.join(dropped) or 'none'}.")
    return 0


async def run_reports_rebuild(settings: Settings) -> int:
    """Make all figures of reports anew."""
    async with build(settings) as running:
        told = await rebuild_reports(running.db)
    typer.echo(f"Reports were made anew from {told} events of the log.")
    return 0


async def run_works_agreement(settings: Settings, locale: str) -> int:
    """Print what is held about employees, in a language or in both."""
    async with build(settings) as running:
        found = await works_agreement(running.db, None)
    heads = {
        "de": (
            "Angaben über Beschäftigte in Unisono",
            "Angabe",
            "Wozu",
            "Wer sie sieht",
            "In welchem Bericht",
            "Wie lange",
            "Ort",
        ),
        "en": ("Data about employees in Unisono", "Datum", "What for", "Who sees it", "In which report", "How long", "Place"),
    }
    rules = {
        "de": "Berichte zeigen Gruppen ab {least}. Erlaubnisse, Einzelne anzusehen, die jetzt für alle gelten: {permits}.",
        "en": "Reports show groups of at least {least}. Permits to look at single people that hold for everybody now: {permits}.",
    }
    for one in ("de", "en") if locale == "both" else (locale,):
        title, *names = heads[one]
        typer.echo(f"# {title}\n\n{rules[one].format(least=found.least, permits=found.permits)}\n")
        for row in found.rows:
            typer.echo(f"## {row.what[one]}\n")
            cells = (row.purpose, row.seen_by, row.report, row.kept)
            for name, cell in zip(names[1:5], cells, strict=True):
                typer.echo(f"- {name}: {cell[one]}")
            typer.echo(f"- {names[5]}: `{row.place}`\n")
    return 0
