"""Numbers on the WhatsApp Cloud API: messages of all kinds, statuses, the service window, templates, files.

Source: facebook/openapi, business-messaging-api_v23.0.yaml (messages, media, message_history, webhooks); Meta for Developers,
WhatsApp Cloud API, "Error Codes" and "Webhooks: messages" (edit, revoke, smb_message_echoes).
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from unisono.testing.networks.graph.model import News, Person, Picture, Refused, unix

if TYPE_CHECKING:
    from unisono.testing.networks.graph.network import GraphNetwork

WINDOW = timedelta(hours=24)
MOST_TEXT, MOST_CAPTION, MOST_OPAQUE = 4_096, 1_024, 512
_CAPTIONED = frozenset({"image", "video", "document"})
_MEDIA = frozenset({"image", "video", "audio", "document", "sticker"})


class Number(Struct, kw_only=True):
    """A business's number. account: the WhatsApp Business Account. installed: the app is told of the account's news."""

    id: str
    account: str
    shown: str
    name: str
    token: str
    installed: bool = False


class Template(Struct, kw_only=True):
    """A text that was approved, or not yet."""

    name: str
    language: str
    text: str
    status: str = "APPROVED"
    category: str = "UTILITY"


class Said(Struct, kw_only=True):
    """One message. body: its own object (`text`, `image`, ...). opaque: what its program wrote beside it."""

    id: str
    number: str
    person: Person
    ours: bool
    kind: str
    body: dict[str, Any]
    at: datetime
    context: str | None = None
    opaque: str = ""
    picture: Picture | None = None
    status: str = ""
    events: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words, whatever it is."""
        return str(self.body.get("body") or self.body.get("caption") or "")


class WhatsApp:
    """All numbers of the network."""

    def __init__(self, network: "GraphNetwork") -> None:
        self._network = network
        self.numbers: dict[str, Number] = {}
        self.said: dict[str, Said] = {}
        self.templates: dict[str, list[Template]] = {}
        #: Statuses are told at once, unless somebody wants to tell them late.
        self.holds_statuses = False

    def add(self, name: str) -> Number:
        """Register a number, with a system user's token for it; the app is not installed yet."""
        node, account = self._network.number(), self._network.number()
        shown = f"4930{node[-7:]}"
        number = Number(id=node, account=account, shown=shown, name=name, token=self._network.tokens.give(account, name))
        self.numbers[node] = number
        self.templates[account] = []
        return number

    # -- what people do ----------------------------------------------------------------------------------------------

    def write(
        self, number: Number, person: Person, text: str = "", *, kind: str = "text", body: Mapping[str, Any] | None = None,
        picture: Picture | None = None, context: str | None = None, more: Mapping[str, Any] | None = None,
    ) -> Said:  # fmt: skip
        """Let a person write: a text, a file (`picture`), or any other kind with its body. more: beside the body."""
        own = dict(body or {})
        if kind == "text":
            own = {"body": text}
        elif picture is not None:
            own |= {"mime_type": picture.media_type, "sha256": _sha(picture), "id": picture.node}
            own |= {"caption": text} if text and kind in _CAPTIONED else {}
            own |= {"filename": picture.name} if kind == "document" and picture.name else {}
        said = self._put(number, person, ours=False, kind=kind, body=own, picture=picture, context=context)
        self._tell(number, "messages", person, {"messages": [self.pushed(said, number) | dict(more or {})]}, said.id)
        return said

    def edit(self, said: Said, text: str) -> None:
        """Let a person change what they wrote."""
        said.body = {**said.body, "body" if said.kind == "text" else "caption": text}
        body = {"original_message_id": said.id, "message": {"type": said.kind, said.kind: said.body}}
        self._event(said, "edit", body)

    def revoke(self, said: Said) -> None:
        """Let a person take back what they wrote."""
        said.body = {}
        self._event(said, "revoke", {"original_message_id": said.id})

    def write_as_business(self, number: Number, person: Person, text: str, *, context: str | None = None) -> Said:
        """Write with the WhatsApp Business app on the same number; the API hears of it by an echo."""
        said = self._put(number, person, ours=True, kind="text", body={"body": text}, context=context)
        echo = {
            "from": number.shown, **_who(person, "to", "to_user_id"), "id": said.id, "timestamp": str(unix(said.at)),
            "type": "text", "text": said.body,
        }  # fmt: skip
        self._tell(number, "smb_message_echoes", person, {"message_echoes": [echo]}, said.id)
        return said

    def report(self, said: Said, state: str, *, error: Mapping[str, Any] | None = None) -> None:
        """Tell what became of a message of ours."""
        number, now = self.numbers[said.number], self._network.now()
        said.events.append((state, now))
        status: dict[str, Any] = {
            "id": said.id, "status": state, "timestamp": str(unix(now)), **_who(said.person, "recipient_id", "recipient_user_id"),
        }  # fmt: skip
        if said.opaque:
            status["biz_opaque_callback_data"] = said.opaque
        if state == "failed":
            status["errors"] = [
                {"message": "Something went wrong", **(error or {"code": 131000, "title": "Something went wrong"})}
            ]
        else:
            status["pricing"] = {"billable": False, "pricing_model": "PMP", "category": "service"}
        self._tell(number, "messages", said.person, {"statuses": [status]}, f"{said.id}/{state}")

    # -- what the company does ---------------------------------------------------------------------------------------

    def send(self, number: Number, message: Mapping[str, Any]) -> Said:
        """Take a message of the company. Raises Refused for one that is not as the API describes it."""
        if message.get("messaging_product") != "whatsapp":
            raise Refused(100, "(#100) Invalid parameter: messaging_product must be whatsapp", kind="OAuthException")
        to = str(message.get("to") or message.get("recipient"))
        person = next((p for p in self._network.people.values() if to in ((p.scoped,) if p.shy else (p.id, p.scoped))), None)
        if person is None:
            raise Refused(131030, "(#131030) Recipient phone number not in allowed list")
        kind = str(message.get("type") or "text")
        body = message.get(kind)
        if not isinstance(body, dict):
            raise Refused(100, f"(#100) Invalid parameter: {kind} is missing")
        picture = self._checked(kind, body, number)
        opaque = str(message.get("biz_opaque_callback_data") or "")
        if len(opaque) > MOST_OPAQUE:
            raise Refused(100, "(#100) Param biz_opaque_callback_data is too long")
        context = message.get("context")
        said = self._put(
            number, person, ours=True, kind=kind, body=dict(body), picture=picture, opaque=opaque,
            context=str(context.get("message_id")) if isinstance(context, dict) else None,
        )  # fmt: skip
        if kind != "template" and not self._open(number, person):
            del self.said[said.id]
            said.status = "failed"
            title = "Re-engagement message"
            details = {"details": "More than 24 hours have passed since the customer last replied to this number."}
            self.report(said, "failed", error={"code": 131047, "title": title, "message": title, "error_data": details})
        elif not self.holds_statuses:
            self.report(said, "sent")
        else:
            said.events.append(("sent", said.at))
        return said

    def _checked(self, kind: str, body: Mapping[str, Any], number: Number) -> Picture | None:
        if kind == "text":
            if not 1 <= len(str(body.get("body") or "")) <= MOST_TEXT:
                raise Refused(100, f"(#100) Param text['body'] must be at most {MOST_TEXT} characters long.")
            return None
        if kind == "template":
            known = {(one.name, one.language): one for one in self.templates[number.account]}
            language = body.get("language")
            code = language.get("code") if isinstance(language, dict) else ""
            found = known.get((str(body.get("name")), str(code)))
            if found is None or found.status != "APPROVED":
                raise Refused(132001, "(#132001) Template name does not exist in the translation", status=404)
            return None
        if kind not in _MEDIA:
            return None
        if len(str(body.get("caption") or "")) > MOST_CAPTION:
            raise Refused(100, f"(#100) Param {kind}['caption'] must be at most {MOST_CAPTION} characters long.")
        if body.get("caption") and kind not in _CAPTIONED:
            raise Refused(100, f"(#100) Unexpected key caption on param {kind}.")
        picture = self._network.pictures.get(str(body.get("id")))
        if picture is None:
            raise Refused(131053, "(#131053) Media upload error")
        return picture

    def _open(self, number: Number, person: Person) -> bool:
        heard = max((s.at for s in self.said.values() if s.person.id == person.id and not s.ours and s.number == number.id),
                    default=None)  # fmt: skip
        return heard is not None and self._network.now() - heard <= WINDOW

    # -- looking -----------------------------------------------------------------------------------------------------

    def of(self, number: Number) -> Sequence[Said]:
        """Return what was said on a number, oldest first."""
        return [one for one in self.said.values() if one.number == number.id]

    def pushed(self, said: Said, number: Number) -> dict[str, Any]:
        """Return a message as the webhook tells of it."""
        told: dict[str, Any] = {
            **_who(said.person, "from", "from_user_id"), "id": said.id, "timestamp": str(unix(said.at)), "type": said.kind,
            said.kind: said.body,
        }  # fmt: skip
        if said.context is not None:
            told["context"] = {"from": number.shown, "id": said.context}
        return told

    # -- telling -----------------------------------------------------------------------------------------------------

    def _put(self, number: Number, person: Person, **more: Any) -> Said:
        said = Said(id=f"wamid.{self._network.number()}", number=number.id, person=person, at=self._network.now(), **more)
        self.said[said.id] = said
        return said

    def _event(self, said: Said, kind: str, body: Mapping[str, Any]) -> None:
        node = f"wamid.{self._network.number()}"
        at = str(unix(self._network.now()))
        told = {**_who(said.person, "from", "from_user_id"), "id": node, "timestamp": at, "type": kind, kind: dict(body)}
        self._tell(self.numbers[said.number], "messages", said.person, {"messages": [told]}, node)

    def _tell(self, number: Number, field: str, person: Person, what: dict[str, Any], subject: str) -> None:
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": number.shown, "phone_number_id": number.id},
            "contacts": [{"profile": {"name": person.name}, **_who(person, "wa_id", "user_id")}], **what,
        }  # fmt: skip
        self._network.tell(
            News(
                object="whatsapp_business_account", account=number.account, field=field, value=value, at=self._network.now(),
                subject=subject,
            )
        )  # fmt: skip


def _who(person: Person, number: str, scoped: str) -> dict[str, str]:
    """Name a person as webhooks do since 2026: by the business-scoped id, and by the number unless they keep it to themselves."""
    return {scoped: person.scoped} if person.shy else {number: person.id, scoped: person.scoped}


def _sha(picture: Picture) -> str:
    return hashlib.sha256(picture.content).hexdigest()
