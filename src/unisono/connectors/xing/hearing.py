"""Pulling: Xing's mails in a folder, from a UID onwards; other mails there are nobody's business here and are not kept."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from imapclient import IMAPClient

from unisono.connectors._mail.cursor import cursor_of
from unisono.connectors._mail.imap import ImapFailed, Place, open_folder
from unisono.connectors._mail.mailbox import Mailbox
from unisono.connectors._mail.mime import parse_head, raw_header
from unisono.connectors._mail.oauth import access_token
from unisono.connectors._mail.pages import PAGE_BYTES, Batch, Letter, Wanted, next_page
from unisono.connectors._mail.raw import Facts, digest_of, ingest_key, message_id_in, wrapped
from unisono.connectors._mail.settings import settings_of
from unisono.connectors.xing.proof import claims
from unisono.contract import Ctx, Page, PullFailed, Raw

_REFUSED_LOOK_S: Final = 60.0
_MOST: Final = 50


class Hearing:
    """Reads one folder."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._mailbox = Mailbox(self._place)

    async def _place(self, refused: str | None) -> Place:
        """Return how to get in: with a password, or a token that is renewed when it was refused."""
        settings = settings_of(self._ctx.account.config)
        if settings.oauth:
            return Place(settings=settings, secret=await access_token(self._ctx, settings, refused=refused))
        return Place(settings=settings, secret=await self._ctx.secrets.get("password") or "")

    async def look(self) -> None:
        """Log in and open the folder, changing nothing. Raises ImapFailed and PullFailed."""
        settings = settings_of(self._ctx.account.config)
        try:
            await self._mailbox.run(lambda client: open_folder(client, settings.folder, "folder"))
        finally:
            await self._mailbox.close()

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next mails of Xing's. Raises PullFailed."""
        settings, known, today = settings_of(self._ctx.account.config), cursor_of(cursor), self._ctx.clock.now()

        def work(client: IMAPClient) -> Batch:
            return next_page(client, known, Wanted(
                folder=settings.folder, setting="folder", limit=max(1, min(limit, _MOST)), max_mail_bytes=settings.max_mail_bytes,
                first_day=settings.first_day(today), today=today.astimezone(UTC).date(),
            ))  # fmt: skip

        try:
            batch = await self._mailbox.run(work, extra_s=(PAGE_BYTES + settings.max_mail_bytes) / 20_000)
        except ImapFailed as error:
            raise PullFailed(error.health, _REFUSED_LOOK_S if error.refused else None) from error
        return Page(raws=self._raws(batch.letters), next_cursor=batch.cursor.text(), has_more=batch.more)

    def _raws(self, letters: Sequence[Letter]) -> list[Raw]:
        found = []
        for letter in letters:
            head = parse_head(letter.content)
            if not claims(head):
                continue
            key = ingest_key(message_id_in(raw_header(head, "Message-ID")), digest_of(letter.content))
            facts = Facts(uid=letter.uid, at=letter.at, size=letter.size, problem=letter.problem)
            found.append(Raw(ingest_key=key, body=wrapped(facts, letter.content), received_at=self._ctx.clock.now()))
        return found
