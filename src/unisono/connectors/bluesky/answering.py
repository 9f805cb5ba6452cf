"""Posts: replies with a key of ours, so that however often one is sent it stands once.

A record is put under a key made of the message's own (`putRecord`): the same record put twice is the same record. Measured
against the PDS: `createRecord` answers a key that is taken with status 500, `putRecord` with the record that stands there.
"""

import struct
from typing import Any, Final

from unisono.connectors.bluesky.answers import Json, decoded, demand, failed, not_reached, problem_of, refusal
from unisono.connectors.bluesky.api import POST, Api, key_of
from unisono.connectors.bluesky.limits import IMAGES, too_long
from unisono.connectors.bluesky.read import MISSHAPEN, root_of, url_of
from unisono.connectors.bluesky.texts import Texts
from unisono.connectors.bluesky.tid import tid_of
from unisono.contract import (
    Ctx,
    HostRefused,
    NotReached,
    NotSent,
    OutAttachment,
    OutMessage,
    PullFailed,
    Purpose,
    ReconcileResult,
    Reject,
    Retry,
    SendResult,
    Sent,
    Unknown,
)

GONE: Final = "What was to be answered has been deleted by its author. The answer was kept, not sent."
CLOSED: Final = "The author lets only some people answer this post, and not us. The answer was kept, not sent."
#: What writing costs of an account's points. Source: docs.bsky.app, "Rate limits".
CREATE: Final = 3
DELETE: Final = 1
_PNG: Final = b"\x89PNG\r\n\x1a\n"


class Answering:
    """Writes posts for the account."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api.meant_for(Purpose.REPLY)
        self._texts = Texts(self._api)

    async def send(self, message: OutMessage) -> SendResult:
        """Put the reply under its key."""
        if problem := too_long(message.text, private=False):
            return Reject(code="too_long", human=problem)
        if len(message.attachments) > IMAGES:
            return Reject(code="media", human=f"A post carries at most {IMAGES} pictures. The answer was kept, not sent.")
        try:
            record = await self._record(message)
            if not isinstance(record, dict):
                return record
            body = await self._place(message) | {"record": record}
            await self._ctx.budgets.take("points", Purpose.REPLY, amount=CREATE)
        except (NotReached, HostRefused) as error:
            return not_reached(error)
        except PullFailed as error:
            return failed(error)
        try:
            answer = await self._api.session.request("POST", "com.atproto.repo.putRecord", purpose=Purpose.REPLY, json=body)
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else not_reached(error)
        except PullFailed as error:
            return failed(error)
        if answer.status != 200:
            return refusal(answer, self._ctx.clock.now())
        try:
            uri = str(decoded(answer, dict[str, Any])["uri"])
        except (PullFailed, *MISSHAPEN):
            return Unknown(reason="The service's answer could not be read.")
        return Sent(remote_id=uri, url=url_of(uri))

    async def _place(self, message: OutMessage) -> Json:
        return {
            "repo": await self._api.session.me(),
            "collection": POST,
            "rkey": tid_of(message.key, message.created_at),
        }

    async def _record(self, message: OutMessage) -> Json | SendResult:
        """Return the record, which must come out the same at every attempt."""
        record: Json = {"$type": POST, **await self._texts.with_facets(message.text)}
        record["createdAt"] = message.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if language := message.details.get("language"):
            record["langs"] = [str(language)]
        if warning := message.details.get("content_warning"):
            record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": str(warning)}]}
        if message.in_reply_to is not None:
            reply = await self._reply(message.in_reply_to)
            if not isinstance(reply, dict):
                return reply
            record["reply"] = reply
        if message.attachments:
            images: list[Json] = []
            for attachment in message.attachments:
                image = await self._upload(attachment)
                if not isinstance(image, dict):
                    return image
                images.append(image)
            record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
        return record

    async def _reply(self, uri: str) -> Json | SendResult:
        """Return what a reply names: the post above it and the thread's first, each by address and content."""
        parent = (await self._api.posts([uri])).get(uri)
        if parent is None:
            return Reject(code="gone", human=GONE)
        viewer = parent.get("viewer")
        if isinstance(viewer, dict) and viewer.get("replyDisabled") is True:
            return Reject(code="threadgate", human=CLOSED)
        try:
            above = {"uri": parent["uri"], "cid": parent["cid"]}
            record = parent["record"]
            if root_of(uri, record) == uri:
                return {"root": above, "parent": above}
            root = record["reply"]["root"]
            return {"root": {"uri": root["uri"], "cid": root["cid"]}, "parent": above}
        except MISSHAPEN:
            return Retry(reason="What is to be answered could not be read.")

    async def _upload(self, attachment: OutAttachment) -> Json | SendResult:
        content = await attachment.read()
        answer = await self._api.session.request(
            "POST", "com.atproto.repo.uploadBlob", purpose=Purpose.REPLY, content=content,
            headers={"content-type": attachment.media_type},
            timeout_s=120.0,
        )  # fmt: skip
        if answer.status != 200:
            refused = refusal(answer, self._ctx.clock.now())
            return Retry(reason=f"upload: {refused.reason}") if isinstance(refused, Unknown) else refused
        blob = decoded(answer, dict[str, Any]).get("blob")
        if not isinstance(blob, dict):
            return Retry(reason="The service's answer to an upload could not be read.")
        image: Json = {"image": blob, "alt": attachment.alt_text}
        if size := _size_of(content):
            image["aspectRatio"] = {"width": size[0], "height": size[1]}
        return image

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether a record stands under the message's key. Raises PullFailed."""
        params = list((await self._place(message)).items())
        answer = await self._api.tried("com.atproto.repo.getRecord", params)
        if answer.status == 400 and problem_of(answer).error == "RecordNotFound":
            return NotSent()
        demand(answer, self._ctx.clock.now())
        uri = str(decoded(answer, dict[str, Any]).get("uri") or "")
        return Sent(remote_id=uri, url=url_of(uri))

    async def retract(self, remote_id: str) -> SendResult:
        """Delete a post of ours; one that is gone already counts as deleted."""
        try:
            body = {"repo": await self._api.session.me(), "collection": POST, "rkey": key_of(remote_id)}
            await self._ctx.budgets.take("points", Purpose.COMPLIANCE, amount=DELETE)
            answer = await self._api.session.request(
                "POST", "com.atproto.repo.deleteRecord", purpose=Purpose.COMPLIANCE, json=body
            )
        except (NotReached, HostRefused) as error:
            return not_reached(error)
        except PullFailed as error:
            return failed(error)
        return Sent(remote_id=remote_id) if answer.status == 200 else refusal(answer, self._ctx.clock.now())


def _size_of(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or GIF, which say so at their beginning; clients then leave room for it."""
    width = height = 0
    if content.startswith(_PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
    elif content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
    return (width, height) if width and height else None
