"""A double of Bluesky's chat, which is in no open program: conversations of two, with a log that goes forward."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from unisono.testing.networks.bluesky.appview import Refused
from unisono.testing.networks.bluesky.index import Json

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_PAGE = 100
_GRAPHEMES, _BYTES = 1_000, 10_000
_DEFS = "chat.bsky.convo.defs"


class Convo(Struct, kw_only=True):
    """A chat of two. messages: as its members see them, oldest first."""

    id: str
    members: tuple[str, str]
    messages: list[Json] = field(default_factory=list)


class Chat:
    """All chats, and what has happened in them. `profile` shows a member."""

    def __init__(self, now: Callable[[], datetime], profile: Callable[[str], Json], length: Callable[[str], int]) -> None:
        self._now = now
        self._profile = profile
        self._length = length
        self._convos: dict[str, Convo] = {}
        self._log: list[tuple[Convo, Json]] = []
        self._count = 0

    def between(self, one: str, other: str) -> Convo:
        """Return the chat of two people; it begins with this."""
        for convo in self._convos.values():
            if set(convo.members) == {one, other}:
                return convo
        convo = Convo(id=self._rev(), members=(one, other))
        self._convos[convo.id] = convo
        self._tell(convo, "logBeginConvo")
        return convo

    def write(self, convo: Convo, sender: str, message: Json) -> Json:
        """Add a message. Raises Refused for one that is too long."""
        text = str(message.get("text", ""))
        if self._length(text) > _GRAPHEMES or len(text.encode()) > _BYTES:
            raise Refused(400, "InvalidRequest", "Input/message/text must not be longer than 1000 graphemes")
        rev = self._rev()
        view = {
            "$type": f"{_DEFS}#messageView", "id": rev, "rev": rev, "text": text, "sender": {"did": sender},
            "sentAt": self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        } | ({"facets": message["facets"]} if "facets" in message else {})  # fmt: skip
        convo.messages.append(view)
        self._tell(convo, "logCreateMessage", message=view)
        return view

    def delete(self, message_id: str) -> None:
        """Let a message be deleted for everybody, as its chat's log then tells."""
        for convo in self._convos.values():
            for place, message in enumerate(convo.messages):
                if message["id"] == message_id:
                    kept = {name: message[name] for name in ("id", "rev", "sender", "sentAt")}
                    convo.messages[place] = {"$type": f"{_DEFS}#deletedMessageView", **kept}
                    self._tell(convo, "logDeleteMessage", message=convo.messages[place])

    def answer(self, nsid: str, me: str, params: dict[str, list[str]]) -> Json:
        """Return the answer to a question. Raises Refused."""
        cursor = params.get("cursor", [""])[0]
        match nsid.removeprefix("chat.bsky.convo."):
            case "getLog":
                mine = [log for convo, log in self._log if me in convo.members]
                if not cursor:
                    return {"logs": [], "cursor": mine[-1]["rev"] if mine else _tid(0)}
                logs = [log for log in mine if log["rev"] > cursor][:_PAGE]
                return {"logs": logs, "cursor": logs[-1]["rev"] if logs else cursor}
            case "listConvos":
                return {"convos": [self._view(convo, me) for convo in self._convos.values() if me in convo.members]}
            case "getConvo":
                return {"convo": self._view(self.convo(params.get("convoId", [""])[0], me), me)}
            case "getMessages":
                messages = self.convo(params.get("convoId", [""])[0], me).messages
                limit = int(params.get("limit", ["50"])[0])
                older = [one for one in reversed(messages) if not cursor or one["rev"] < cursor]
                page = older[:limit]
                return {"messages": page} | ({"cursor": page[-1]["rev"]} if len(older) > limit else {})
        raise Refused(501, "MethodNotImplemented", "Method Not Implemented")

    def do(self, nsid: str, me: str, body: Any) -> Json:
        """Do what is asked for. Raises Refused."""
        if nsid != "chat.bsky.convo.sendMessage":
            raise Refused(501, "MethodNotImplemented", "Method Not Implemented")
        return self.write(self.convo(str(body["convoId"]), me), me, body["message"])

    def convo(self, convo_id: str, me: str) -> Convo:
        """Return somebody's chat. Raises Refused."""
        found = self._convos.get(convo_id)
        if found is None or me not in found.members:
            raise Refused(400, "InvalidConvo", "Convo not found")
        return found

    def of(self, me: str) -> list[Convo]:
        """Return somebody's chats."""
        return [convo for convo in self._convos.values() if me in convo.members]

    def _view(self, convo: Convo, me: str) -> Json:
        del me
        rev = convo.messages[-1]["rev"] if convo.messages else convo.id
        view: Json = {
            "id": convo.id, "rev": rev, "members": [self._profile(did) for did in convo.members], "muted": False,
            "unreadCount": 0, "status": "accepted",
        }  # fmt: skip
        return view | ({"lastMessage": convo.messages[-1]} if convo.messages else {})

    def _tell(self, convo: Convo, kind: str, **more: Any) -> None:
        self._log.append((convo, {"$type": f"{_DEFS}#{kind}", "rev": self._rev(), "convoId": convo.id, **more}))

    def _rev(self) -> str:
        self._count += 1
        return _tid((round(self._now().timestamp() * 1e6) << 10) + self._count)


def _tid(number: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(13)))
