"""A scripted Bot API server over HTTP: chats, updates that are kept until they are confirmed, files, and what bots may not do.

Written after core.telegram.org/bots/api ("Getting updates", "Making requests", sendMessage, sendPhoto, sendDocument, getFile,
deleteMessage). Its updates are read by python-telegram-bot in the tests.
"""

import json
import re
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import msgspec
from msgspec import Struct

from unisono.testing.networks.telegram.show import HEADERS, page_of

KEPT: Final = timedelta(hours=24)
_PATH: Final = re.compile(r"/(file/)?bot([^/]*)/(.+)")
_CAPTION, _TEXT = 1_024, 4_096
_LEAP: Final = 1_000


class Refused(Exception):
    """The API refuses: status and description, as Telegram words them."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters


class Said(Struct, frozen=True, kw_only=True):
    """What the bot said, as the chat shows it."""

    chat_id: int
    message_id: int
    text: str
    answers: int | None
    file: bytes | None
    deleted: bool = False


class State(Struct, kw_only=True):
    """All that a server holds, to be written down and taken up again."""

    me: dict[str, Any]
    token: str
    webhook: dict[str, Any]
    blocked: set[int]
    updates: list[tuple[datetime, dict[str, Any]]]
    messages: list[dict[str, Any]]
    said: list[Said]
    files: dict[str, bytes]
    number: int
    message_number: int


class TelegramServer:
    """Serves one bot on 127.0.0.1 in threads of its own; `/show` is a page for people.

    now: the time by which updates are forgotten.
    """

    def __init__(self, now: Callable[[], datetime], port: int = 0) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler_of(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.fresh_bot()
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    # -- the world outside ---------------------------------------------------------------------------------------------

    def fresh_bot(self) -> None:
        """Begin anew: another bot, with empty chats."""
        with self._lock:
            number = 7_000_000_000 + secrets.randbelow(10**9)
            self.me = {"id": number, "is_bot": True, "first_name": "Firma", "username": f"firma_{number}_bot"}
            self.token = f"{number}:{secrets.token_urlsafe(26)}"
            self.webhook = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
            self.blocked: set[int] = set()
            self.asked: list[str] = []
            self._updates: list[tuple[datetime, dict[str, Any]]] = []
            self._messages: dict[tuple[int, int], dict[str, Any]] = {}
            self._said: dict[tuple[int, int], Said] = {}
            self._files: dict[str, bytes] = {}
            self._number: int = secrets.randbelow(10**8)
            self._message_number = 0

    def kept(self) -> bytes:
        """Return all that the bot and its chats hold, as JSON."""
        with self._lock:
            return msgspec.json.encode(
                State(
                    me=self.me, token=self.token, webhook=self.webhook, blocked=self.blocked, updates=self._updates,
                    messages=[*self._messages.values()], said=[*self._said.values()], files=self._files, number=self._number,
                    message_number=self._message_number,
                )
            )  # fmt: skip

    def take_up(self, kept: bytes) -> None:
        """Go on from what was kept. Raises msgspec.DecodeError for what cannot be read."""
        state = msgspec.json.decode(kept, type=State)
        with self._lock:
            self.me, self.token, self.webhook, self.blocked = state.me, state.token, state.webhook, state.blocked
            self._updates, self._files = state.updates, state.files
            self._messages = {(one["chat"]["id"], one["message_id"]): one for one in state.messages}
            self._said = {(one.chat_id, one.message_id): one for one in state.said}
            # What a killed process had not written down yet has numbers as well; they are not given again.
            self._number, self._message_number = state.number + _LEAP, state.message_number + _LEAP

    def renew_token(self) -> str:
        """Give the bot another token; the old one is refused from now on."""
        with self._lock:
            self.token = f"{self.me['id']}:{secrets.token_urlsafe(26)}"
            return self.token

    def person(self, number: int, name: str) -> dict[str, Any]:
        """Return a user as updates show them."""
        return {"id": number, "is_bot": False, "first_name": name, "username": name.lower(), "language_code": "de"}

    def write(
        self, sender: dict[str, Any], text: str, *, group: int | None = None, answers: int | None = None,
        at: datetime | None = None, photo: bytes | None = None, **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Let a person write to the bot, or in a group; returns the message."""
        with self._lock:
            chat: dict[str, Any] = {"id": sender["id"], "type": "private", "first_name": sender["first_name"]}
            if group is not None:
                chat = {"id": group, "type": "supergroup", "title": "Nachbarschaft"}
            message: dict[str, Any] = {"message_id": self._next(), "from": sender, "chat": chat}
            message["date"] = int((at or self._now()).timestamp())
            if photo is None:
                message["text"] = text
                message["entities"] = self._entities(text)
            else:
                message |= {"caption": text, "photo": [self._photo(photo)]}
            if answers is not None:
                above = self._messages[chat["id"], answers]
                message["reply_to_message"] = {k: v for k, v in above.items() if k != "reply_to_message"}
            self._messages[chat["id"], message["message_id"]] = message | more
            self._tell("message", message | more)
            return message

    def edit(self, message: dict[str, Any], text: str) -> None:
        """Let its author change a message."""
        with self._lock:
            changed = message | {"text": text, "entities": self._entities(text), "edit_date": int(self._now().timestamp())}
            self._messages[message["chat"]["id"], message["message_id"]] = changed
            self._tell("edited_message", changed)

    def forget(self) -> None:
        """Let a day go by for what waits: Telegram keeps it no longer."""
        with self._lock:
            self._updates.clear()

    def chats(self) -> list[list[dict[str, Any]]]:
        """Return all messages by chat, the chat in which something was said last first."""
        with self._lock:
            found: dict[int, list[dict[str, Any]]] = {}
            for message in self._messages.values():
                found.setdefault(message["chat"]["id"], []).append(message)
            return sorted(found.values(), key=lambda chat: chat[-1]["message_id"], reverse=True)

    def said(self) -> list[Said]:
        """Return what the bot said, oldest first."""
        with self._lock:
            return [said for said in self._said.values() if not said.deleted]

    def update_of(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return an update with a message, as a webhook would be given it."""
        with self._lock:
            return {"update_id": self._number, "message": self._messages[message["chat"]["id"], message["message_id"]]}

    def _next(self) -> int:
        self._message_number += 1
        return self._message_number

    def _tell(self, kind: str, message: dict[str, Any]) -> None:
        self._number += 1
        self._updates.append((self._now(), {"update_id": self._number, kind: message}))

    def _entities(self, text: str) -> list[dict[str, Any]]:
        found = []
        for match in re.finditer(r"(?<![\w/])@\w{5,}|(?<!\S)/\w+(?:@\w+)?", text):
            offset = len(text[: match.start()].encode("utf-16-le")) // 2
            kind = "mention" if match[0].startswith("@") else "bot_command"
            found.append({"type": kind, "offset": offset, "length": len(match[0])})
        return found

    def _photo(self, content: bytes) -> dict[str, Any]:
        file_id = secrets.token_urlsafe(20)
        self._files[file_id] = content
        return {"file_id": file_id, "file_unique_id": file_id[:8], "width": 90, "height": 90, "file_size": len(content)}

    # -- the API -------------------------------------------------------------------------------------------------------

    def answer(self, path: str, params: dict[str, Any]) -> Any:
        """Return what a request yields: bytes for a file, else the `result`. Raises Refused."""
        found = _PATH.fullmatch(path)
        with self._lock:
            if found is None or found[2] != self.token:
                raise Refused(401, "Unauthorized")
            if found[1]:
                return self._files[found[3].removeprefix("files/")]
            self.asked.append(found[3])
            method = getattr(self, f"_do_{found[3].lower()}", None)
            if method is None:
                raise Refused(404, "Not Found: method not found")
            return method(params)

    def _do_getme(self, _: dict[str, Any]) -> Any:
        return self.me

    def _do_getwebhookinfo(self, _: dict[str, Any]) -> Any:
        return self.webhook

    def _do_getupdates(self, params: dict[str, Any]) -> Any:
        if self.webhook["url"]:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        oldest = self._now() - KEPT
        offset = int(params.get("offset", 0))
        self._updates = [
            (at, update) for at, update in self._updates if at >= oldest and (not offset or update["update_id"] >= offset)
        ]
        return [update for _, update in self._updates[: min(int(params.get("limit", 100)), 100)]]

    def _do_getfile(self, params: dict[str, Any]) -> Any:
        if params.get("file_id") not in self._files:
            raise Refused(400, "Bad Request: invalid file_id")
        return {"file_id": params["file_id"], "file_unique_id": params["file_id"][:8], "file_path": f"files/{params['file_id']}"}

    def _do_sendmessage(self, params: dict[str, Any]) -> Any:
        text = str(params.get("text", ""))
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > _TEXT:
            raise Refused(400, "Bad Request: message is too long")
        return self._speak(params, text, None, {"text": text})

    def _do_sendphoto(self, params: dict[str, Any]) -> Any:
        return self._with_file(params, "photo")

    def _do_senddocument(self, params: dict[str, Any]) -> Any:
        return self._with_file(params, "document")

    def _with_file(self, params: dict[str, Any], name: str) -> Any:
        caption = str(params.get("caption", ""))
        if len(caption.encode("utf-16-le")) // 2 > _CAPTION:
            raise Refused(400, "Bad Request: message caption is too long")
        content = params[name]
        photo = self._photo(content)
        shown = (
            {"photo": [photo]}
            if name == "photo"
            else {"document": {k: photo[k] for k in ("file_id", "file_unique_id", "file_size")}}
        )
        return self._speak(params, caption, content, shown | {"caption": caption})

    def _speak(self, params: dict[str, Any], text: str, file: bytes | None, shown: dict[str, Any]) -> Any:
        chat_id = int(params["chat_id"])
        if chat_id in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        known = next((m["chat"] for (chat, _), m in self._messages.items() if chat == chat_id), None)
        if known is None:
            raise Refused(400, "Bad Request: chat not found")
        answers = None
        if reply := params.get("reply_parameters"):
            reply = json.loads(reply) if isinstance(reply, str) else reply
            answers = int(reply["message_id"])
            if (chat_id, answers) not in self._messages and not reply.get("allow_sending_without_reply"):
                raise Refused(400, "Bad Request: message to be replied not found")
        number = self._next()
        message = {"message_id": number, "from": self.me, "chat": known, "date": int(self._now().timestamp()), **shown}
        self._messages[chat_id, number] = message
        self._said[chat_id, number] = Said(chat_id=chat_id, message_id=number, text=text, answers=answers, file=file)
        return message

    def _do_editmessagereplymarkup(self, params: dict[str, Any]) -> Any:
        place = int(params["chat_id"]), int(params["message_id"])
        if place not in self._messages:
            raise Refused(400, "Bad Request: message to edit not found")
        if self._messages[place]["from"]["id"] != self.me["id"]:
            raise Refused(400, "Bad Request: message can't be edited")
        raise Refused(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
            "current content and reply markup of the message",
        )

    def _do_deletemessage(self, params: dict[str, Any]) -> Any:
        if self._said.pop((int(params["chat_id"]), int(params["message_id"])), None) is None:
            raise Refused(400, "Bad Request: message to delete not found")
        return True

    def _do_sendchataction(self, _: dict[str, Any]) -> Any:
        return True


def _handler_of(server: TelegramServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            self._serve(_params(self.headers.get("content-type", ""), body))

        def _serve(self, params: dict[str, Any]) -> None:
            status = 200
            if self.path.partition("?")[0] == "/show":
                self._show()
                return
            try:
                result = server.answer(self.path, params)
                body = result if isinstance(result, bytes) else json.dumps({"ok": True, "result": result}).encode()
            except Refused as error:
                status = error.status
                refusal = {"ok": False, "error_code": error.status, "description": str(error)}
                body = json.dumps(refusal | ({"parameters": error.parameters} if error.parameters else {})).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _show(self) -> None:
            body = page_of(server.me, server.chats()).encode()
            self.send_response(200)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _params(kind: str, body: bytes) -> dict[str, Any]:
    if kind.startswith("application/json"):
        found: dict[str, Any] = json.loads(body)
        return found
    parsed = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=policy.HTTP)
    params: dict[str, Any] = {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        params[str(name)] = content if part.get_filename() else content.decode()
    return params
