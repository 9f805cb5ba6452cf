"""Invitations: chats are entered, encrypted ones are refused with a word, other rooms only where the settings say so."""

import hashlib
from typing import Final
from urllib.parse import quote

from unisono.connectors.matrix.answers import Json
from unisono.connectors.matrix.api import Api, dicts, inside, room_path
from unisono.connectors.matrix.words import in_both
from unisono.contract import Ctx

#: So many invitations are kept waiting for a room's server that does not answer.
_MOST: Final = 50
_TOLD_S: Final = 7 * 86_400


class Inviting:
    """Enters rooms for the account."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api

    async def accept(self, invited: dict[str, Json], me: str) -> tuple[bool, list[str]]:
        """Answer invitations; returns whether a room was entered, and which invitations must wait. Raises PullFailed.

        An invitation with nothing said about it is one that was accepted before, in vain.
        """
        entered, waits = False, list[str]()
        for room, part in invited.items():
            events = dicts(inside(part, "invite_state", "events"))
            if events and not self._is_welcome(events, me):
                self._ctx.log.info("matrix.invitation_left", direct=False)
                continue
            answer = await self._api.tried("POST", f"/client/v3/join/{quote(room, safe='')}", json={})
            match answer.status:
                case 200 if any(event.get("type") == "m.room.encryption" for event in events):
                    await self.explain(room)
                    await self._api.tried("POST", f"{room_path(room)}/leave", json={"reason": self._notice})
                case 200:
                    entered = True
                case status if status == 429 or status >= 500:
                    waits.append(room)
                case status:
                    self._ctx.log.warning("matrix.invitation_refused", status=status)
        return entered, waits[-_MOST:]

    def _is_welcome(self, events: list[Json], me: str) -> bool:
        if self._ctx.account.config.get("join_rooms"):
            return True
        return any(
            event.get("type") == "m.room.member" and event.get("state_key") == me
            and inside(event, "content", "is_direct") is True
            for event in events
        )  # fmt: skip

    @property
    def _notice(self) -> str:
        return str(self._ctx.account.config.get("encrypted_notice") or in_both("encrypted_notice"))

    async def explain(self, room: str) -> None:
        """Say in an encrypted room that we cannot read there, once in a week. Raises PullFailed."""
        name = hashlib.sha256(room.encode()).hexdigest()[:32]
        if await self._ctx.memory.get(f"explained:{name}") is not None:
            return
        body = {"msgtype": "m.notice", "body": self._notice, "io.unisono.part": "notice"}
        answer = await self._api.tried("PUT", f"{room_path(room)}/send/m.room.message/notice-{name}", json=body)
        if answer.status == 429 or answer.status >= 500:
            # The next message there is a new occasion.
            return
        await self._ctx.memory.put(f"explained:{name}", b"1", ttl_s=_TOLD_S)
