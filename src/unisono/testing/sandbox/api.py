"""The interface for programs: what a company's software uses. Access tokens go in `Authorization: Bearer`."""

from typing import Any

from litestar import Response, Router, delete, get, patch, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody
from litestar.response import Stream
from msgspec import Struct

from unisono.testing.sandbox import feed
from unisono.testing.sandbox.given import Asked, Company, TheHouse, number
from unisono.testing.sandbox.model import Account, Refused


class NewItem(Struct, forbid_unknown_fields=True):
    """What a company says: a post, with `in_reply_to` a comment, with `to` a direct message."""

    text: str
    in_reply_to: str | None = None
    to: str | None = None
    media: list[str] = []
    warning: str = ""


class NewText(Struct, forbid_unknown_fields=True):
    """A changed text."""

    text: str


class Writes(Struct, forbid_unknown_fields=True):
    """Somebody writes, or has stopped."""

    to: str
    on: bool


class Hook(Struct, forbid_unknown_fields=True):
    """Where pushes go, and the secret that signs them."""

    url: str
    secret: str


class Renewal(Struct, forbid_unknown_fields=True):
    """A refresh token, to be exchanged."""

    refresh_token: str


class Upload(Struct):
    """A file and its description."""

    file: UploadFile
    alt: str = ""


@get("/face")
async def show_face(house: TheHouse, face: FromPath[str]) -> dict[str, Any]:
    """Tell the rules of this network."""
    rules = house.network.face(face)
    return {
        "key": rules.key, "name": rules.name, "pages": rules.pages, "unit": rules.unit, "max_text": rules.max_text,
        "url_cost": rules.url_cost, "max_direct": rules.max_direct, "media_count": rules.media_count,
        "media_types": rules.media_types, "media_bytes": rules.media_bytes, "max_alt": rules.max_alt,
        "key_window_s": rules.key_window_s, "direct_window_s": rules.direct_window_s, "retention_s": rules.retention_s,
    }  # fmt: skip


@get("/me")
async def show_me(house: TheHouse, company: Company) -> dict[str, Any]:
    """Tell whose token it is."""
    return house.wire.account(company)


@get("/items")
async def pull(
    house: TheHouse, company: Company, after: FromQuery[str | None] = None, limit: FromQuery[int] = 100
) -> dict[str, Any]:
    """Give what the company was told since a cursor."""
    return feed.pull(house.network, house.wire, company, after, limit)


@get("/items/{item:str}")
async def show_item(house: TheHouse, company: Company, item: FromPath[str]) -> dict[str, Any]:
    """Give one item."""
    return house.wire.item(house.network.item(number(item), company.id), company.id)


@get("/own")
async def show_own(
    house: TheHouse,
    company: Company,
    in_reply_to: FromQuery[str | None] = None,
    to: FromQuery[str | None] = None,
    limit: FromQuery[int] = 40,
) -> dict[str, Any]:  # fmt: skip
    """Give what the company said itself, newest first."""
    items = feed.own(
        house.network, house.wire, company, limit=limit, to=number(to) if to else None,
        in_reply_to=number(in_reply_to) if in_reply_to else None,
    )  # fmt: skip
    return {"items": items}


@post("/items")
async def say(request: Asked, house: TheHouse, company: Company, data: JSONBody[NewItem]) -> dict[str, Any]:
    """Publish, comment, or send a direct message; `Idempotency-Key` makes a repetition harmless for a while."""
    item = house.network.say(
        company.id, data.text, warning=data.warning, pictures=data.media, key=request.headers.get("idempotency-key") or None,
        in_reply_to=number(data.in_reply_to) if data.in_reply_to else None, to=number(data.to) if data.to else None,
    )  # fmt: skip
    return house.wire.item(item, company.id)


@patch("/items/{item:str}")
async def edit(house: TheHouse, company: Company, item: FromPath[str], data: JSONBody[NewText]) -> dict[str, Any]:
    """Change what the company said."""
    return house.wire.item(house.network.edit(company.id, number(item), data.text), company.id)


@delete("/items/{item:str}")
async def remove(house: TheHouse, company: Company, item: FromPath[str]) -> None:
    """Take back what the company said."""
    house.network.delete(company.id, number(item))


@post("/media")
async def upload(house: TheHouse, company: Company, data: MultipartBody[Upload]) -> dict[str, Any]:
    """Take a file for the next item."""
    return house.wire.picture(await taken(house, company, data.file, data.alt))


@get("/media/{picture:str}")
async def show_media(house: TheHouse, company: Company, picture: FromPath[str]) -> Response[bytes]:
    """Give a file of something that the company may see."""
    found = house.network.store.picture(picture)
    if found is None or found.face != company.face:
        raise Refused(404, "no_file", "This file does not exist, or was deleted with what it belonged to.")
    if found.item is not None:
        house.network.item(found.item, company.id)
    return Response(house.network.store.content(picture) or b"", media_type=found.media_type)


@post("/typing", status_code=204)
async def typing(house: TheHouse, company: Company, data: JSONBody[Writes]) -> None:
    """Show a person that the company writes."""
    house.network.typing(company.id, number(data.to), data.on)


@get("/stream")
async def stream(house: TheHouse, company: Company) -> Stream:
    """Tell as it happens that there is something to pull."""
    events = house.network.live.events(f"company:{company.id}")
    return Stream(events, media_type="text/event-stream", headers={"cache-control": "no-store"})


@post("/webhook", status_code=204)
async def subscribe(house: TheHouse, company: Company, data: JSONBody[Hook]) -> None:
    """Push to an address from now on, if it knows the secret."""
    await house.pushes.subscribe(company, data.url, data.secret)


@delete("/webhook")
async def unsubscribe(house: TheHouse, company: Company) -> None:
    """Push no more."""
    house.pushes.unsubscribe(company)


@post("/token")
async def renew(house: TheHouse, data: JSONBody[Renewal]) -> dict[str, Any]:
    """Exchange a refresh token."""
    account = house.network.renew(data.refresh_token)
    return {"token": account.token, "refresh_token": account.refresh_token, "expires_at": account.token_expires_at}


async def taken(house: TheHouse, owner: Account, file: UploadFile, alt: str) -> Any:
    """Store an upload; returns the picture."""
    return house.network.upload(owner.id, file.filename or "file", file.content_type, await file.read(), alt)


router = Router(
    path="/{face:str}/api",
    route_handlers=[
        show_face, show_me, pull, show_item, show_own, say, edit, remove, upload, show_media, typing, stream, subscribe,
        unsubscribe, renew,
    ],
)  # fmt: skip
