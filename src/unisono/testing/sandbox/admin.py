"""The interface for whoever stages the play: faults, rules, accounts, and what was asked. It needs the admin's token."""

import hmac
from typing import Any

import msgspec
from litestar import Router, delete, get, patch, post
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from unisono.testing.sandbox.faces import Rate
from unisono.testing.sandbox.faults import Fault
from unisono.testing.sandbox.given import Asked, TheHouse, number
from unisono.testing.sandbox.model import Refused
from unisono.testing.sandbox.trouble import Seen


class NewAccount(Struct, forbid_unknown_fields=True):
    """Somebody who joins."""

    name: str
    handle: str = ""
    company: bool = False
    about: str = ""


class Said(Struct, forbid_unknown_fields=True):
    """Something that an account says, whoever it belongs to."""

    author: str
    text: str
    in_reply_to: str | None = None
    to: str | None = None
    page: str | None = None


def only_admin(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse everybody else."""
    wanted = f"Bearer {connection.scope['state']['house'].admin_token}"
    if not hmac.compare_digest(connection.headers.get("authorization", "").encode(), wanted.encode()):
        raise Refused(401, "admin_only", "This needs the admin's token, which the server printed when it started.")


@get("/faults")
async def show_faults(house: TheHouse) -> list[Fault]:
    """Tell what is in force."""
    return house.script.faults


@post("/faults")
async def add_fault(house: TheHouse, data: JSONBody[Fault]) -> Fault:
    """Put a fault into the script."""
    return house.script.add(data)


@delete("/faults")
async def remove_faults(house: TheHouse) -> None:
    """End all faults."""
    house.script.remove()


@delete("/faults/{fault:int}")
async def remove_fault(house: TheHouse, fault: FromPath[int]) -> None:
    """End one fault."""
    house.script.remove(fault)


@patch("/faces/{face:str}")
async def configure(house: TheHouse, face: FromPath[str], data: JSONBody[dict[str, Any]]) -> dict[str, Any]:
    """Change rules of a network."""
    if isinstance(data.get("rate"), dict):
        try:
            data["rate"] = msgspec.convert(data["rate"], Rate)
        except msgspec.ValidationError as error:
            raise Refused(422, "no_rule", f"This is no rate: {error}.") from error
    changed: dict[str, Any] = msgspec.to_builtins(house.network.configure(face, **data))
    return changed


@post("/faces/{face:str}/accounts")
async def join(house: TheHouse, face: FromPath[str], data: JSONBody[NewAccount]) -> dict[str, Any]:
    """Make an account; a company's comes with its tokens."""
    account = house.network.join(face, data.name, data.handle, company=data.company, about=data.about)
    tokens = {"token": account.token, "refresh_token": account.refresh_token}
    return house.wire.account(account) | (tokens if data.company else {})


@delete("/accounts/{account:str}")
async def leave(house: TheHouse, account: FromPath[str]) -> None:
    """Delete an account with all that it said."""
    house.network.leave(number(account))


@post("/items")
async def say(request: Asked, house: TheHouse, data: JSONBody[Said]) -> dict[str, Any]:
    """Say something in somebody's name. Knows `Idempotency-Key`."""
    item = house.network.say(
        number(data.author), data.text, key=request.headers.get("idempotency-key") or None,
        in_reply_to=number(data.in_reply_to) if data.in_reply_to else None,
        to=number(data.to) if data.to else None, page=number(data.page) if data.page else None,
    )  # fmt: skip
    return house.wire.item(item, item.author)


@delete("/items/{item:str}")
async def remove(house: TheHouse, item: FromPath[str]) -> None:
    """Delete an item in its author's name."""
    found = house.network.store.item(number(item))
    if found is None:
        raise Refused(404, "no_item", "This does not exist.")
    house.network.delete(found.author, found.id)


@get("/requests")
async def show_requests(house: TheHouse, limit: FromQuery[int] = 100) -> list[Seen]:
    """Tell what was asked lately, newest last."""
    return list(house.seen)[-limit:]


router = Router(
    path="/admin",
    guards=[only_admin],
    route_handlers=[
        show_faults, add_fault, remove_faults, remove_fault, configure, join, leave, say, remove, show_requests,
    ],
)  # fmt: skip
