"""A form with files, read while it comes: the file never stands in memory."""

from collections.abc import AsyncIterator
from typing import Any, Final

from litestar import Request
from litestar.exceptions import ClientException
from msgspec import Struct
from multipart import MultipartError, MultipartSegment, PushMultipartParser  # type: ignore[import-untyped]

MAX_PARTS: Final = 20
MAX_FIELD_BYTES: Final = 20_000


class Head(Struct, frozen=True):
    """The head of a part; `file_name` is None for a plain field."""

    name: str
    file_name: str | None
    content_type: str


Part = Head | bytes | None


async def parts(request: Request[Any, Any, Any]) -> AsyncIterator[Part]:
    """Yield for each part its head, its bytes in pieces, and None at its end.

    Raises ClientException for what is no multipart/form-data, or ends too early.
    """
    kind, options = request.content_type
    boundary = options.get("boundary")
    if kind != "multipart/form-data" or not boundary:
        raise ClientException("expected multipart/form-data with a boundary")
    try:
        with PushMultipartParser(boundary, max_segment_count=MAX_PARTS) as parser:
            async for chunk in request.stream():
                if parser.closed:
                    break
                # The end of the body is an empty chunk, which the parser takes for the end of the form.
                for part in parser.parse(chunk):
                    if isinstance(part, MultipartSegment):
                        yield Head(part.name or "", part.filename, part.content_type or "")
                    else:
                        yield None if part is None else bytes(part)
    except MultipartError as error:
        raise ClientException(f"the form cannot be read ({error})") from error


async def content(rest: AsyncIterator[Part]) -> AsyncIterator[bytes]:
    """Yield the bytes of the part whose head came last, up to its end."""
    async for piece in rest:
        if piece is None:
            return
        if isinstance(piece, bytes):
            yield piece


async def field(rest: AsyncIterator[Part]) -> str:
    """Return the text of the part whose head came last. Raises ClientException for one that is no short text."""
    collected = bytearray()
    async for piece in content(rest):
        collected += piece
        if len(collected) > MAX_FIELD_BYTES:
            raise ClientException(f"a field has more than {MAX_FIELD_BYTES} bytes")
    try:
        return collected.decode()
    except UnicodeDecodeError:
        raise ClientException("a field is no UTF-8") from None
