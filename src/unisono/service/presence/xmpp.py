"""Presence to and from XMPP: accounts whose owners want it count here, and people who want it are shown to colleagues there.

Both by consent alone, which is asked of the store again each second: what was taken back is said to the server, and erased here.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from unisono.domain.errors import UnisonoError
from unisono.presence.merge import Merged, Word
from unisono.presence.words import Line, Presence, Reason, Source
from unisono.presence.xmpp import Device, meant, show_of
from unisono.service.actor import access_of
from unisono.service.channel_context import Outside
from unisono.service.ports.xmpp import Door, Followed, Heard, Link, LinkLost
from unisono.service.presence.settle import PRESENCE_BELL, say
from unisono.service.settings import read_settings
from unisono.service.words import COMPLETE
from unisono.service.words import say as words

LEASE: Final = "xmpp_presence"
LEASE_S: Final = 30.0
TICK_S: Final = 1.0
PAUSE_S: Final = 3.0
#: What was heard counts so long without a link, and is said again before that while there is one.
HEARD_FOR: Final = timedelta(minutes=10)
AGAIN_AFTER: Final = timedelta(minutes=4)
_log = structlog.get_logger("xmpp_presence")
Said = tuple[Presence, Reason] | None
Shown = tuple[str | None, tuple[tuple[str, str], ...]]


class XmppPresence:
    """Runs in the role `clock`, on one node at a time."""

    def __init__(self, outside: Outside, door: Door, node: str) -> None:
        self._outside = outside
        self._door = door
        self._node = node

    async def run(self) -> None:
        """Work until cancelled."""
        lost = ""
        while True:
            try:
                if await self._hold():
                    async with self._door.open() as link:
                        lost = ""
                        await Session(self._outside, link, self._hold).run()
            except LinkLost as error:
                if str(error) != lost:
                    _log.warning("xmpp_link_lost", why=str(error))
                lost = str(error)
            except UnisonoError as error:
                _log.error("xmpp_presence_paused", code=error.code)
            await self._outside.clock.sleep(PAUSE_S)

    async def _hold(self) -> bool:
        async with self._outside.db.write() as tx:
            return await tx.leases.acquire(LEASE, self._node, LEASE_S) is not None


class Session:
    """One link while it stands: what its people say is heard anew from the beginning."""

    def __init__(self, outside: Outside, link: Link, hold: object = None) -> None:
        self._outside = outside
        self._link = link
        self._hold = hold
        self._followed: dict[str, Followed] = {}
        self._devices: dict[str, dict[str, Device]] = {}
        self._said: dict[UUID, tuple[Said, datetime]] = {}
        self._contacts: dict[tuple[UUID, str], str] = {}
        self._shown: dict[tuple[UUID, str], Shown] = {}

    async def run(self) -> None:
        """Hear and tell until the link is lost, or another node has taken over."""
        loop = asyncio.get_running_loop()
        tick_at = renew_at = loop.time()
        while True:
            if loop.time() >= renew_at:
                renew_at = loop.time() + LEASE_S / 3
                if callable(self._hold) and not await self._hold():
                    return
            if loop.time() >= tick_at:
                await self.tick()
                tick_at = loop.time() + TICK_S
            try:
                async with asyncio.timeout_at(tick_at):
                    heard = await self._link.hear()
            except TimeoutError:
                continue
            await self.take(heard)

    async def tick(self) -> None:
        """Do what consents, words and presences ask for by now."""
        await self._follow()
        await self._say()
        await self._show()

    # -- in ------------------------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Ask for the presence of who wants theirs to count, and for nobody's who does not any more."""
        async with self._outside.db.read() as tx:
            wanted = {one.address: one for one in await tx.xmpp.followed()}
        for address, one in wanted.items():
            before = self._followed.get(address)
            if before is not None and before.account_id == one.account_id and one.asked is not None:
                continue
            if one.asked != "refused":
                # Who granted it before is asked where they are; to ask once more for what was granted does no harm.
                await self._link.tell(one.login_key, address, "probe" if one.asked == "granted" else "subscribe")
            if one.asked is None:
                async with self._outside.db.write() as tx:
                    await tx.xmpp.note(one.account_id, "asked")
        for address, one in self._followed.items():
            if address not in wanted:
                await self._drop(one.login_key, address)
                self._devices.pop(address, None)
                self._said.pop(one.account_id, None)
        self._followed = wanted

    async def _drop(self, name: str, address: str) -> None:
        await self._link.tell(name, address, "unsubscribe")

    async def _say(self) -> None:
        """Say what accounts say by now, all in one go, however often they changed since the last time."""
        now = self._outside.clock.now()
        said: dict[UUID, Said] = {}
        new: list[tuple[UUID, Word]] = []
        for address, one in self._followed.items():
            here = meant(self._devices.get(address, {}).values())
            before = self._said.get(one.account_id, (None, now))
            if here == before[0] and (here is None or now - before[1] < AGAIN_AFTER):
                continue
            value, reason = here if here is not None else (None, Reason.NONE)
            until = now + HEARD_FOR if here is not None else None
            word = Word(source=Source.XMPP, account=str(one.account_id), at=now, value=value, until=until, reason=reason)
            said[one.account_id] = here
            new.append((one.user_id, word))
        if not new:
            return
        async with self._outside.db.write() as tx:
            # Whoever took their consent back in this second is not written about any more.
            still = {one.account_id for one in await tx.xmpp.followed()}
            changed = await say(tx, [(user_id, word) for user_id, word in new if UUID(word.account) in still])
        self._said |= {account_id: (here, now) for account_id, here in said.items()}
        if changed:
            await self._outside.bell.ring(PRESENCE_BELL)

    # -- out -----------------------------------------------------------------------------------------------------------

    async def _show(self) -> None:
        """Tell contacts what is new to them; who may not see somebody any more is told that as well."""
        async with self._outside.db.read() as tx:
            contacts = await tx.xmpp.contacts()
            merged = await tx.presence.merged({user_id for user_id, _ in contacts}) if contacts else {}
            zone = str((await read_settings(tx))["reports.time_zone"]) if contacts else "UTC"
        for (user_id, address), name in contacts.items():
            shown = _shown(merged.get(user_id, Merged()), self._outside.clock.now(), zone)
            if self._shown.get((user_id, address)) != shown:
                await self._present(name, address, shown)
                self._shown[(user_id, address)] = shown
        for key, name in self._contacts.items():
            if key not in contacts:
                self._shown.pop(key, None)
                await self._link.tell(name, key[1], "unavailable")
                await self._link.tell(name, key[1], "unsubscribed")
        self._contacts = contacts

    async def _present(self, name: str, address: str, shown: Shown) -> None:
        show, status = shown
        if show is None:
            await self._link.tell(name, address, "unavailable", status=dict(status))
        else:
            await self._link.tell(name, address, show=show, status=dict(status))

    # -- what comes ----------------------------------------------------------------------------------------------------

    async def take(self, heard: Heard) -> None:
        """Take in one presence stanza."""
        match heard.kind:
            case "available" | "unavailable":
                await self._moved(heard)
            case "subscribed" | "unsubscribed":
                await self._answered(heard)
            case "subscribe":
                await self._asked(heard)
            case "unsubscribe":
                await self._left(heard)
            case "probe":
                await self._probed(heard)

    def _is_followed(self, heard: Heard) -> bool:
        one = self._followed.get(heard.sender)
        return one is not None and one.login_key == heard.to

    async def _moved(self, heard: Heard) -> None:
        if not self._is_followed(heard):
            if heard.kind == "available" and heard.to and heard.sender not in {one for _, one in self._contacts}:
                # A server that still tells us of somebody who has taken their consent back.
                await self._drop(heard.to, heard.sender)
            return
        devices = self._devices.setdefault(heard.sender, {})
        if heard.kind == "available":
            devices[heard.resource] = Device(heard.priority, heard.show, heard.status)
        elif heard.resource:
            devices.pop(heard.resource, None)
        else:
            devices.clear()

    async def _answered(self, heard: Heard) -> None:
        if not self._is_followed(heard):
            return
        one = self._followed[heard.sender]
        granted = heard.kind == "subscribed"
        if not granted:
            self._devices.pop(heard.sender, None)
        async with self._outside.db.write() as tx:
            await tx.xmpp.note(one.account_id, "granted" if granted else "refused")

    async def _asked(self, heard: Heard) -> None:
        """Somebody wants to see somebody of ours: colleagues may, by an account that they linked, if the other wants it."""
        async with self._outside.db.write() as tx:
            user_id = await tx.xmpp.person(heard.to)
            owner = await tx.xmpp.owner(heard.sender)
            may = user_id is not None and owner is not None and (await access_of(tx, owner[1])).may("agent.read")
            if may:
                assert user_id is not None
                assert owner is not None
                await tx.xmpp.admit(user_id, owner[0])
        await self._link.tell(heard.to, heard.sender, "subscribed" if may else "unsubscribed")
        if may and user_id is not None:
            self._shown.pop((user_id, heard.sender), None)

    async def _left(self, heard: Heard) -> None:
        async with self._outside.db.write() as tx:
            user_id = await tx.xmpp.person(heard.to)
            if user_id is not None:
                await tx.xmpp.dismiss(user_id, heard.sender)

    async def _probed(self, heard: Heard) -> None:
        """A contact's server asks where somebody is: with its next look it is told."""
        keys = [key for key, name in self._contacts.items() if name == heard.to and key[1] == heard.sender]
        for key in keys:
            self._shown.pop(key, None)
        if not keys:
            await self._link.tell(heard.to, heard.sender, "unsubscribed")


def _shown(merged: Merged, now: datetime, zone: str) -> Shown:
    """Return how somebody is shown: the state that they are in, and in words why, until when, and what their telephone does."""
    return show_of(merged), tuple((language, text) for language in COMPLETE if (text := _words(merged, language, now, zone)))


def _words(merged: Merged, language: str, now: datetime, zone: str) -> str:
    parts: list[str] = []
    if merged.value not in (Presence.UNKNOWN, Presence.AVAILABLE) and merged.source is not Source.CALL:
        value = words(language, f"by-message-value-{merged.value.value}") or ""
        why = words(language, f"by-message-why-{merged.reason.value.replace('_', '-')}") if merged.reason else None
        parts.append(f"{value} ({why})" if why else value)
        if merged.until is not None:
            here, today = merged.until.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
            clock = f"{here:%H:%M}" if here.date() == today else f"{here:%Y-%m-%d %H:%M}"
            parts.append(words(language, "xmpp-until", {"until": clock}) or clock)
    if merged.line is not Line.FREE:
        parts.append(words(language, f"xmpp-line-{merged.line.value}") or "")
    return ", ".join(parts)
