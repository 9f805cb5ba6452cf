"""Files: upload, describe, take away, download."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from msgspec import Meta

from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.service.actor import Actor
from unisono.service.attachments import (
    MAX_ALT_CHARS,
    describe_file,
    drop_file,
    find_file,
    give_up,
    keep_file,
    own_upload,
    receive_file,
)
from unisono.service.calls.play_recording import RecordingView, look_at_recording
from unisono.service.house import House
from unisono.service.media_types import INLINE
from unisono.service.ports.uploads import Upload
from unisono.service.views import AttachmentView
from unisono.web.asking import Asking, Body, header_key
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.multipart_stream import Head, Part, content, field, parts
from unisono.web.needs import needs

FORM_BYTES: Final = 100_000


class _UploadOperation(Operation):
    """The form in the interface's description; the handler reads it by itself, while it comes."""

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING)
        form = Schema(
            type=OpenAPIType.OBJECT,
            required=["file"],
            properties={
                "file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY),
                "channel_id": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.UUID),
                "alt_text": text,
            },
        )
        self.request_body = RequestBody(content={"multipart/form-data": OpenAPIMediaType(schema=form)}, required=True)


class Description(Body):
    """What the file shows, for who cannot see it."""

    alt_text: Annotated[str, Meta(max_length=MAX_ALT_CHARS)]


@post(
    "/attachments", opt=needs("work.answer"), request_max_body_size=None, operation_class=_UploadOperation, tags=["Work"]
)  # fmt: skip
async def upload(request: Asking, house: HouseDep, actor: ActorDep) -> AttachmentView:
    """Upload one file (`file`) for an answer on a channel (`channel_id`), with a description (`alt_text`) if wanted.

    The same Idempotency-Key again returns the file that was uploaded under it.
    """
    key = header_key(request)
    if key is not None:
        before = await own_upload(house.db, actor.access, key)
        if before is not None:
            return before
    announced = request.content_length
    if announced is not None and announced > house.settings.max_upload_bytes + FORM_BYTES:
        raise too_large(house.settings.max_upload_bytes)
    attachment_id = key or new_id()
    fields: dict[str, str] = {}
    kept: Upload | None = None
    try:
        async for name, found in _read(request, house, actor, attachment_id):
            if isinstance(found, Upload):
                kept = found
            else:
                fields[name] = found
        if kept is None:
            raise Invalid("The form carries no file.", code="no_file", field="file")
        return await keep_file(house.db, kept, channel_id=_channel_id(fields), alt_text=fields.get("alt_text", ""))
    except BaseException:
        if kept is not None:
            await give_up(house, attachment_id)
        raise


async def _read(request: Asking, house: House, actor: Actor, attachment_id: UUID) -> AsyncIterator[tuple[str, str | Upload]]:
    rest: AsyncIterator[Part] = parts(request)
    received = False
    async for part in rest:
        if not isinstance(part, Head):
            continue
        if part.file_name is None:
            yield part.name, await field(rest)
            continue
        if received:
            raise Invalid("One request carries one file.", code="many_files", field="file")
        received = True
        yield (
            part.name,
            await receive_file(
                house, actor.access, attachment_id, content(rest), name=part.file_name, declared_type=part.content_type
            ),
        )


def too_large(limit: int) -> Invalid:
    """Return the error for a file beyond the bound."""
    return Invalid(
        f"The file has more than {limit} bytes, which is as much as is taken here. Nothing was stored.",
        code="too_large", limit=limit,
    )  # fmt: skip


def _channel_id(fields: dict[str, str]) -> UUID | None:
    word = fields.get("channel_id", "")
    try:
        return UUID(word) if word else None
    except ValueError:
        raise Invalid("channel_id is no UUID.", code="no_channel", field="channel_id") from None


@patch("/attachments/{attachment_id:uuid}", opt=needs("work.answer"), tags=["Work"])
async def describe(
    house: HouseDep, actor: ActorDep, attachment_id: FromPath[UUID], data: JSONBody[Description]
) -> AttachmentView:
    """Say what a file of one's own shows, before it is sent."""
    return await describe_file(house.db, actor.access, attachment_id, data.alt_text)


@delete("/attachments/{attachment_id:uuid}", opt=needs("work.answer"), tags=["Work"])
async def drop(house: HouseDep, actor: ActorDep, attachment_id: FromPath[UUID]) -> Response[None]:
    """Take a file of one's own away that was not sent."""
    await drop_file(house, actor.access, attachment_id)
    return Response(None, status_code=204)


@get("/attachments/{attachment_id:uuid}/recording", opt=needs("work.read"), tags=["Calls"])
async def recording(house: HouseDep, actor: ActorDep, attachment_id: FromPath[UUID]) -> RecordingView:
    """Return what stands at a recording: how long it lasts, whether one may hear it, and when it is deleted."""
    return await look_at_recording(house.db, actor.access, attachment_id)


@get(
    "/attachments/{attachment_id:uuid}", opt=needs("work.read"), tags=["Work"],
    responses={200: ResponseSpec(data_container=bytes, media_type="application/octet-stream", generate_examples=False)},
)  # fmt: skip
async def download(house: HouseDep, actor: ActorDep, attachment_id: FromPath[UUID]) -> Stream:
    """Return a file's bytes: pictures of safe kinds to be shown, all else to be saved."""
    found = await find_file(house.db, actor.access, attachment_id)
    chunks = house.files.chunks(attachment_id)
    # The first piece is read here, so that a file that is gone is a problem and not half an answer.
    first = await anext(chunks, b"")
    inline = found.media_type in INLINE
    disposition = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(found.name, safe='')}"
    return Stream(
        _whole(first, chunks), media_type=found.media_type if inline else _download_type(found.media_type),
        headers={
            "content-disposition": disposition,
            "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'self'",
            # What is erased must not live on in a cache.
            "cache-control": "private, no-store",
            "cross-origin-resource-policy": "same-origin",
        },
    )  # fmt: skip


def _download_type(media_type: str) -> str:
    """A charset would be added to text types; nothing here is meant to be read as text by the browser."""
    return "application/octet-stream" if media_type.startswith("text/") else media_type


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for chunk in rest:
        yield chunk


ROUTES: list[Any] = [upload, describe, drop, recording, download]
