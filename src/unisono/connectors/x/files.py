"""Files of an answer: begun, handed over in parts, ended, and waited for. Source: X developer documentation, media/upload."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from unisono.connectors.x.api import Api
from unisono.contract import MISSHAPEN, Ctx, OutAttachment, Purpose, Reject, Response, Retry, SendResult, Unknown

_PART_BYTES = 1_000_000
_LOOKS = 30
_LONGEST_WAIT_S = 10.0


class _Progress(Struct, frozen=True):
    state: str = "succeeded"
    check_after_secs: float = 1.0


class _Upload(Struct, frozen=True):
    id: str
    processing_info: _Progress | None = None


class _Answer(Struct, frozen=True):
    data: _Upload


class Files:
    """Uploads. Nothing is said by that, so whatever goes wrong can be tried again."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api

    async def upload(self, attachments: Sequence[OutAttachment], *, direct: bool) -> list[str] | SendResult:
        """Return the ids that X gave, or what stands against it. Raises NotReached, PullFailed and BudgetSpent."""
        found: list[str] = []
        for attachment in attachments:
            media = await self._upload(attachment, "dm" if direct else "tweet")
            if not isinstance(media, str):
                return media
            found.append(media)
        return found

    async def _upload(self, attachment: OutAttachment, place: str) -> str | SendResult:
        content = await attachment.read()
        kind = "gif" if attachment.media_type == "image/gif" else attachment.media_type.split("/", 1)[0]
        begun = await self._ask(
            "POST", "/2/media/upload/initialize",
            json={"media_type": attachment.media_type, "total_bytes": len(content), "media_category": f"{place}_{kind}"},
        )  # fmt: skip
        if not isinstance(begun, _Upload):
            return begun
        for index, start in enumerate(range(0, len(content), _PART_BYTES)):
            part = content[start : start + _PART_BYTES]
            answer = await self._request(
                "POST", f"/2/media/upload/{begun.id}/append", form={"segment_index": str(index)},
                files={"media": (attachment.name, part, "application/octet-stream")}, timeout_s=120.0,
            )  # fmt: skip
            if answer.status >= 300:
                return self._refused(answer)
        ended = await self._ask("POST", f"/2/media/upload/{begun.id}/finalize")
        if isinstance(ended, _Upload):
            ended = await self._worked_on(ended)
        if not isinstance(ended, _Upload):
            return ended
        if attachment.alt_text:
            described = {"id": ended.id, "metadata": {"alt_text": {"text": attachment.alt_text}}}
            answer = await self._request("POST", "/2/media/metadata", operation="media_metadata", json=described)
            if answer.status >= 300:
                return self._refused(answer)
        return ended.id

    async def _worked_on(self, upload: _Upload) -> _Upload | SendResult:
        for _ in range(_LOOKS):
            progress = upload.processing_info or _Progress()
            if progress.state == "succeeded":
                return upload
            if progress.state == "failed":
                return Reject(code="media", human="X could not process the attachment. The answer was kept, not sent.")
            await self._ctx.clock.sleep(min(max(progress.check_after_secs, 0.5), _LONGEST_WAIT_S))
            looked = await self._ask("GET", "/2/media/upload", params={"command": "STATUS", "media_id": upload.id})
            if not isinstance(looked, _Upload):
                return looked
            upload = looked
        return Retry(reason="X still works on the attachment.")

    async def _ask(self, method: str, path: str, **more: Any) -> _Upload | SendResult:
        answer = await self._request(method, path, **more)
        if answer.status >= 300:
            return self._refused(answer)
        try:
            return msgspec.json.decode(answer.body, type=_Answer).data
        except MISSHAPEN:
            return Retry(reason="X's answer to a file could not be read.")

    async def _request(self, method: str, path: str, *, operation: str | None = None, **more: Any) -> Response:
        return await self._api.request(method, path, "media", Purpose.REPLY, operation=operation, **more)

    def _refused(self, answer: Response) -> SendResult:
        refusal = self._api.refusal(answer)
        return Retry(reason=refusal.reason) if isinstance(refusal, Unknown) else refusal
