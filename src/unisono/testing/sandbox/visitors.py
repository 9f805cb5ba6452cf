"""The interface behind the page: visitors pick or make up a customer and speak as they like. No passwords: it is a play."""

import secrets
from typing import Any

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody
from litestar.response import Stream
from msgspec import Struct

from unisono.testing.sandbox.api import NewText, taken
from unisono.testing.sandbox.given import Asked, House, TheHouse, Visitor, number
from unisono.testing.sandbox.model import Account, Item, Refused

_PAGE = 20
_INLINE = 3


class NewPerson(Struct, forbid_unknown_fields=True):
    """A customer who is made up."""

    name: str
    handle: str = ""


class Said(Struct):
    """A form of the page; ids are empty where they do not apply."""

    text: str = ""
    in_reply_to: str = ""
    to: str = ""
    page: str = ""
    alt: str = ""
    file: UploadFile | None = None


def somebody(visitor: Account | None) -> Account:
    """Return who the visitor is. Raises Refused (401) for somebody who only looks."""
    if visitor is None:
        raise Refused(401, "nobody", "Choose who you are first.")
    return visitor


@get("/start")
async def start(house: TheHouse, visitor: Visitor, face: FromPath[str]) -> dict[str, Any]:
    """Tell the page what it needs to begin."""
    rules = house.network.face(face)
    store = house.network.store
    return {
        "face": {
            "key": rules.key, "name": rules.name, "claim": rules.claim, "pages": rules.pages, "unit": rules.unit,
            "max_text": rules.max_text, "url_cost": rules.url_cost, "max_direct": rules.max_direct,
            "media_types": rules.media_types, "media_bytes": rules.media_bytes,
        },
        "me": house.wire.account(visitor) if visitor else None,
        "companies": [house.wire.account(account) for account in store.living(face, companies=True)],
        "unread": len(_unread(house, visitor)) if visitor else 0,
    }  # fmt: skip


@get("/people")
async def people(house: TheHouse, face: FromPath[str]) -> list[dict[str, Any]]:
    """Tell who is there to be played, newest first."""
    found = house.network.store.living(house.network.face(face).key, companies=False, limit=200)
    return [house.wire.account(account) for account in found]


@post("/people")
async def join(house: TheHouse, face: FromPath[str], data: JSONBody[NewPerson]) -> dict[str, Any]:
    """Make somebody up."""
    return _entered(house, house.network.join(face, data.name, data.handle))


@post("/people/{account:str}/enter")
async def enter(house: TheHouse, face: FromPath[str], account: FromPath[str]) -> dict[str, Any]:
    """Become somebody."""
    found = house.network.account(number(account))
    if found.company or found.face != face:
        raise Refused(403, "people_only", "Only people of this network can be played here.")
    return _entered(house, found)


@delete("/me")
async def leave(house: TheHouse, visitor: Visitor) -> None:
    """Delete one's account and all that it said."""
    house.network.leave(somebody(visitor).id)


@get("/timeline")
async def timeline(
    house: TheHouse, face: FromPath[str], before: FromQuery[str | None] = None, handle: FromQuery[str | None] = None
) -> dict[str, Any]:
    """Give public posts, newest first, each with its newest comments; of one person or company, if named."""
    store = house.network.store
    condition, values = "face = ? and peer is null and deleted_at is null", [house.network.face(face).key]
    if handle:
        who = house.network.by_handle(face, handle)
        condition += " and (author = ? or page = ?)"
        values += [str(who.id), str(who.id)]
    else:
        condition += " and root = id"
    if before:
        condition += " and id < ?"
        values.append(str(number(before)))
    items = store.items_where(f"{condition} order by id desc limit {_PAGE}", values)
    counts = store.comment_counts(item.id for item in items)
    comments = {item.id: _newest_comments(house, item) for item in items if counts.get(item.id)}
    return {
        "items": [
            view | {"comments": counts.get(item.id, 0), "newest": comments.get(item.id, [])}
            for item, view in zip(items, house.wire.items(items, None), strict=True)
        ],
        "next": str(items[-1].id) if len(items) == _PAGE else None,
    }  # fmt: skip


@get("/post/{item:str}")
async def thread(house: TheHouse, face: FromPath[str], item: FromPath[str]) -> dict[str, Any]:
    """Give a whole public thread, oldest first; `item` may be any part of it."""
    found = house.network.store.item(number(item))
    if found is None or found.direct or found.face != face:
        raise Refused(404, "no_item", "This post does not exist.")
    items = house.network.store.items_where(
        "root = ? and peer is null and deleted_at is null order by id limit 1000", (found.root,)
    )
    return {"root": str(found.root), "items": house.wire.items(items, None)}


@get("/threads")
async def threads(house: TheHouse, visitor: Visitor) -> list[dict[str, Any]]:
    """Give the visitor's direct messages by company, newest first. What they had not seen is delivered with this."""
    me = somebody(visitor)
    unread = _unread(house, me)
    for item in unread:
        house.network.mark(item.id, "delivered")
    store = house.network.store
    mine = store.items_where("peer is not null and deleted_at is null and (author = ? or peer = ?) order by id", (me.id, me.id))
    last = {item.peer if item.author == me.id else item.author: item for item in mine}
    views = house.wire.items(list(last.values()), me.id)
    waiting = [item.author for item in unread]
    found = [{"peer": view["peer"], "last": view, "unread": waiting.count(int(view["peer"]["id"]))} for view in views]
    return sorted(found, key=lambda line: -int(line["last"]["id"]))


@get("/threads/{handle:str}")
async def messages(house: TheHouse, visitor: Visitor, face: FromPath[str], handle: FromPath[str]) -> dict[str, Any]:
    """Give the direct messages with one company; they count as read."""
    me, peer = somebody(visitor), house.network.by_handle(face, handle)
    items = [item for item in house.network.pair(me.id, peer.id) if item.deleted_at is None]
    for item in items:
        if item.author == peer.id:
            house.network.mark(item.id, "read")
    return {"peer": house.wire.account(peer), "items": house.wire.items(items, me.id)}


@post("/items")
async def say(request: Asked, house: TheHouse, visitor: Visitor, data: MultipartBody[Said]) -> dict[str, Any]:
    """Post, comment, or send a direct message, with a picture if there is one. Knows `Idempotency-Key`."""
    me = somebody(visitor)
    pictures = [(await taken(house, me, data.file, data.alt)).id] if data.file is not None and data.file.filename else []
    item = house.network.say(
        me.id, data.text, pictures=pictures, key=request.headers.get("idempotency-key") or None,
        in_reply_to=number(data.in_reply_to) if data.in_reply_to else None,
        to=number(data.to) if data.to else None, page=number(data.page) if data.page else None,
    )  # fmt: skip
    return house.wire.item(item, me.id)


@patch("/items/{item:str}")
async def edit(house: TheHouse, visitor: Visitor, item: FromPath[str], data: JSONBody[NewText]) -> dict[str, Any]:
    """Change what one said."""
    me = somebody(visitor)
    return house.wire.item(house.network.edit(me.id, number(item), data.text), me.id)


@delete("/items/{item:str}")
async def remove(house: TheHouse, visitor: Visitor, item: FromPath[str]) -> None:
    """Delete what one said."""
    house.network.delete(somebody(visitor).id, number(item))


@get("/stream")
async def stream(house: TheHouse, visitor: Visitor, face: FromPath[str]) -> Stream:
    """Tell what happens, as it happens: in public, and to the visitor."""
    topics = [f"public:{house.network.face(face).key}", *([f"account:{visitor.id}"] if visitor else [])]
    events = house.network.live.events(*topics)
    return Stream(events, media_type="text/event-stream", headers={"cache-control": "no-store"})


@get("/media/{picture:str}")
async def media(house: TheHouse, picture: FromPath[str]) -> Response[bytes]:
    """Give a file to whoever knows its address."""
    found, content = house.network.store.picture(picture), house.network.store.content(picture)
    if found is None or content is None:
        raise Refused(404, "no_file", "This file does not exist, or was deleted with what it belonged to.")
    headers = {"x-content-type-options": "nosniff", "cache-control": "private, max-age=60"}
    return Response(content, media_type=found.media_type, headers=headers)


def _entered(house: House, account: Account) -> dict[str, Any]:
    if account.token is None:
        account = msgspec.structs.replace(account, token=secrets.token_urlsafe(24))
        house.network.store.set_tokens(account.id, account.token, None, None)
    return {"account": house.wire.account(account), "token": account.token}


def _unread(house: House, me: Account) -> list[Item]:
    return house.network.store.items_where("peer = ? and deleted_at is null and state <> 'read'", (me.id,))


def _newest_comments(house: House, root: Item) -> list[dict[str, Any]]:
    found = house.network.store.items_where(
        "root = ? and id <> root and peer is null and deleted_at is null order by id desc limit ?", (root.id, _INLINE)
    )
    return house.wire.items(found[::-1], None)


router = Router(
    path="/{face:str}/web",
    route_handlers=[
        start, people, join, enter, leave, timeline, thread, threads, messages, say, edit, remove, stream,
    ],
)  # fmt: skip
media_router = Router(path="/{face:str}", route_handlers=[media])
