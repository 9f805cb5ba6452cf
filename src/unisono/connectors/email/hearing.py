"""Pulling: pages of a folder into raw items, with all that must be looked up so that reading them needs nothing more."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC
from email.message import Message
from typing import Final

import msgspec
from imapclient import IMAPClient
from msgspec import Struct

from unisono.connectors._mail.cursor import Cursor, cursor_of
from unisono.connectors._mail.imap import IMAP_ERRORS, ImapFailed, failure
from unisono.connectors._mail.large import ref_of
from unisono.connectors._mail.mailbox import Mailbox
from unisono.connectors._mail.mime import parse_head, raw_header
from unisono.connectors._mail.pages import PAGE_BYTES, Batch, Letter, Wanted, next_page
from unisono.connectors._mail.raw import Facts, digest_of, ingest_key, message_id_in, wrapped
from unisono.connectors._mail.settings import Settings
from unisono.connectors.email import filing, watch
from unisono.connectors.email.gate import Gate
from unisono.connectors.email.guards import answered_key, reply_secret
from unisono.connectors.email.people import plus_parts
from unisono.connectors.email.read import message_id_for
from unisono.contract import Ctx, Health, NotReached, Page, PullFailed, Raw
from unisono.domain.words import ChannelState

MAX_PAGE: Final = 50
_AT_ONCE: Final = 4
# So often the connection must break at one mail before its body is given up.
HOPELESS_AFTER: Final = 4
_TWIN_KEPT_S: Final = 400 * 86_400
_REFUSED_LOOK_S: Final = 60.0


class _Trouble(Struct):
    """How often the connection broke since the last page, and at which mail."""

    times: int = 0
    uid: int | None = None
    at_uid: int = 0


class Hearing:
    """Reads the folder and the folder of sent mail."""

    def __init__(self, ctx: Ctx, gate: Gate, mailbox: Mailbox) -> None:
        self._ctx = ctx
        self._gate = gate
        self._mailbox = mailbox
        self._trouble: dict[str, _Trouble] = {}

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return the next mails of a stream. Raises PullFailed."""
        settings = self._gate.settings
        known = cursor_of(cursor)
        if stream == "inbox" and known is not None and known.todo and settings.after != "leave":
            await self._settle(settings, known)
        try:
            batch = await self._batch(stream, known, settings, max(1, min(limit, MAX_PAGE)))
        except ImapFailed as error:
            after = _REFUSED_LOOK_S if error.refused else None
            raise PullFailed(error.health, after) from error
        if batch is None:
            return Page(raws=[], next_cursor=cursor)
        if batch.began_anew:
            self._ctx.log.warning("folder_read_anew", stream=stream)
        raws = await self._raws(batch.letters, settings, sent=stream == "sent")
        return Page(raws=raws, next_cursor=batch.cursor.text(), has_more=batch.more)

    async def _batch(self, stream: str, known: Cursor | None, settings: Settings, limit: int) -> Batch | None:
        """Fetch a page; after the connection broke, mail by mail, until the one that breaks it is known and given up."""
        trouble = self._trouble.setdefault(stream, _Trouble())
        now = self._ctx.clock.now()
        hopeless = trouble.uid if trouble.at_uid >= HOPELESS_AFTER else None

        def work(client: IMAPClient) -> Batch | None:
            folder, setting = settings.folder, "folder"
            if stream == "sent":
                found = filing.sent_folder(client, settings) if settings.sent_copies != "none" else None
                if found is None:
                    return None
                folder, setting = found, "sent_folder"
            return next_page(client, known, Wanted(
                folder=folder, setting=setting, limit=limit if trouble.times == 0 else 1, hopeless=hopeless,
                max_mail_bytes=settings.max_mail_bytes, first_day=settings.first_day(now), today=now.astimezone(UTC).date(),
            ))  # fmt: skip

        try:
            batch = await self._mailbox.run(work, extra_s=(PAGE_BYTES + settings.max_mail_bytes) / 20_000)
        except ImapFailed as error:
            if error.lost and not error.refused:
                trouble.times += 1
                trouble.at_uid = trouble.at_uid + 1 if error.uid is not None and error.uid == trouble.uid else 1
                trouble.uid = error.uid
            raise
        self._trouble[stream] = _Trouble()
        return batch

    async def _settle(self, settings: Settings, known: Cursor) -> None:
        """The last page is stored, since its cursor came back: mark or move its mails."""
        try:
            await self._mailbox.run(lambda client: filing.settle(client, settings, known.validity, known.todo))
        except ImapFailed as error:
            self._ctx.log.warning("mails_not_marked", state=error.health.state.value, count=len(known.todo))

    async def _raws(self, letters: Sequence[Letter], settings: Settings, *, sent: bool) -> list[Raw]:
        """Return the mails of a page for the inbox; what must be asked of the store is asked for several of them at once."""
        found: list[Raw | None] = [None] * len(letters)
        heads = [parse_head(letter.content) for letter in letters]
        left: dict[str, list[int]] = {}
        for place, head in enumerate(heads):
            left.setdefault(message_id_in(raw_header(head, "Message-ID")), []).append(place)
        groups = iter(left.items())

        async def work() -> None:
            # Mails with the same id one after the other, since each must know of those before it.
            for message_id, places in groups:
                for place in places:
                    found[place] = await self._raw(letters[place], heads[place], message_id, settings, sent=sent)

        await asyncio.gather(*(work() for _ in range(min(_AT_ONCE, len(left)))))
        return [raw for raw in found if raw is not None]

    async def _raw(self, letter: Letter, head: Message, message_id: str, settings: Settings, *, sent: bool) -> Raw:
        parts = None
        if letter.texts is not None or letter.problem:
            parts = msgspec.json.encode([letter.size, [file.size for file in letter.files], [t.size for t in letter.texts or ()]])
        digest = digest_of(letter.content, instead_of_body=parts)
        answers = ""
        plus = plus_parts(head, settings.own) if not sent else []
        if plus and (key := answered_key(plus, await reply_secret(self._ctx))) is not None:
            answers = message_id_for(key, settings.address)
        facts = Facts(
            uid=letter.uid, at=letter.at, size=letter.size, sent=sent, answers=answers, texts=letter.texts, files=letter.files,
            problem=letter.problem, twin=await self._twin(message_id, digest) if message_id else "",
        )  # fmt: skip
        key_name = ingest_key(message_id, digest)
        return Raw(ingest_key=key_name, body=wrapped(facts, letter.content), received_at=self._ctx.clock.now())

    async def _twin(self, message_id: str, digest: str) -> str:
        """Return a word that tells a mail from an earlier, different one with the same Message-ID; mostly an empty one.

        Contact forms and scanners exist that give each of their mails the same id; each is a message of its own.
        """
        name = "id:" + hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        stored = await self._ctx.memory.get(name)
        seen = msgspec.json.decode(stored, type=list[str]) if stored else []
        short = digest[:12]
        if short not in seen:
            seen = [*seen[:1], *seen[1:][-500:], short]
            await self._ctx.memory.put(name, msgspec.json.encode(seen), ttl_s=_TWIN_KEPT_S)
        return short if seen[0] != short else ""

    async def listen(self) -> AsyncGenerator[None, None]:
        """Yield whenever the folder may have changed; ends with the connection. Raises PullFailed."""
        watching = watch.Watch(self._gate.settings)
        mailbox = Mailbox(self._gate.place, kept_s=3_600.0)
        try:
            while True:
                if await mailbox.run(watching, extra_s=watch.IDLE_S + watch.ASK_EVERY_S):
                    yield None
        except ImapFailed as error:
            raise PullFailed(error.health) from error
        finally:
            watching.stop()
            mailbox.let_go()

    async def media(self, text: str, max_bytes: int) -> bytes:
        """Return a file that stayed at the server. Raises NotReached, PullFailed."""
        ref = ref_of(text)
        if ref is None:
            raise NotReached("This file's place at the mail server is not known any more.", sent=False)
        settings = self._gate.settings
        try:
            content = await self._mailbox.run(
                lambda client: filing.fetch_part(client, settings, ref, max_bytes), extra_s=max_bytes / 20_000
            )
        except ImapFailed as error:
            if error.refused:
                raise PullFailed(error.health) from error
            raise NotReached(error.health.what, sent=False) from error
        if content is None:
            raise NotReached("The mail is no longer in its folder, or the file is too large.", sent=False)
        return content


def health_of(error: Exception, settings: Settings) -> Health:
    """Return what an error of the mailbox means for the channel."""
    if isinstance(error, PullFailed | ImapFailed):
        return error.health
    if isinstance(error, IMAP_ERRORS):
        return failure(error, settings).health
    return Health(state=ChannelState.UNREACHABLE, what=f"{settings.imap}: {type(error).__name__}")
