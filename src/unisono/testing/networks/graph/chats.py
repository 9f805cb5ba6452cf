"""Direct messages of pages (Messenger) and of accounts (Instagram): who may write to whom, when, and how much.

Source: Meta for Developers, Messenger Platform: "Send API", "Message tags", "Webhooks: messages, message_echoes, message_reads,
message_deliveries"; Instagram Platform: "Messaging".
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from unisono.testing.networks.graph.model import Chat, Direct, News, Person, Picture, Refused, instant, millis

if TYPE_CHECKING:
    from unisono.testing.networks.graph.network import GraphNetwork

WINDOW = timedelta(hours=24)
HUMAN_WINDOW = timedelta(days=7)
#: Length: characters on Messenger, bytes of UTF-8 on Instagram.
MOST = {"messenger": 2_000, "instagram": 1_000}
_OBJECTS = {"messenger": "page", "instagram": "instagram"}


class Chats:
    """All conversations of the network."""

    def __init__(self, network: "GraphNetwork") -> None:
        self._network = network
        self.chats: dict[str, Chat] = {}

    def chat(self, platform: str, account: str, person: Person) -> Chat:
        """Return the conversation of a person with an account, begun if there was none."""
        key = f"t_{account}_{person.id}"
        return self.chats.setdefault(key, Chat(id=key, account=account, platform=platform, person=person))

    def of(self, platform: str, account: str) -> list[Chat]:
        """Return an account's conversations, the one that was last written in first."""
        found = [c for c in self.chats.values() if (c.platform, c.account) == (platform, account) and c.messages]
        return sorted(found, key=lambda c: (c.updated, c.id), reverse=True)

    # -- what people do ----------------------------------------------------------------------------------------------

    def write(
        self, platform: str, account: str, person: Person, text: str, *, pictures: Sequence[Picture] = (),
        reply_to: str | None = None, story: str | None = None,
    ) -> Direct:  # fmt: skip
        """Let a person write to an account."""
        chat = self.chat(platform, account, person)
        direct = self._put(chat, ours=False, text=text, pictures=pictures, reply_to=reply_to, story=story)
        self._tell(chat, "messages", self._between(chat, direct) | {"message": self.pushed(direct)}, direct.mid)
        return direct

    def unsend(self, direct: Direct) -> None:
        """Let a person take back what they wrote."""
        direct.deleted, direct.text, direct.pictures = True, "", []
        chat = self.chats[direct.chat]
        said = {"mid": direct.mid, "is_deleted": True}
        self._tell(chat, "messages", self._between(chat, direct) | {"message": said}, direct.mid)

    def report(self, direct: Direct, state: str) -> None:
        """Tell that a message of ours was delivered or read."""
        chat = self.chats[direct.chat]
        between = {"sender": {"id": chat.person.id}, "recipient": {"id": chat.account}, "timestamp": millis(self._network.now())}
        if state == "read":
            read = {"watermark": millis(direct.at)} if chat.platform == "messenger" else {"mid": direct.mid}
            self._tell(chat, "message_reads", between | {"read": read}, direct.mid)
        else:
            delivery = {"mids": [direct.mid], "watermark": millis(direct.at)}
            self._tell(chat, "message_deliveries", between | {"delivery": delivery}, direct.mid)

    def forget(self, person: Person) -> None:
        """Delete somebody's conversations."""
        for key in [key for key, chat in self.chats.items() if chat.person.id == person.id]:
            del self.chats[key]

    # -- what the company does ---------------------------------------------------------------------------------------

    def send(
        self, chat: Chat, text: str, *, pictures: Sequence[Picture] = (), tag: str = "", metadata: str = "", written: str = "",
        reply_to: str | None = None, comment: str | None = None,
    ) -> Direct:  # fmt: skip
        """Let the company write. comment: the one private answer, which needs no window. Raises Refused (100, 10, 551)."""
        most = MOST[chat.platform]
        length = len(text) if chat.platform == "messenger" else len(text.encode())
        if length > most:
            raise Refused(100, f"(#100) Length of param message[text] must be less than or equal to {most}", subcode=2018109)
        if not text and not pictures:
            raise Refused(100, "(#100) The parameter message is empty.")
        if chat.person.gone:
            raise Refused(551, "(#551) This person isn't available right now.", subcode=1545041)
        if comment is None:
            self._demand_window(chat, tag)
        direct = self._put(
            chat, ours=True, text=text, pictures=pictures, reply_to=reply_to, metadata=metadata, tag=tag, comment=comment,
            written=written,
        )  # fmt: skip
        echo = self.pushed(direct) | {"is_echo": True, "app_id": int(written) if written else 26390203743090}
        if metadata:
            echo["metadata"] = metadata
        self._tell(chat, "message_echoes", self._between(chat, direct) | {"message": echo}, direct.mid)
        return direct

    def _demand_window(self, chat: Chat, tag: str) -> None:
        heard, now = chat.heard_at, self._network.now()
        window = HUMAN_WINDOW if tag == "HUMAN_AGENT" else WINDOW
        if tag and tag != "HUMAN_AGENT":
            raise Refused(100, "(#100) Param tag must be one of {HUMAN_AGENT}")
        if heard is None or now - heard > window:
            raise Refused(
                10, "(#10) This message is sent outside of allowed window.",
                subcode=2018278 if chat.platform == "messenger" else 2534022,
            )  # fmt: skip

    # -- looking -----------------------------------------------------------------------------------------------------

    def shown(self, chat: Chat, direct: Direct, at: str) -> dict[str, Any]:
        """Return a message as the Conversations API shows it. at: the server's address, for files."""
        us = {"id": chat.account, "name": "", "username": ""}
        them = {"id": chat.person.id, "name": chat.person.name, "username": chat.person.username}
        said: dict[str, Any] = {
            "id": direct.mid, "created_time": instant(direct.at), "message": direct.text, "from": us if direct.ours else them,
            "to": {"data": [them if direct.ours else us]},
        }  # fmt: skip
        if direct.reply_to is not None:
            said["reply_to"] = {"mid": direct.reply_to}
        if direct.story is not None:
            said["story"] = {"reply_to": {"link": f"{at}/files/{direct.story}", "id": direct.story}}
        if direct.pictures:
            said["attachments"] = {
                "data": [
                    {
                        "id": p.node, "mime_type": p.media_type, "name": p.name or p.node, "size": len(p.content),
                        **({"image_data": {"url": f"{at}/files/{p.node}", "width": 1, "height": 1}}
                           if p.media_type.startswith("image/") else {"file_url": f"{at}/files/{p.node}"}),
                    }
                    for p in direct.pictures
                ]
            }  # fmt: skip
        return said

    def pushed(self, direct: Direct) -> dict[str, Any]:
        """Return a message as webhooks tell of it. Files lie behind an address that is open for a while."""
        said: dict[str, Any] = {"mid": direct.mid}
        if direct.text:
            said["text"] = direct.text
        if direct.reply_to is not None:
            said["reply_to"] = {"mid": direct.reply_to}
        if direct.story is not None:
            said["reply_to"] = {"story": {"url": f"{self._network.address}/files/{direct.story}", "id": direct.story}}
        if direct.pictures:
            said["attachments"] = [
                {"type": _kind(p.media_type), "payload": {"url": f"{self._network.address}/files/{p.node}"}}
                for p in direct.pictures
            ]
        return said

    # -- telling -----------------------------------------------------------------------------------------------------

    def _put(self, chat: Chat, **said: Any) -> Direct:
        direct = Direct(mid=f"m_{self._network.number()}", chat=chat.id, at=self._network.now(), **said)
        chat.messages.append(direct)
        return direct

    def _between(self, chat: Chat, direct: Direct) -> dict[str, Any]:
        ends = (chat.account, chat.person.id) if direct.ours else (chat.person.id, chat.account)
        return {"sender": {"id": ends[0]}, "recipient": {"id": ends[1]}, "timestamp": millis(direct.at)}

    def _tell(self, chat: Chat, field: str, value: dict[str, Any], subject: str) -> None:
        self._network.tell(
            News(
                object=_OBJECTS[chat.platform], account=chat.account, field=f"messaging:{field}", value=value,
                at=self._network.now(), subject=subject,
            )
        )  # fmt: skip


def _kind(media_type: str) -> str:
    kind = media_type.partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "file"
