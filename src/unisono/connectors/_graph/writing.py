"""Writing direct messages: in the window, once each; and the one private answer to a comment.

A message of these networks is a text or a file, so an answer with both goes in two; what of it has arrived is kept, and not sent
again. `metadata` carries our key, and the echo brings it back.
Source: Meta for Developers, Messenger Platform, "Send API", "Message tags: HUMAN_AGENT", "Attachment upload", "Private replies".
"""

from datetime import timedelta
from typing import Any

import msgspec

from unisono.connectors._graph.api import Graph
from unisono.connectors._graph.direct import Inbox
from unisono.connectors._graph.known import Sents, words
from unisono.contract import (
    Author,
    NotSent,
    OutAttachment,
    OutMessage,
    ReconcileResult,
    Reject,
    Retry,
    SendResult,
    Sent,
    TextLimit,
    Undecidable,
    Unknown,
)
from unisono.domain.length import measure

_CLOCKS = timedelta(minutes=2)


class Writing:
    """Writes for one account. node: whose edge is used (the page, the Instagram account). human: the tag may be used."""

    def __init__(self, graph: Graph, inbox: Inbox, sents: Sents, *, node: str, limit: TextLimit, human: bool) -> None:
        self._graph = graph
        self._inbox = inbox
        self._sents = sents
        self._node = node
        self._limit = limit
        self._human = human

    async def send(self, message: OutMessage) -> SendResult:
        """Send the file, if there is one, then the text."""
        if (length := measure(message.text, self._limit.unit.value)) > (self._limit.maximum or 0):
            most = f"{self._limit.maximum} ({self._limit.unit.value})"
            return Reject(code="too_long", human=f"The message counts {length}, the network takes {most}. Nothing was sent.")
        sent: SendResult | None = None
        parts: list[str] = []
        for place, attachment in enumerate(message.attachments):
            sent = await self._file(message, attachment, f"{message.key}/{place}")
            if not isinstance(sent, Sent):
                return sent
            parts.append(sent.remote_id)
        if message.text or sent is None:
            sent = await self._hand_over(message, message.key, {"text": message.text, "metadata": message.key})
        elif isinstance(sent, Sent):
            await self._sents.keep(message.key, sent.remote_id)
        if parts and isinstance(sent, Sent):
            return msgspec.structs.replace(sent, remote_ids=tuple(dict.fromkeys([sent.remote_id, *parts])))
        return sent

    async def _file(self, message: OutMessage, attachment: OutAttachment, key: str) -> SendResult:
        if (known := (await self._sents.all()).get(key)) is not None:
            return Sent(remote_id=known)
        kind = attachment.media_type.partition("/")[0]
        kind = kind if kind in ("image", "video", "audio") else "file"
        described = {"attachment": {"type": kind, "payload": {"is_reusable": True}}}
        uploaded = await self._graph.handed_over(
            "POST", f"{self._node}/message_attachments", timeout_s=120.0,
            form={"message": msgspec.json.encode(described).decode()},
            files={"filedata": (attachment.name, await attachment.read(), attachment.media_type)},
        )  # fmt: skip
        if isinstance(uploaded, Unknown):
            return Retry(reason=f"A file could not be uploaded: {uploaded.reason}")
        if not isinstance(uploaded, dict):
            return uploaded
        payload = {"attachment_id": str(uploaded.get("attachment_id") or "")}
        return await self._hand_over(message, key, {"attachment": {"type": kind, "payload": payload}, "metadata": message.key})

    async def _hand_over(self, message: OutMessage, key: str, body: dict[str, Any]) -> SendResult:
        asked: dict[str, Any] = {"recipient": _to(message), "messaging_type": "RESPONSE", "message": body}
        done = await self._graph.handed_over("POST", f"{self._node}/messages", json=asked)
        if self._human and isinstance(done, Reject) and done.code == "window_closed" and not message.private_reply_to:
            # A refusal for the window is no attempt: nothing was sent. A person may still answer for seven days.
            tagged = asked | {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
            done = await self._graph.handed_over("POST", f"{self._node}/messages", json=tagged)
        if not isinstance(done, dict):
            return done
        remote_id, person = done.get("message_id"), str(done.get("recipient_id") or "")
        if not isinstance(remote_id, str):
            return Unknown(reason="The network's answer names no message.")
        await self._sents.keep(key, remote_id)
        return _sent(message, remote_id, person)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look for the message in the conversation, by its words; a file of ours that nobody has named is noted on the way.

        Raises PullFailed when the network cannot be asked; the question stays open then.
        """
        known = await self._sents.all()
        if (ours := known.get(message.key)) is not None:
            return _sent(message, ours)
        standing = await self._inbox.ours(message.recipient.remote_id, message.created_at - _CLOCKS)
        unnamed = [one for one in standing if one["id"] not in set(known.values())]
        files = [one for one in reversed(unnamed) if one.get("attachments")]
        for place, one in zip(range(len(message.attachments)), files, strict=False):
            if f"{message.key}/{place}" not in known:
                await self._sents.keep(f"{message.key}/{place}", one["id"])
        if not message.text:
            return Sent(remote_id=files[-1]["id"]) if len(files) >= len(message.attachments) > 0 else NotSent()
        alike = [one for one in unnamed if words(str(one.get("message") or "")) == words(message.text)]
        match alike:
            case []:
                return NotSent(reason="No message of ours with these words is there.")
            case [one]:
                await self._sents.keep(message.key, one["id"])
                return _sent(message, one["id"])
        return Undecidable(reason=f"{len(alike)} messages of ours with these very words stand there; nobody can tell them apart.")


def _sent(message: OutMessage, remote_id: str, person: str = "") -> Sent:
    """A private answer to a comment opened the conversation with its author; that is what `read` will call it."""
    if message.private_reply_to is None:
        return Sent(remote_id=remote_id)
    person = person or message.recipient.remote_id
    return Sent(remote_id=remote_id, root_id=f"direct:{person}", recipient=Author(remote_id=person))


def _to(message: OutMessage) -> dict[str, str]:
    """A visitor's post, which is its thread's root, goes by another word than a comment."""
    public = message.private_reply_to
    if public is None:
        return {"id": message.recipient.remote_id}
    return {"post_id": public} if public == message.thread.links_to else {"comment_id": public}
