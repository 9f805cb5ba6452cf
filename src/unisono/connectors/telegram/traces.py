"""Finding out whether an answer arrived, although a bot cannot read what it said.

Telegram numbers messages upwards: in private over all chats of a bot, in a group by itself. So what was sent without our knowing
has a number a little above the last one that we knew. Whether a message of ours has a number is told by asking to change
nothing about it (`editMessageReplyMarkup` without a markup): "not modified" for one of ours, "can't be edited" for somebody
else's, "not found" for none. Nobody sees anything of it.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from unisono.connectors.telegram.api import Api, problem_of
from unisono.connectors.telegram.read import remote_id
from unisono.connectors.telegram.shapes import Message, Update
from unisono.contract import MISSHAPEN, Ctx, NotReached, NotSent, ReconcileResult, Sent, Undecidable

REACH: Final = 40
"""How many numbers are looked at above the last one known before the attempt."""
_KEPT_S: Final = 7 * 86_400
_SENT_KEPT: Final = 200


class Traces:
    """What is known of the numbers of messages, kept with the channel; no text among it."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api

    async def saw(self, updates: list[bytes]) -> None:
        """Note the highest numbers among updates."""
        highest: dict[str, int] = {}
        for body in updates:
            try:
                update = msgspec.json.decode(body, type=Update)
            except MISSHAPEN:
                continue
            if (message := update.message) is not None:
                count = _count_of(message.chat.id)
                highest[count] = max(highest.get(count, 0), message.message_id)
        for count, number in highest.items():
            await self._note(count, number)

    async def begin(self, key: str, chat: str) -> None:
        """Note from where to look for an answer, before it is sent; an earlier attempt's place stays."""
        if await self._ctx.memory.get(f"from:{key}") is None:
            await self._ctx.memory.put(f"from:{key}", b"%d" % await self._highest(_count_of(int(chat))), ttl_s=_KEPT_S)

    async def sent(self, message: Message, key: str) -> None:
        """Note a message of ours, and which answer it is: whoever records that may die before it is recorded."""
        chat = message.chat.id
        await self._note(_count_of(chat), message.message_id)
        await self._keep(chat, message.message_id, key)

    async def look(self, key: str, chat: str, created_at: datetime) -> ReconcileResult:
        """Look for an answer of unknown fate. Raises PullFailed when Telegram cannot be asked."""
        stored = await self._ctx.memory.get(f"from:{key}")
        if stored is None and self._ctx.clock.now() - created_at < timedelta(seconds=_KEPT_S):
            return NotSent(reason="Sending had not begun: the place to look from is noted before.")
        if stored is None:
            return Undecidable(reason="Where to look for it is no longer known. Look into the chat, then send again or not.")
        start, known = int(stored), dict(await self._sent(int(chat)))
        if (mine := next((number for number, owner in known.items() if owner == key), None)) is not None:
            return Sent(remote_id=remote_id(int(chat), mine))
        candidates = [number for number in range(start + 1, start + 1 + REACH) if number not in known]
        ours = [number for number in candidates if await self._is_ours(chat, number)]
        match ours:
            case []:
                return NotSent(reason="No other message of ours stands in the chat.")
            case [number]:
                await self._keep(int(chat), number, key)
                return Sent(remote_id=remote_id(int(chat), number))
        return Undecidable(reason="Several messages of ours stand in the chat, and Telegram does not tell which. Look there.")

    async def _is_ours(self, chat: str, number: int) -> bool:
        try:
            answer = await self._api.request("editMessageReplyMarkup", json={"chat_id": chat, "message_id": number})
        except NotReached as error:
            raise self._api.silent(error) from None
        if answer.status == 400:
            return "not modified" in problem_of(answer).description
        self._api.demand(answer)
        return True

    async def _highest(self, count: str) -> int:
        return int(await self._ctx.memory.get(f"top:{count}") or 0)

    async def _note(self, count: str, number: int) -> None:
        if number > await self._highest(count):
            await self._ctx.memory.put(f"top:{count}", b"%d" % number)

    async def _sent(self, chat: int) -> list[tuple[int, str]]:
        stored = await self._ctx.memory.get(f"sent:{chat}")
        return msgspec.json.decode(stored, type=list[tuple[int, str]]) if stored else []

    async def _keep(self, chat: int, number: int, key: str) -> None:
        kept = [*(await self._sent(chat)), (number, key)][-_SENT_KEPT:]
        await self._ctx.memory.put(f"sent:{chat}", msgspec.json.encode(kept), ttl_s=_KEPT_S)


def _count_of(chat_id: int) -> str:
    """Private chats share one count; groups, whose ids are negative, have one each."""
    return "private" if chat_id > 0 else str(chat_id)
