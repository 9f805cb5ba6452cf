"""The account's archive at its server: pages forward from a place, and looking back for one message.

Source: XEP-0313 version 1, XEP-0059.
"""

import secrets
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from msgspec import Struct

from unisono.connectors.xmpp.line import Line

MAM: Final = "urn:xmpp:mam:2"
RSM: Final = "http://jabber.org/protocol/rsm"
DATA: Final = "jabber:x:data"
SID: Final = "urn:xmpp:sid:0"
_PAGE: Final = 100
_PAGES: Final = 5


class Item(Struct, frozen=True):
    """What stands in the archive. id: the archive's, which nobody but our own server gives."""

    id: str
    stamp: str
    message: Element

    @property
    def names(self) -> set[str]:
        """The ids by which other messages may name this one: its own, and its origin's."""
        origin = self.message.find(f"{{{SID}}}origin-id")
        return {self.message.get("id", ""), origin.get("id", "") if origin is not None else ""} - {""}


class Found(Struct, frozen=True):
    """A page of the archive, oldest first. complete: there is nothing further in the direction that was asked for."""

    items: list[Item]
    complete: bool
    first: str


async def page(
    line: Line, *, after: str | None = None, before: str | None = None, start: datetime | None = None, with_: str = "",
    most: int = _PAGE,
) -> Found:  # fmt: skip
    """Return a page of the archive; `before=""` is its end. Raises Lost, Refused."""
    query_id = secrets.token_hex(8)
    query = Element(f"{{{MAM}}}query", {"queryid": query_id})
    form = SubElement(query, f"{{{DATA}}}x", {"type": "submit"})
    _field(form, "FORM_TYPE", MAM, kind="hidden")
    if start is not None:
        _field(form, "start", start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if with_:
        _field(form, "with", with_)
    window = SubElement(query, f"{{{RSM}}}set")
    SubElement(window, f"{{{RSM}}}max").text = str(most)
    for name, value in (("after", after), ("before", before)):
        if value is not None:
            SubElement(window, f"{{{RSM}}}{name}").text = value
    try:
        fin = await line.ask("set", query)
        found = line.found.get(query_id, [])
    finally:
        line.found.pop(query_id, None)
    items = [item for result in found if (item := _item(result)) is not None]
    complete = fin is None or fin.get("complete") in ("true", "1")
    return Found(items, complete or not items, items[0].id if items else "")


def _field(form: Element, name: str, value: str, kind: str = "") -> None:
    field = SubElement(form, f"{{{DATA}}}field", {"var": name} | ({"type": kind} if kind else {}))
    SubElement(field, f"{{{DATA}}}value").text = value


def _item(result: Element) -> Item | None:
    forwarded = result.find("{urn:xmpp:forward:0}forwarded")
    message = forwarded.find("{jabber:client}message") if forwarded is not None else None
    delay = forwarded.find("{urn:xmpp:delay}delay") if forwarded is not None else None
    if message is None or delay is None or not result.get("id"):
        return None
    return Item(result.get("id", ""), delay.get("stamp", ""), message)


async def look_back(line: Line, with_: str, name: str, sender: str) -> Item | None:
    """Return the newest message with somebody that has this id and is of this sender. Raises Lost, Refused."""
    before = ""
    for _ in range(_PAGES):
        found = await page(line, before=before, with_=with_)
        for item in reversed(found.items):
            if name in item.names and item.message.get("from", "").partition("/")[0] == sender:
                return item
        if found.complete:
            return None
        before = found.first
    return None
