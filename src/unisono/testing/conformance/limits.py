"""Case 10: what fits goes out whole, what does not is refused before it is sent."""

import struct
import zlib

import msgspec

from unisono.contract import Caps, Reject, TextLimit
from unisono.contract.inbound import Author, ThreadRef
from unisono.domain.errors import Invalid
from unisono.domain.length import measure
from unisono.domain.words import Visibility
from unisono.testing.conformance.case import LIMITS, Broken, case, expect
from unisono.testing.conformance.side import Line, Side
from unisono.testing.lab import LabFile

# Counted differently in every unit: an emoji of three, letters of two bytes, a link.
_HARD = "Grüße \U0001f469\u200d\U0001f469\u200d\U0001f467 ß€ "
_LINK = "https://example.org/a/rather/long/address/that/counts/what/the/network/says?it=counts "
_FOREIGN = ("application/x-msdownload", "application/x-unheard-of")
_LIKELY = ("image/png", "image/jpeg", "text/plain", "application/pdf")
_MOST_FILES = 20
_LARGEST_BYTES = 30_000_000


@case(10, "text and files at the limit go out whole, one more is refused before it is sent", LIMITS)
async def limits(side: Side) -> None:
    """At n - 1, n and n + 1 in the network's own unit, for each kind of thread."""
    for visibility in side.facts.caps.visibilities:
        line = await side.say(side.words("Frage"), visibility=visibility)
        connector = await side.connector()
        customer = Author(remote_id=line.author_id, realm=line.author_realm, handle=line.author_handle)
        thread = ThreadRef(
            visibility=Visibility(line.visibility), root_id=line.root_remote_id, parent_id=line.remote_id, customer=customer
        )
        caps = connector.capabilities(thread)
        if caps.text.maximum is not None:
            limit = caps.text if side.lab.counts_links else msgspec.structs.replace(caps.text, url_cost=None)
            await _texts(side, line, limit, caps.text.maximum)
        if caps.media.max_count:
            await _files(side, line, caps)


async def _texts(side: Side, line: Line, limit: TextLimit, most: int) -> None:
    for length in (most - 1, most):
        text = text_of(length, limit, side.words("So"))
        parcel = await side.deliver(await side.answer(line, text))
        expect(
            parcel.state == "sent",
            f"A text of {length} ({limit.unit.value}) of {most} ended as {parcel.state} ({parcel.error_code}: {parcel.error}).",
        )
        shown = [one.text for one in await side.lab.shown() if _plain(text) in _plain(one.text)]
        expect(len(shown) == 1, f"A text of {length} of {most} ({limit.unit.value}) does not stand whole at the network.")
    mark = side.words("Zuviel")
    text = text_of(most + 1, limit, mark)
    try:
        await side.answer(line, text)
    except Invalid as error:
        expect(error.code == "too_long", f"A text that is too long is refused for another reason: {error}")
    else:
        raise Broken(f"A text of {most + 1} of {most} ({limit.unit.value}) was accepted.")
    connector = await side.connector()
    result = await connector.send(side.message(line, text), 1)
    expect(isinstance(result, Reject), f"Handed a text that is too long, the connector says {type(result).__name__}, not Reject.")
    expect(not await side.shown(mark), "A text that is too long stands at the network, cut.")


def text_of(length: int, limit: TextLimit, mark: str) -> str:
    """Return a text that counts exactly so much as the network counts."""

    def count(text: str) -> int:
        return measure(text, limit.unit.value, url_cost=limit.url_cost, domain_free=limit.mention_domain_free)

    gsm7 = limit.unit.value == "gsm7"
    for start in (f"{mark} {'' if gsm7 else _HARD + (_LINK if limit.url_cost else '')}", f"{mark} ", ""):
        missing = length - count(start + "x")
        if missing >= 0:
            text = start + "x" * (missing + 1)
            if count(text) == length:
                return text
    raise Broken(f"No text counts {length} {limit.unit.value}: is the unit right?")


def _plain(text: str) -> str:
    """Networks change white space."""
    return " ".join(text.split())


async def _files(side: Side, line: Line, caps: Caps) -> None:
    kind = next((one for one in _LIKELY if _fits(one, caps.media.types)), caps.media.types[0].replace("*", "x-unknown"))
    many = min(caps.media.max_count, _MOST_FILES)
    await _arrive(side, line, [file_of(kind, number, 900) for number in range(many)])
    if caps.media.max_count <= _MOST_FILES:
        await _refused(side, line, [file_of(kind, number, 900) for number in range(many + 1)], "One file too many")
    if foreign := next((one for one in _FOREIGN if not _fits(one, caps.media.types)), None):
        await _refused(
            side, line, [LabFile(name="a.bin", media_type=foreign, content=b"MZ" + b"\0" * 100)], f"A file of type {foreign}"
        )
    if caps.media.max_bytes <= _LARGEST_BYTES:
        await _arrive(side, line, [file_of(kind, 1, caps.media.max_bytes)])
    if caps.media.max_bytes + 1 <= side.stage.house.settings.max_upload_bytes:
        await _refused(side, line, [file_of(kind, 1, caps.media.max_bytes + 1)], "A file of one byte too many")


async def _arrive(side: Side, line: Line, files: list[LabFile]) -> None:
    text = side.words("Mit Anlage")
    parcel = await side.deliver(await side.answer(line, text, files=files))
    what = f"{len(files)} files of up to {max(len(file.content) for file in files)} bytes"
    expect(parcel.state == "sent", f"{what} ended as {parcel.state} ({parcel.error_code}: {parcel.error}).")
    shown = await side.shown_once(text)
    expect(len(shown.files) == len(files), f"Of {what} {len(shown.files)} stand at the network.")
    expect(list(shown.files) == [file.content for file in files], f"{what} do not stand at the network byte for byte.")


async def _refused(side: Side, line: Line, files: list[LabFile], what: str) -> None:
    try:
        await side.answer(line, side.words("Mit Anlage"), files=files)
    except Invalid:
        return
    raise Broken(f"{what} was accepted although the capabilities do not allow it.")


def _fits(media_type: str, patterns: tuple[str, ...]) -> bool:
    return any(p in ("*/*", media_type) or (p.endswith("/*") and media_type.startswith(p[:-1])) for p in patterns)


def file_of(media_type: str, number: int, size_bytes: int) -> LabFile:
    """Return a file of exactly this size that is what it says."""
    name = f"file-{number}.{media_type.rsplit('/', 1)[-1]}"
    if media_type == "image/png":
        return LabFile(name=name, media_type=media_type, content=_png(number, size_bytes))
    begins = {"image/jpeg": b"\xff\xd8\xff\xe0", "application/pdf": b"%PDF-1.7\n"}.get(media_type, b"")
    filler = f"Anlage {number}. ".encode()
    content = begins + filler * (size_bytes // len(filler) + 1)
    return LabFile(name=name, media_type=media_type, content=content[:size_bytes])


def _png(number: int, size_bytes: int) -> bytes:
    """A picture of one dot, and a comment that makes it as large as wanted. Source: W3C, Portable Network Graphics."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    rest = chunk(b"IDAT", zlib.compress(bytes((0, number % 256, 90, 160)))) + chunk(b"IEND", b"")
    comment = size_bytes - len(head) - len(rest) - 12
    return head + chunk(b"tEXt", b"Comment\0" + b"x" * (comment - 8)) + rest
