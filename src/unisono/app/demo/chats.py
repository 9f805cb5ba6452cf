"""Customers in the web chat, by the routes that their browsers use."""

import base64
import hashlib
from typing import Any

import httpx2

from unisono.app.demo.files import file_of
from unisono.app.demo.played import Played
from unisono.app.demo.script import Step
from unisono.domain.errors import Unavailable


class ChatStage:
    """Plays chats on one web chat channel. Each thread is a session of its own, which goes on after a restart.

    secret: what sessions' words are made of, so that nobody can guess them. `address` is known once the channel is.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._http = httpx2.AsyncClient(timeout=60.0)
        self.address = ""

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def play(self, step: Step, played: Played) -> str:
        """Write one chat message; the same step again is the same message. Raises Unavailable."""
        assert step.who is not None
        note = f"chat:{step.thread}"
        token = played.note(note)
        message: dict[str, Any] = {
            "key": hashlib.sha256(step.key.encode()).hexdigest()[:32], "text": step.text,
            "word": hashlib.sha256(f"{self._secret}:{step.thread}".encode()).hexdigest(), "name": step.who.name,
            "language": step.who.lang,
            "files": [
                {"name": file.name, "type": file.media_type, "content": base64.b64encode(file.content).decode(), "alt": file.alt}
                for file in map(file_of, step.media)
            ],
        }  # fmt: skip
        # Everybody writes from a line of their own; the house trusts what proxies of this machine say of that.
        headers = {"x-forwarded-for": _line_of(step.who.key)} | ({"authorization": f"Bearer {token}"} if token else {})
        try:
            answer = await self._http.post(f"{self.address}/messages", json=message, headers=headers)
        except httpx2.HTTPError as error:
            raise Unavailable(f"The web chat does not answer: {type(error).__name__}") from error
        if answer.status_code != 201:
            raise Unavailable(f"The web chat refused a message: {answer.status_code} {answer.text[:200]}")
        played.put_note(note, str(answer.json()["token"]))
        return ""


def _line_of(person: str) -> str:
    """An address for a person, of the block for tests between machines (RFC 2544)."""
    lot = hashlib.sha256(person.encode()).digest()
    return f"198.{18 + lot[0] % 2}.{lot[1]}.{lot[2]}"
