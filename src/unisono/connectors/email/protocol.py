"""The connector: a folder read from a UID onwards, and answers through the provider's SMTP server."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import aiosmtplib
import msgspec

from unisono.connectors.email import imap
from unisono.connectors.email.oauth import access_token
from unisono.connectors.email.read import Own, ingest_key, message_id_for, read_mail
from unisono.connectors.email.smtp import Door, compose, deliver
from unisono.contract import (
    Caps,
    Ctx,
    Event,
    Health,
    MediaLimit,
    NotSent,
    OutMessage,
    Page,
    PullFailed,
    Raw,
    Reauth,
    ReconcileResult,
    Reject,
    Retry,
    SendResult,
    Sent,
    TextLimit,
    ThreadRef,
    Undecidable,
)
from unisono.domain.words import ChannelState, Visibility

PAGE = 50
MAX_MAIL_BYTES = 25_000_000


class _Cursor(msgspec.Struct):
    """Where the next pull begins."""

    validity: int
    uid: int
    v: int = 1


class Email:
    """One mailbox."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._config = ctx.account.config
        self._address = str(self._config.get("address") or "")

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what mail allows."""
        return Caps(
            visibilities=(Visibility.PRIVATE,), text=TextLimit(), subject=True, html=False, copies=True,
            media=MediaLimit(max_count=20, types=("*/*",), max_bytes=20_000_000), push=True, echo=False, statuses=True,
            refresh=self._oauth, rate_per_s=50,
        )  # fmt: skip

    @property
    def _oauth(self) -> bool:
        return self._config.get("auth") == "xoauth2"

    @property
    def _login(self) -> str:
        return str(self._config.get("login") or self._address)

    async def _secret(self, *, refused: str | None = None) -> str:
        if self._oauth:
            return await access_token(self._ctx, refused=refused)
        return await self._ctx.secrets.get("password") or ""

    async def _place(self, *, refused: str | None = None) -> imap.Place:
        return imap.Place(
            host=str(self._config.get("imap_host") or ""), port=int(self._config.get("imap_port") or 993),
            security=str(self._config.get("imap_security") or "tls"), login=self._login,
            secret=await self._secret(refused=refused), oauth=self._oauth, folder=str(self._config.get("folder") or "INBOX"),
        )  # fmt: skip

    async def check(self) -> Health:
        """Open the folder, and say hello to the SMTP server."""
        try:
            place = await self._place()
            await asyncio.to_thread(imap.within, place, _nothing)
        except imap.ImapFailed as error:
            return error.health
        except PullFailed as error:
            return error.health
        door = await self._door()
        try:
            client = aiosmtplib.SMTP(
                hostname=door.host,
                port=door.port,
                timeout=15,
                use_tls=door.security == "tls",
                start_tls=door.security == "starttls",
            )
            await client.connect()
            client.close()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            what = f"The SMTP server {door.host}:{door.port} cannot be used ({type(error).__name__}). Check its settings."
            return Health(state=ChannelState.MISCONFIGURED, what=what, field="smtp_host")
        return Health(state=ChannelState.OK, remote_id=self._address.lower(), handle=self._address, caps=self.capabilities())

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return the next mails of the folder."""
        place = await self._place()
        known = _decoded(cursor)
        since = self._ctx.clock.now() - timedelta(days=int(self._config.get("history_days", 2)))
        try:
            batch = await self._fetch(place, known, since, min(limit, PAGE))
        except imap.ImapFailed as error:
            if not (self._oauth and error.health.state is ChannelState.REAUTH_NEEDED):
                raise PullFailed(error.health, 60.0 if error.health.state is ChannelState.REAUTH_NEEDED else None) from error
            renewed = await self._place(refused=place.secret)
            try:
                batch = await self._fetch(renewed, known, since, min(limit, PAGE))
            except imap.ImapFailed as again:
                raise PullFailed(again.health, 60.0) from again
        now = self._ctx.clock.now()
        raws = [Raw(ingest_key=ingest_key(letter.content), body=letter.content, received_at=now) for letter in batch.letters]
        after = msgspec.json.encode(_Cursor(validity=batch.validity, uid=batch.last_uid)).decode()
        return Page(raws=raws, next_cursor=after, has_more=batch.more)

    async def _fetch(self, place: imap.Place, known: "_Cursor | None", since: datetime, limit: int) -> imap.Batch:
        return await asyncio.to_thread(
            imap.fetch,
            place,
            known.validity if known else None,
            known.uid if known else 0,
            since,
            limit,
            MAX_MAIL_BYTES,
        )

    async def listen(self) -> AsyncIterator[Raw | None]:
        """Tell by IDLE when the folder changes."""
        stopped = threading.Event()
        try:
            while True:
                try:
                    if await asyncio.to_thread(imap.wait_for_news, await self._place(), stopped.is_set):
                        yield None
                except imap.ImapFailed as error:
                    raise PullFailed(error.health) from error
        finally:
            stopped.set()

    def read(self, raw: Raw) -> list[Event]:
        """Return what a mail says."""
        return read_mail(raw, Own(address=self._address, authserv_id=str(self._config.get("authserv_id") or "")))

    async def _door(self) -> Door:
        oauth_or_password = await self._secret() if self._oauth else await self._ctx.secrets.get("password")
        security = str(self._config.get("smtp_security") or "starttls")
        return Door(
            host=str(self._config.get("smtp_host") or ""), port=int(self._config.get("smtp_port") or 587), security=security,
            login=self._login, secret=oauth_or_password if security != "none" else None, oauth=self._oauth,
        )  # fmt: skip

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Send the mail, and put a copy into the folder of sent mail where one is named."""
        if message.thread.visibility is not Visibility.PRIVATE:
            return Reject(code="visibility", human="A mail is private; this thread is public. Nothing was sent.")
        if message.recipient.remote_id == self._address.lower():
            return Reject(code="loop", human="This mail would go to ourselves. Nothing was sent.")
        try:
            door = await self._door()
        except PullFailed as error:
            human = error.health.what
            return Reauth(human=human) if error.health.state is ChannelState.REAUTH_NEEDED else Retry(reason=human)
        mail = await compose(message, self._address, str(self._config.get("sender_name") or ""))
        result = await deliver(door, mail, message, self._address)
        sent_folder = str(self._config.get("sent_folder") or "")
        if isinstance(result, Sent) and sent_folder:
            try:
                await asyncio.to_thread(imap.keep_copy, await self._place(), sent_folder, mail.as_bytes())
            except (imap.ImapFailed, PullFailed) as error:
                self._ctx.log.warning("copy_not_kept", error=type(error).__name__)
        return result

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look for our Message-ID in the folder of sent mail, where the provider keeps what it took."""
        sent_folder = str(self._config.get("sent_folder") or "")
        if not sent_folder:
            return Undecidable(reason="No folder of sent mail is named, so nobody can tell whether the mail went out.")
        wanted = message_id_for(message.key, self._address)
        found = await asyncio.to_thread(imap.find_message, await self._place(), sent_folder, wanted)
        if found is None:
            return Undecidable(reason="The folder of sent mail cannot be looked into.")
        return Sent(remote_id=wanted) if found else NotSent()


def _nothing(_client: object, _facts: object) -> None:
    """Opening the folder is all that a check does."""


def _decoded(cursor: str | None) -> _Cursor | None:
    """Return the place, or None (a safe restart) for what is no cursor of ours."""
    try:
        found = msgspec.json.decode(cursor or "", type=_Cursor)
    except msgspec.DecodeError:
        return None
    return found if found.v == 1 and found.uid >= 0 else None
