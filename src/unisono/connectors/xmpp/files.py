"""Files by the server's own store. Source: XEP-0363."""

from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from msgspec import Struct

from unisono.connectors.xmpp.line import Line, Refused
from unisono.contract import Ctx, OutAttachment, Reject, Retry, SendResult

UPLOAD: Final = "urn:xmpp:http:upload:0"
_INFO: Final = "http://jabber.org/protocol/disco#info"
_ITEMS: Final = "http://jabber.org/protocol/disco#items"
#: Nobody else's headers are passed on. Source: XEP-0363, section 5.
_HEADERS: Final = frozenset({"authorization", "cookie", "expires"})


class Store(Struct, frozen=True):
    """A file store: its address among the server's services, and how large a file may be."""

    address: str
    max_bytes: int


async def find_store(line: Line) -> Store | None:
    """Return the server's file store. Raises Lost."""
    domain = line.settings.domain
    try:
        items = await line.ask("get", Element(f"{{{_ITEMS}}}query"), domain)
    except Refused:
        return None
    for address in [domain, *(one.get("jid", "") for one in (items if items is not None else ()))]:
        try:
            info = await line.ask("get", Element(f"{{{_INFO}}}query"), address)
        except Refused:
            continue
        if info is not None and any(one.get("var") == UPLOAD for one in info.findall(f"{{{_INFO}}}feature")):
            size = info.findtext("{jabber:x:data}x/{jabber:x:data}field[@var='max-file-size']/{jabber:x:data}value") or ""
            return Store(address, int(size) if size.isascii() and size.isdigit() else 10_000_000)
    return None


async def slot_of(line: Line, store: Store, name: str, size: int, media_type: str) -> tuple[str, str, dict[str, str]]:
    """Return where to put a file, where it then lies, and the headers to send. Raises Lost, Refused."""
    asked = Element(f"{{{UPLOAD}}}request", {"filename": name, "size": str(size), "content-type": media_type})
    slot = await line.ask("get", asked, store.address)
    put = slot.find(f"{{{UPLOAD}}}put") if slot is not None else None
    get = slot.find(f"{{{UPLOAD}}}get") if slot is not None else None
    if put is None or get is None:
        raise Refused("no slot")
    headers = {
        str(one.get("name")): (one.text or "").replace("\n", "")
        for one in put.findall(f"{{{UPLOAD}}}header")
        if str(one.get("name")).lower() in _HEADERS
    }
    return put.get("url", ""), get.get("url", ""), headers


async def upload(ctx: Ctx, line: Line, store: Store, file: OutAttachment) -> str | SendResult:
    """Put a file into the store and return its address. Raises Lost, Refused, NotReached, HostRefused."""
    put, get, headers = await slot_of(line, store, file.name, file.size_bytes, file.media_type)
    answer = await ctx.http.request(
        "PUT", put, headers={**headers, "content-type": file.media_type}, content=await file.read(), timeout_s=120.0
    )
    if answer.status in (200, 201):
        return get
    if answer.status >= 500 or answer.status == 429:
        return Retry(reason=f"upload: status {answer.status}")
    return Reject(code="media", human=f"The file store refuses {file.name!r} with status {answer.status}. Nothing was sent.")


def origin_of(url: str) -> str:
    """Return the part of an address that names its server."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
