"""Answers: in the service window as one likes, afterwards as an approved template; each carries our key, statuses bring it.

The network has no pull of messages, but a history of what was sent. An attempt whose end nobody saw is therefore decided by
the status that names our key; and only when the history holds nothing that is not accounted for, it surely did not arrive.
Source: facebook/openapi, business-messaging-api_v23.0.yaml: messages, media, message_history, message_templates.
"""

import re
from datetime import timedelta
from typing import Any

import msgspec

from unisono.connectors._graph.api import Graph
from unisono.connectors._graph.known import Sents
from unisono.connectors._graph.moments import moment
from unisono.connectors._graph.words import said
from unisono.contract import (
    MISSHAPEN,
    Ctx,
    NotSent,
    OutAttachment,
    OutMessage,
    PullFailed,
    Raw,
    ReconcileResult,
    Reject,
    Retry,
    SendResult,
    Sent,
    Template,
    TemplateChoice,
    Undecidable,
    Unknown,
)
from unisono.domain.words import ChannelState, Visibility

MOST_TEXT, MOST_CAPTION = 4_096, 1_024
_CLOCKS = timedelta(minutes=1)
_OPEN_FOR = timedelta(minutes=15)
_AGAIN_S = 20.0
_PAGES = 3
_PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_KINDS = {"image": "image", "video": "video", "audio": "audio"}


class Answering:
    """Writes for one number."""

    def __init__(self, ctx: Ctx, graph: Graph) -> None:
        self._ctx = ctx
        self._graph = graph
        self._number = str(ctx.account.config.get("phone_number_id", ""))
        self._account = str(ctx.account.config.get("business_account_id", ""))
        self._sents = Sents(ctx)

    async def send(self, message: OutMessage) -> SendResult:
        """Send a text, a file with its caption, or a template."""
        if message.thread.visibility is not Visibility.PRIVATE:
            return Reject(code="visibility", human="WhatsApp has no public threads. Nothing was sent.")
        built = await self._built(message)
        if not isinstance(built, dict):
            return built
        body: dict[str, Any] = {
            "messaging_product": "whatsapp", "recipient_type": "individual", **_to(message.recipient.remote_id),
            "biz_opaque_callback_data": message.key, **built,
        }  # fmt: skip
        if message.in_reply_to and message.template is None:
            body["context"] = {"message_id": message.in_reply_to}
        done = await self._graph.handed_over("POST", f"{self._number}/messages", json=body)
        if not isinstance(done, dict):
            return done
        try:
            remote_id = str(done["messages"][0]["id"])
        except (KeyError, IndexError, TypeError):
            return Unknown(reason="The network's answer names no message.")
        await self._sents.keep(message.key, remote_id)
        return Sent(remote_id=remote_id)

    async def _built(self, message: OutMessage) -> dict[str, Any] | SendResult:
        if message.template is not None:
            return {"type": "template", "template": _template(message.template)}
        if not message.attachments:
            if not 1 <= len(message.text) <= MOST_TEXT:
                return Reject(code="too_long", human=f"A message holds 1 to {MOST_TEXT} characters. Nothing was sent.")
            return {"type": "text", "text": {"body": message.text, "preview_url": False}}
        [attachment, *more] = message.attachments
        kind = _KINDS.get(attachment.media_type.partition("/")[0], "document")
        if more:
            return Reject(code="media", human="A message holds one file. Nothing was sent.")
        if len(message.text) > MOST_CAPTION:
            return Reject(code="too_long", human=f"The text beside a file holds {MOST_CAPTION} characters. Nothing was sent.")
        if message.text and kind == "audio":
            return Reject(code="media", human="An audio message holds no text. Send the two one after the other.")
        media = await self._uploaded(attachment)
        if not isinstance(media, str):
            return media
        file: dict[str, Any] = {"id": media} | ({"caption": message.text} if message.text else {})
        if kind == "document":
            file["filename"] = attachment.name
        return {"type": kind, kind: file}

    async def _uploaded(self, attachment: OutAttachment) -> str | SendResult:
        """Nothing was said yet, so whatever goes wrong here is no open question."""
        done = await self._graph.handed_over(
            "POST", f"{self._number}/media", form={"messaging_product": "whatsapp", "type": attachment.media_type},
            files={"file": (attachment.name, await attachment.read(), attachment.media_type)}, timeout_s=120.0,
        )  # fmt: skip
        if isinstance(done, Unknown):
            return Retry(reason=f"A file could not be uploaded: {done.reason}")
        if not isinstance(done, dict):
            return done
        return str(done["id"]) if done.get("id") else Retry(reason="The network's answer to a file could not be read.")

    async def hear_statuses(self, raws: list[Raw]) -> None:
        """Note which of our messages the network names: of one whose sending nobody saw the end, this is the only word."""
        named: dict[str, str] = {}
        for raw in raws:
            if raw.connector == "whatsapp" and raw.ingest_key.startswith("status:"):
                status = msgspec.json.decode(raw.body)["value"]["status"]
                if key := status.get("biz_opaque_callback_data"):
                    named[str(key)] = str(status["id"])
        if named:
            await self._sents.keep_new(named)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether anything was sent since that is not accounted for.

        Raises PullFailed while the status that will name the message may still come.
        """
        known = await self._sents.all()
        if (ours := known.get(message.key)) is not None:
            return Sent(remote_id=ours)
        unaccounted = [entry for entry in await self._history(message) if entry not in known.values()]
        if not unaccounted:
            return NotSent(reason="The number's history holds nothing that we do not know.")
        if self._ctx.clock.now() - message.created_at < _OPEN_FOR:
            raise PullFailed(said("waits_for_status", ChannelState.OK), _AGAIN_S)
        return Undecidable(reason=f"{len(unaccounted)} messages were sent on this number that no status has named.")

    async def _history(self, message: OutMessage) -> list[str]:
        """Return the ids of what was sent since, newest first."""
        since = message.created_at - _CLOCKS
        found: list[str] = []
        after: str | None = None
        for _ in range(_PAGES):
            params = {"fields": "id,message_id,events{delivery_status,timestamp}", "limit": "100"}
            entries, after = await self._graph.listed(
                f"{self._number}/message_history", params | ({"after": after} if after else {})
            )
            times = [_first_event(entry) for entry in entries]
            found += [
                str(entry.get("message_id")) for entry, at in zip(entries, times, strict=True) if at is None or at >= since
            ]  # fmt: skip
            if after is None or any(at is not None and at < since for at in times):
                break
        return found

    async def templates(self) -> list[Template]:
        """Return what was approved for the account, and what was not."""
        found: list[Template] = []
        after: str | None = None
        for _ in range(20):
            params = {"fields": "id,name,language,status,category,components", "limit": "100"}
            entries, after = await self._graph.listed(
                f"{self._account}/message_templates", params | ({"after": after} if after else {})
            )
            found += [_read_template(entry) for entry in entries]
            if after is None:
                break
        return found


def _to(remote_id: str) -> dict[str, str]:
    """A number goes in `to`, a business-scoped id in `recipient`."""
    return {"to": remote_id} if remote_id.isdigit() else {"recipient": remote_id}


def _first_event(entry: dict[str, Any]) -> Any:
    try:
        return min(moment(event["timestamp"]) for event in entry["events"]["data"])
    except (*MISSHAPEN, KeyError, TypeError, OverflowError):
        return None


def _template(choice: TemplateChoice) -> dict[str, Any]:
    """Parameters that are named by number go by their order, others by their name."""
    by_order = all(name.isdigit() for name in choice.parameters)
    names = sorted(choice.parameters, key=int) if by_order else list(choice.parameters)
    parameters = [
        {"type": "text", "text": choice.parameters[name]} | ({} if by_order else {"parameter_name": name}) for name in names
    ]
    built: dict[str, Any] = {"name": choice.name, "language": {"code": choice.language}}
    return built | ({"components": [{"type": "body", "parameters": parameters}]} if parameters else {})


def _read_template(entry: dict[str, Any]) -> Template:
    parts = {str(one.get("type")).upper(): str(one.get("text") or "") for one in entry.get("components") or ()
             if isinstance(one, dict)}  # fmt: skip
    status, text = str(entry.get("status") or ""), parts.get("BODY", "")
    return Template(
        name=str(entry.get("name") or ""), language=str(entry.get("language") or ""), text=text,
        category=str(entry.get("category") or "").lower(), parameters=tuple(dict.fromkeys(_PLACE.findall(text))),
        header=parts.get("HEADER", ""), footer=parts.get("FOOTER", ""), usable=status == "APPROVED", status=status.lower(),
    )  # fmt: skip
