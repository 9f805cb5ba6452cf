"""Of what came in, take out what is a command of an employee's linked account, and carry it out.

Whatever is no command goes on as an enquiry like everybody's: an employee can be a customer. Nothing of a command is kept but
that it was carried out, for a day.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.contract.inbound import Author, Created
from unisono.domain.errors import Unavailable
from unisono.domain.ids import new_id
from unisono.domain.words import Visibility
from unisono.presence.commands import Back, Command, SetPresence, Undo, Wrong, parse
from unisono.presence.free_text import propose as meant_by
from unisono.service.actor import hash_of
from unisono.service.by_message.carry_out import Done, answer_of, carry_out, propose, proposed
from unisono.service.by_message.links import PROVING, code_in
from unisono.service.by_message.replies import Place, place_of
from unisono.service.channel_context import INBOX_BELL, Outside
from unisono.service.locks import patiently
from unisono.service.ports import Tx
from unisono.service.ports.accounts import LinkedAccount, Reply, Who
from unisono.service.ports.channels import ChannelFacts
from unisono.service.presence.match_work import match_work
from unisono.service.presence.settle import PRESENCE_BELL
from unisono.service.settings import read_settings
from unisono.service.understand import Said, Understood

#: So many messages in so long are carried out; the next is answered with a refusal, what comes after it with nothing.
MOST: Final = 30
WITHIN: Final = timedelta(minutes=10)
#: What lay in between for longer is not carried out any more, only answered.
STALE: Final = timedelta(minutes=30)
#: Our clock and the network's may differ by so much.
_CLOCKS: Final = timedelta(minutes=2)
_YES: Final = frozenset({"1", "ja", "yes", "ok", "y", "j"})
_NO: Final = frozenset({"0", "nein", "no", "n"})
_MARKS: Final = re.compile(r"[\s.!]+$")


class _NotOurs(Exception):
    """It is an enquiry after all; nothing was written."""


class _Message(Struct, frozen=True, kw_only=True):
    """A message that may be a command."""

    item_id: UUID
    event: Created
    said: Said

    @property
    def private(self) -> bool:
        return self.event.thread.visibility is Visibility.PRIVATE


async def heed_commands(outside: Outside, channel: ChannelFacts, batch: Sequence[Understood]) -> list[Understood]:
    """Carry out what is a command and return the rest, in its order. Raises Unavailable; all items stay new then."""
    if channel.network not in PROVING or not any(one.said for one in batch):
        return list(batch)
    accounts = await _accounts(outside, channel, batch)
    rest: list[Understood] = []
    for one in batch:
        message = _message(one)
        if message is None:
            if not await _is_change_of_command(outside, channel, one):
                rest.append(one)
            continue
        if message.event.own:
            if not await _is_our_reply(outside, channel, message, accounts):
                rest.append(one)
        elif (code := code_in(message.event.text)) is not None:
            if not await _link(outside, channel, message, code):
                rest.append(one)
        elif (account := accounts.get(_who(channel, message.event.author))) is None or not await _heed(
            outside, channel, message, account
        ):
            rest.append(one)
    return rest


def _who(channel: ChannelFacts, author: Author) -> Who:
    """Return by what somebody is known: the network's id of them, which nobody else can have."""
    return channel.network, author.realm, author.remote_id


async def _accounts(outside: Outside, channel: ChannelFacts, batch: Sequence[Understood]) -> dict[Who, LinkedAccount]:
    authors: set[Who] = set()
    for one in batch:
        for said in one.said:
            if isinstance(said.event, Created):
                author: Author | None = said.event.thread.customer if said.event.own else said.event.author
                if author is not None:
                    authors.add(_who(channel, author))
    if not authors:
        return {}
    async with outside.db.read() as tx:
        return await tx.accounts.known(authors)


def _message(one: Understood) -> _Message | None:
    """Return what was said as it was first; None for a change, or for what says nothing."""
    created = [said for said in one.said if isinstance(said.event, Created)]
    if len(created) != 1 or len(one.said) != 1 or one.others:
        return None
    event = created[0].event
    assert isinstance(event, Created)
    if event.automatic:
        return None
    return _Message(item_id=one.item.id, event=event, said=created[0])


async def _is_change_of_command(outside: Outside, channel: ChannelFacts, one: Understood) -> bool:
    """Tell whether an item changes a message that was a command: what was carried out once is not again."""
    ids = {said.event.remote_id for said in one.said}
    if not ids or one.others:
        return False
    async with outside.db.read() as tx:
        if not await tx.accounts.carried(channel.network, ids):
            return False
    async with outside.db.write() as tx:
        await _finish(tx, one.item.id)
    return True


async def _is_our_reply(outside: Outside, channel: ChannelFacts, message: _Message, accounts: dict[Who, LinkedAccount]) -> bool:
    """Tell whether the network tells us of a reply of our own, which is nothing that a customer was told."""
    event = message.event
    to = event.thread.customer
    if not message.private or to is None or _who(channel, to) not in accounts:
        return False
    async with outside.db.read() as tx:
        ours = await tx.accounts.is_reply(channel.id, event.remote_id, event.client_key, event.text)
    if ours:
        async with outside.db.write() as tx:
            await _finish(tx, message.item_id)
    return ours


async def _link(outside: Outside, channel: ChannelFacts, message: _Message, code: str) -> bool:
    """Link the account that sent a code; False when it is no good code of ours. One that was shown in public is burnt."""

    async def act() -> bool:
        async with outside.db.write() as tx:
            user_id = await tx.accounts.use_code(hash_of(code))
            if user_id is None:
                return False
            if not message.private:
                # Anybody could have copied it from there.
                await _finish(tx, message.item_id)
                return True
            author = message.event.author
            account = LinkedAccount(
                id=new_id(), user_id=user_id, network=channel.network, realm=author.realm, remote_id=author.remote_id,
                label=(author.handle or author.display_name or author.remote_id)[:200], commands=True, public_posts=False,
                linked_at=tx.now,
            )  # fmt: skip
            linked = await tx.accounts.link(account)
            theirs = await tx.accounts.known([_who(channel, author)])
            known = next(iter(theirs.values()), None)
            # Who else has linked it is said to nobody.
            done = answer_of(known or account, "linked" if linked else "linked-by-another")
            await _finish(tx, message.item_id)
            await _answer(tx, channel, message, known, done)
            return True

    linked = await patiently(act)
    if linked:
        await outside.bell.ring(INBOX_BELL)
    return linked


async def _heed(outside: Outside, channel: ChannelFacts, message: _Message, account: LinkedAccount) -> bool:
    """Carry out what a linked account says; False when it is an enquiry after all."""
    if not (account.commands if message.private else account.public_posts):
        return False
    if message.said.said_at < account.linked_at - _CLOCKS:
        return False

    async def act() -> Done | None:
        async with outside.db.write() as tx:
            return await _act(tx, channel, message, account)

    try:
        done = await patiently(act)
    except _NotOurs:
        return False
    except Unavailable:
        raise
    except Exception as error:
        # What it says must not lie in quarantine, where others would read it.
        outside.log_for(channel.id, channel.connector).error("command_failed", error=type(error).__name__)
        async with outside.db.write() as tx:
            await _finish(tx, message.item_id)
            if await tx.accounts.claim(account.id, message.event.remote_id):
                await _answer(tx, channel, message, account, answer_of(account, "failed"))
        done = None
    await outside.bell.ring(INBOX_BELL)
    if done is not None and done.moved:
        await outside.bell.ring(PRESENCE_BELL)
        await match_work(outside.db, account.user_id)
    return True


async def _act(tx: Tx, channel: ChannelFacts, message: _Message, account: LinkedAccount) -> Done | None:
    """Understand, carry out, answer and note it, all or nothing. Raises _NotOurs for an enquiry."""
    event, now = message.event, tx.now
    zone = str((await read_settings(tx))["reports.time_zone"])
    written = min(message.said.said_at, now)
    word = _MARKS.sub("", event.text.strip()).casefold()
    command = parse(event.text, written, zone)
    meant = None if command is not None else meant_by(event.text, written, zone)
    answer = message.private and word in _YES | _NO
    if command is None and meant is None and not answer:
        raise _NotOurs
    before = await tx.accounts.recent(account.id, now - WITHIN)
    if not await tx.accounts.claim(account.id, event.remote_id):
        # The same message once more, maybe by another of our channels.
        await _finish(tx, message.item_id)
        return None
    if before >= MOST:
        done: Done | None = answer_of(account, "too-many") if before == MOST else None
    elif now - written > STALE:
        done = answer_of(account, "stale")
    elif command is not None:
        done = await _command(tx, account, command, zone, private=message.private)
    elif meant is not None:
        done = await propose(tx, account, meant, zone)
    else:
        done = await _answered(tx, account, word, zone)
    await _finish(tx, message.item_id)
    if done is not None:
        await _answer(tx, channel, message, account, done)
    return done


async def _command(tx: Tx, account: LinkedAccount, command: Command | Wrong, zone: str, *, private: bool) -> Done:
    if not private and not isinstance(command, SetPresence | Back | Undo):
        return answer_of(account, "privately")
    return await carry_out(tx, account, command, zone)


async def _answered(tx: Tx, account: LinkedAccount, word: str, zone: str) -> Done:
    """Do what was proposed, or drop it. Raises _NotOurs for a word that may answer anybody's question."""
    kept = await tx.accounts.take_proposal(account.id)
    if kept is None:
        if word not in ("0", "1"):
            raise _NotOurs
        return answer_of(account, "nothing-proposed")
    if word in _NO:
        return answer_of(account, "dropped")
    return await carry_out(tx, account, proposed(kept), zone)


async def _finish(tx: Tx, item_id: UUID) -> None:
    await tx.inbox.finish({item_id: None})
    await tx.inbox.drop_bodies([item_id])


async def _answer(tx: Tx, channel: ChannelFacts, message: _Message, account: LinkedAccount | None, done: Done) -> None:
    place: Place = place_of(message.event)
    await tx.accounts.add_reply(
        Reply(
            id=new_id(), channel_id=channel.id, account_id=account.id if account is not None else None, place=place.plain(),
            text=done.text, created_at=tx.now,
        )
    )  # fmt: skip
