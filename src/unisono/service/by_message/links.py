"""An employee's own accounts: linked by a code that is sent from them, seen by nobody else, and gone when taken back."""

import re
import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import NotFound
from unisono.presence.words import Source
from unisono.presence.xmpp import local_of
from unisono.service.access import Access
from unisono.service.actor import hash_of
from unisono.service.instant import Instant, instant
from unisono.service.log_in import login_key
from unisono.service.ports import Database
from unisono.service.ports.accounts import AccountChange, LinkedAccount
from unisono.service.presence.settle import settle

#: Networks that prove to us who writes. A mail's sender can be forged, and whoever chats on a page has no account.
PROVING: Final = frozenset({"sandbox", "xmpp", "matrix", "mastodon", "bluesky", "telegram", "x"})
#: Long enough to type it over, too short to be found on a note.
CODE_GOOD_FOR: Final = timedelta(minutes=15)
# Without letters and digits that are taken for one another.
_SIGNS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE: Final = re.compile(rf"\W*(?:unisono\s+)?([{_SIGNS}]{{5}})[-\s]?([{_SIGNS}]{{5}})\W*", re.IGNORECASE)


class LinkedView(Struct, frozen=True, kw_only=True):
    """One's own account. commands: private messages from it are commands. public_posts: posts of it may be, too.

    presence: empty when its presence does not count here; else `new`, `asked`, `granted` or `refused` by the account's program.
    """

    id: UUID
    network: str
    realm: str
    label: str
    commands: bool
    public_posts: bool
    linked_at: Instant
    presence: str = ""


class WayIn(Struct, frozen=True, kw_only=True):
    """An account of the house to which a code, and then commands, can be sent."""

    network: str
    name: str
    handle: str


class MyAccounts(Struct, frozen=True, kw_only=True):
    """One's own linked accounts, and where one can write to.

    shown: whether colleagues see one's presence in their XMPP programs, `shown_as`: at which address; empty where there is none.
    """

    items: list[LinkedView]
    ways: list[WayIn]
    shown: bool = False
    shown_as: str = ""


class LinkCode(Struct, frozen=True, kw_only=True):
    """A code that links whatever account it is sent from, once, until then."""

    code: str
    expires_at: Instant


def code_in(text: str) -> str | None:
    """Return the code that a message is, and nothing beside; None when it is something else."""
    found = _CODE.fullmatch(text.strip()[:60])
    return f"{found[1]}{found[2]}".upper() if found else None


async def new_link_code(db: Database, access: Access) -> LinkCode:
    """Make a code for the asker; an older one of theirs is no longer good."""
    code = "".join(secrets.choice(_SIGNS) for _ in range(10))
    async with db.write() as tx:
        expires_at = tx.now + CODE_GOOD_FOR
        await tx.accounts.put_code(hash_of(code), access.user_id, expires_at)
    return LinkCode(code=f"{code[:5]}-{code[5:]}", expires_at=instant(expires_at))


async def my_accounts(db: Database, access: Access, domain: str = "") -> MyAccounts:
    """Return one's own accounts. There is no way to ask for anybody else's."""
    async with db.read() as tx:
        accounts = await tx.accounts.of(access.user_id)
        running = await tx.channels.running()
        followed = {one.account_id: one.asked or "new" for one in await tx.xmpp.followed() if one.user_id == access.user_id}
        shown = await tx.xmpp.is_shown(access.user_id)
        person = await tx.people.user(access.user_id) if domain else None
    ways = {(c.network, c.name, c.handle) for c in running if c.network in PROVING}
    return MyAccounts(
        items=[_view(one, followed.get(one.id, "")) for one in accounts],
        shown=shown,
        shown_as=f"{local_of(login_key(person.login))}@{domain}" if person is not None else "",
        ways=[WayIn(network=network, name=name, handle=handle) for network, name, handle in sorted(ways)],
    )


async def change_account(db: Database, access: Access, account_id: UUID, change: AccountChange) -> None:
    """Choose what is heard from one's own account. Raises NotFound for what is none of one's own."""
    async with db.write() as tx:
        if not await tx.accounts.change(account_id, access.user_id, change):
            raise _none()


async def unlink_account(db: Database, access: Access, account_id: UUID) -> None:
    """Take an account back: it, and all that is known of it here, is erased. Raises NotFound."""
    async with db.write() as tx:
        if not await tx.accounts.unlink(account_id, access.user_id):
            raise _none()
        await tx.presence.forget_words(access.user_id, Source.XMPP, str(account_id))
        await settle(tx, [access.user_id])


def _none() -> NotFound:
    return NotFound("You have no such linked account; reload the page.", code="no_account")


def _view(one: LinkedAccount, presence: str) -> LinkedView:
    return LinkedView(
        id=one.id, network=one.network, realm=one.realm, label=one.label, commands=one.commands,
        public_posts=one.public_posts, linked_at=instant(one.linked_at), presence=presence,
    )  # fmt: skip
