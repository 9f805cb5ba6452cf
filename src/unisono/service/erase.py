"""Erase a person: everything they said and we said to them, in every copy that we hold (DESIGN, law 7)."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.routing.clocks import What
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.clocks import Happened, feed
from unisono.service.locks import busy
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.privacy import Cipher
from unisono.service.ports.talk import Erased
from unisono.service.seal import seal

BATCH = 500


class EraseResult(Struct, frozen=True, kw_only=True):
    """What an erasure took away. `sealed`: how many messages the law keeps, in the sealed archive."""

    messages: int
    attachments: int
    sealed: int


async def erase_customer(outside: Outside, access: Access, customer_id: UUID, reason: str) -> EraseResult:
    """Erase a customer for a reason that is written down. Erasing twice is erasing once.

    Raises Forbidden, Invalid, NotFound.
    """
    access.require("customer.erase")
    if not reason.strip():
        raise Invalid("Erasing needs a reason; it is written down.", field="reason")
    return await erase_for(outside, customer_id, access.user_id, reason.strip())


async def erase_for(outside: Outside, customer_id: UUID, actor_id: UUID | None, reason: str) -> EraseResult:
    """Erase on behalf of the house itself (command line, restore). Raises NotFound."""
    async with outside.db.read() as tx:
        group = await tx.customers.group_of(customer_id)
        customer_id = await tx.customers.lead_of(customer_id) or customer_id
    # A backup from before they were found to be one person knows each of them alone.
    await outside.tombstones.add("customer", group or [customer_id])
    async with outside.db.write() as tx:
        await tx.customers.lock_merging()
        if await tx.customers.group_of(customer_id) != group:
            raise busy()
        identities = await tx.talk.identity_keys(customer_id)
        if not identities:
            raise NotFound("This customer does not exist.")
        ids = [identity[0] for identity in identities]
        await tx.talk.lock_identities(ids)
        messages = await tx.talk.messages_of_identities(ids)
        sealed, erased = await erase_messages(tx, outside.cipher, messages)
        names = await tx.talk.names_of(ids)
        await tx.talk.forget_identities(ids)
        await tx.listening.forget_authors([(network, author_key(realm, one)) for _, network, realm, one in identities])
        await forget_in_cases(tx, ids, names)
        await tx.privacy.audit(actor_id, "customer.erased", "customer", str(customer_id), {"reason": reason, "sealed": sealed})
        for one in group:
            tx.emit(NewEvent(type="customer.erased", actor_id=actor_id, body={"customer_id": one}))
    await outside.files.delete(erased.attachments)
    return EraseResult(messages=len(erased.messages), attachments=len(erased.attachments), sealed=sealed)


def author_key(realm: str, remote_id: str) -> str:
    """Return who an author is within a network: ids of a realm are told with it."""
    return f"{realm}/{remote_id}" if realm else remote_id


async def forget_in_cases(tx: Tx, identity_ids: Sequence[UUID], names: Sequence[str]) -> None:
    """Take out what titles and notes of cases say of people who are erased, and of the names that they had."""
    for case_id, access_class in await tx.cases.forget(identity_ids, names):
        tx.emit(NewEvent(type="case.changed", access_class=access_class, body={"case_id": case_id}))


async def erase_messages(tx: Tx, cipher: Cipher, message_ids: Sequence[UUID]) -> tuple[int, Erased]:
    """Erase messages within a transaction: seal what must be kept, bury the rest, close what became empty."""
    await tx.hands.lock_work_about([], message_ids)
    doomed = await tx.privacy.to_erase(message_ids)
    sealed = await seal(tx, cipher, doomed)
    by_channel: dict[UUID, list[str]] = {}
    for message in doomed:
        if message.remote_id is not None:
            by_channel.setdefault(message.channel_id, []).append(message.remote_id)
    for channel_id, remote_ids in by_channel.items():
        await tx.talk.bury(channel_id, remote_ids)
    await tx.privacy.forget_words(message_ids)
    await tx.listening.forget_messages(message_ids)
    await tx.triage.forget(message_ids)
    erased = await tx.talk.erase_messages(message_ids, tx.now)
    closed = await tx.talk.close_emptied(erased.interactions)
    await feed(tx, [Happened(interaction_id=one, what=What.CLOSED, at=tx.now) for one in closed])
    for message_id in erased.messages:
        tx.emit(NewEvent(type="message.deleted", body={"message_id": message_id}))
    for interaction_id in closed:
        tx.emit(NewEvent(type="interaction.wrapped_up", interaction_id=interaction_id, body={"code": "erased"}))
    return sealed, erased


async def erase_again(outside: Outside, customer_ids: Iterable[UUID], message_ids: Sequence[UUID]) -> EraseResult:
    """Apply tombstones after a restore: what was erased before the disaster is erased again."""
    messages = attachments = sealed = 0
    for customer_id in customer_ids:
        try:
            result = await erase_for(outside, customer_id, None, "restored from a backup, erased before")
        except NotFound:
            continue
        messages, attachments, sealed = (
            messages + result.messages,
            attachments + result.attachments,
            sealed + result.sealed,
        )
    for start in range(0, len(message_ids), BATCH):
        async with outside.db.write() as tx:
            _, erased = await erase_messages(tx, outside.cipher, message_ids[start : start + BATCH])
        await outside.files.delete(erased.attachments)
        messages, attachments = messages + len(erased.messages), attachments + len(erased.attachments)
    return EraseResult(messages=messages, attachments=attachments, sealed=sealed)


async def expire_texts(outside: Outside) -> int:
    """Erase what has outlived its time; returns how many messages."""
    async with outside.db.write() as tx:
        due = await tx.privacy.expire_texts(BATCH)
        if not due:
            return 0
        await outside.tombstones.add("message", due)
        _, erased = await erase_messages(tx, outside.cipher, due)
    await outside.files.delete(erased.attachments)
    return len(erased.messages)
