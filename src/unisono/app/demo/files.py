"""The files that customers send along: small, made from their description, so that nothing has to be shipped."""

import hashlib
import struct
import zlib
from typing import Final

from msgspec import Struct

from unisono.app.demo.script import Media

WIDTH: Final = 480
HEIGHT: Final = 320


class DemoFile(Struct, frozen=True, kw_only=True):
    """A file as it is sent. `alt` describes a picture, and is empty for other files."""

    name: str
    media_type: str
    content: bytes
    alt: str = ""


def file_of(media: Media) -> DemoFile:
    """Return the file for a description; the same description gives the same bytes."""
    if media.kind == "image":
        return DemoFile(
            name=f"foto-{_lot(media.alt) % 10_000:04}.png", media_type="image/png", content=picture(media.alt), alt=media.alt
        )
    if media.alt.endswith(".pdf"):
        return DemoFile(name=media.alt, media_type="application/pdf", content=_pdf(media.alt))
    return DemoFile(name=media.alt, media_type="application/octet-stream", content=f"{media.alt}\n".encode())


def picture(seed: str) -> bytes:
    """Return a PNG: sky, land and a sun, in colours and heights that depend on the seed.

    Source: PNG specification (third edition), chunks IHDR, IDAT, IEND; palette images (colour type 3).
    """
    lot = hashlib.sha256(seed.encode()).digest()
    sky, land = (lot[0] // 3 + 120, lot[1] // 3 + 140, 235), (lot[2] // 3 + 40, lot[3] // 4 + 90, lot[4] // 4 + 40)
    palette = bytes([*sky, *(min(255, c + 18) for c in sky), *land, *(max(0, c - 25) for c in land), 250, 214, 110])
    horizon, slope = 120 + lot[5] // 3, (lot[6] - 128) / 400
    sun_x, sun_y, radius = 60 + lot[7], 50 + lot[8] // 5, 22 + lot[9] // 12
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        for x in range(WIDTH):
            edge = horizon + slope * (x - WIDTH / 2)
            if y > edge + 60:
                rows.append(3)
            elif y > edge:
                rows.append(2)
            elif (x - sun_x) ** 2 + (y - sun_y) ** 2 < radius**2:
                rows.append(4)
            else:
                rows.append(1 if y > edge - 70 else 0)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    chunks = (b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pdf(title: str) -> bytes:
    """One page with its own name on it. Source: ISO 32000-1, sections 7.5 (file structure) and 9.4 (text)."""
    shown = title.encode("ascii", "replace").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    stream = b"BT /F1 24 Tf 72 760 Td (" + shown + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def _lot(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big")
