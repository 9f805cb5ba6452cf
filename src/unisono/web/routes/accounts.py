"""One's own linked accounts: who else has linked one can be asked by nobody."""

from typing import Any
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from unisono.service.by_message.links import LinkCode, MyAccounts, change_account, my_accounts, new_link_code, unlink_account
from unisono.service.ports.accounts import AccountChange
from unisono.service.presence.xmpp_consent import follow_on_xmpp, show_on_xmpp
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs


class ChangeAccountBody(Body):
    """Whether private messages from the account are commands, whether its public posts may be, whether its presence counts."""

    commands: bool | UnsetType = UNSET
    public_posts: bool | UnsetType = UNSET
    presence: bool | UnsetType = UNSET


class ShownBody(Body):
    """Whether colleagues see one's presence in their XMPP programs."""

    shown: bool


@get("/me/accounts", opt=needs(SIGNED_IN), tags=["Accounts"])
async def mine(house: HouseDep, actor: ActorDep) -> MyAccounts:
    """Return one's own linked accounts, and the house's accounts that one can write to."""
    return await my_accounts(house.db, actor.access, house.settings.xmpp_domain)


@post("/me/accounts/code", opt=needs(SIGNED_IN), status_code=201, tags=["Accounts"])
async def code(house: HouseDep, actor: ActorDep) -> LinkCode:
    """Make a code. The account that sends it to the house in private is linked with the asker."""
    return await new_link_code(house.db, actor.access)


@patch("/me/accounts/{account_id:uuid}", opt=needs(SIGNED_IN), tags=["Accounts"])
async def change(house: HouseDep, actor: ActorDep, account_id: FromPath[UUID], data: JSONBody[ChangeAccountBody]) -> MyAccounts:
    """Choose what is heard from one's own account."""
    wanted = AccountChange(commands=data.commands, public_posts=data.public_posts)
    await change_account(house.db, actor.access, account_id, wanted)
    if data.presence is not UNSET:
        await follow_on_xmpp(house.outside, actor.access, account_id, data.presence)
    return await my_accounts(house.db, actor.access, house.settings.xmpp_domain)


@put("/me/accounts/shown", opt=needs(SIGNED_IN), tags=["Accounts"])
async def shown(house: HouseDep, actor: ActorDep, data: JSONBody[ShownBody]) -> MyAccounts:
    """Be shown to colleagues' XMPP programs, or no longer."""
    await show_on_xmpp(house.outside, actor.access, data.shown)
    return await my_accounts(house.db, actor.access, house.settings.xmpp_domain)


@delete("/me/accounts/{account_id:uuid}", opt=needs(SIGNED_IN), status_code=200, tags=["Accounts"])
async def unlink(house: HouseDep, actor: ActorDep, account_id: FromPath[UUID]) -> MyAccounts:
    """Take an account back; all that is known of it here is erased."""
    await unlink_account(house.db, actor.access, account_id)
    return await my_accounts(house.db, actor.access, house.settings.xmpp_domain)


ROUTES: list[Any] = [mine, code, change, shown, unlink]
