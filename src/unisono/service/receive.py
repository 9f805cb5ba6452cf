"""Take in what was understood: one transaction for a batch of one channel's items.

Events commute: an edit may come before what it edits, a deletion before what it deletes, anything several times and
in any order. A revision only rises, a tombstone stays, and the transcript is ordered by when things were said.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from unisono.contract.inbound import Author, AuthorGone, Created, Deleted, Edited, Status
from unisono.domain.ids import new_id
from unisono.domain.words import DeliveryState, Direction, InteractionState
from unisono.policy.rules.language import Trigger
from unisono.routing.clocks import Fact
from unisono.routing.moments import Reckoning
from unisono.service.calls.tie import CALL, tie_calls
from unisono.service.channel_context import THREAD_BELL, Outside
from unisono.service.clocks import Opening
from unisono.service.erase import author_key, erase_messages, forget_in_cases
from unisono.service.follow_cases import case_number, follow_cases
from unisono.service.held_answers import stop_held
from unisono.service.last_agent import last_agents
from unisono.service.locks import patiently
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.ledgers import OutboxChange
from unisono.service.ports.talk import (
    ConversationRef,
    KnownMessage,
    NewAttachment,
    NewInteraction,
    NewText,
    OpenInteraction,
    ThreadKey,
)
from unisono.service.receive_blocked import Unwanted, keep_blocked
from unisono.service.receive_clocks import count_new, fact_of, feed_facts, keep_new, look_ahead
from unisono.service.receive_files import store_files
from unisono.service.receive_places import aliases_of, key_of, of_whom, root_of, same_text, url_of
from unisono.service.receive_rows import Placed, message_of, new_text, touch_of
from unisono.service.receive_statuses import take_statuses
from unisono.service.rules.apply import Occasion, active_rules, apply_rules
from unisono.service.triage.keep import keep_judgements
from unisono.service.understand import Said, Understood


class Received(Struct, kw_only=True):
    """What a batch came to, for counters and for cleaning up files."""

    messages: int = 0
    interactions: int = 0
    edits: int = 0
    deletions: int = 0
    files_unused: list[UUID] = []
    files_gone: list[UUID] = []


async def receive(outside: Outside, channel: ChannelFacts, batch: Sequence[Understood]) -> Received:
    """Write what a batch says. The caller holds the channel's lease; items without a problem only.

    Files are written before the transaction under ids that depend on the item alone, so a crash leaves nothing double.
    Raises Unavailable when the database or the disk is; nothing was taken in then and the items stay new.
    """
    attachments = await store_files(outside.files, batch)
    opening = await look_ahead(outside, channel, batch)
    async with outside.db.read() as tx:
        rules = await active_rules(tx, Trigger.CREATED, Trigger.RECEIVED)
    rings: set[str] = set()

    async def take_in() -> Received:
        rings.clear()
        async with outside.db.write() as tx:
            intake = _Intake(tx, outside, channel, batch, attachments, opening)
            result = await intake.run()
            if channel.medium == CALL:
                await tie_calls(tx, channel.id, [said.event.remote_id for u in batch for said in u.said])
            for trigger, occasions in intake.occasions.items():
                rings.update(await apply_rules(tx, outside, rules, trigger, occasions))
            return result

    result = await patiently(take_in)
    unused = [*result.files_unused, *result.files_gone]
    if unused:
        await outside.files.delete(unused)
    if result.messages or result.edits or result.deletions:
        rings.add(f"{THREAD_BELL}:{channel.id}")
    for bell in sorted(rings):
        await outside.bell.ring(bell)
    return result


class _Intake:
    """One batch on its way into the store."""

    def __init__(
        self, tx: Tx, outside: Outside, channel: ChannelFacts, batch: Sequence[Understood],
        attachments: dict[UUID, list[NewAttachment]], opening: Opening,
    ) -> None:  # fmt: skip
        self.tx = tx
        self.outside = outside
        self.channel = channel
        self.batch = batch
        self.attachments = attachments
        self.opening = opening
        self.result = Received()
        self.known: dict[str, KnownMessage] = {}
        self.written: set[UUID] = set()
        self.begun: set[UUID] = set()
        self.gone: list[UUID] = []
        self.occasions: dict[Trigger, list[Occasion]] = {Trigger.CREATED: [], Trigger.RECEIVED: []}
        self.followed: list[UUID] = []

    async def run(self) -> Received:
        await self._look_up()
        await self._claim()
        created, changed = self._sort_said()
        created = await self._without_tombstones(created)
        created = await self._confirm_by_key(created)
        placed = await self._place(created, self._named_anew(created, changed))
        await self._lock_ahead(placed, [said.event.remote_id for _, said in changed])
        placed = await self._recognise_own(placed)
        await self._write(placed)
        await self._edit(changed)
        await self._delete()
        await self._forget_authors()
        statuses = [e for u in self.batch for e in u.others if isinstance(e, Status)]
        for answered, delivery in await take_statuses(self.tx, statuses, self.known):
            self._emit("answer.changed", body={"message_id": answered, "delivery": delivery.value})
        self.result.files_unused = [
            row.id for message_id, rows in self.attachments.items() if message_id not in self.written for row in rows
            if row.state == "stored"
        ]  # fmt: skip
        return self.result

    # -- what is there already --------------------------------------------------------------------------------------

    async def _look_up(self) -> None:
        remote_ids = [said.event.remote_id for u in self.batch for said in u.said]
        remote_ids += [e.remote_id for u in self.batch for e in u.others if isinstance(e, Deleted)]
        remote_ids += [e.remote_id for u in self.batch for e in u.others if isinstance(e, Status) and e.remote_id]
        self.known = await self.tx.talk.known_messages(self.channel.id, remote_ids)

    async def _claim(self) -> None:
        """Only items that were still new may have effects; another node may have taken some meanwhile."""
        ours = await self.tx.inbox.finish({u.item.id: self._message_of(u) for u in self.batch})
        self.batch = [u for u in self.batch if u.item.id in ours]

    def _message_of(self, understood: Understood) -> UUID | None:
        """The message that the raw bytes belong to, so that they are erased with it."""
        for said in understood.said:
            known = self.known.get(said.event.remote_id)
            return known.id if known else self._first_id(said.event.remote_id) or said.message_id
        for event in understood.others:
            if isinstance(event, Deleted | Status) and event.remote_id in self.known:
                return self.known[event.remote_id].id
        return None

    def _first_id(self, remote_id: str) -> UUID | None:
        for understood in self.batch:
            for said in understood.said:
                if isinstance(said.event, Created) and said.event.remote_id == remote_id:
                    return said.message_id
        return None

    def _sort_said(self) -> tuple[list[tuple[Understood, Said]], list[tuple[Understood, Said]]]:
        """Split into first sightings and changes; of several versions in one batch the lowest revision comes first."""
        first: dict[str, tuple[Understood, Said]] = {}
        changes: list[tuple[Understood, Said]] = []
        pairs = [(u, said) for u in self.batch for said in u.said]
        for understood, said in sorted(pairs, key=lambda pair: pair[1].event.revision):
            remote_id = said.event.remote_id
            if isinstance(said.event, Created) and remote_id not in self.known and remote_id not in first:
                first[remote_id] = (understood, said)
            else:
                changes.append((understood, said))
        return list(first.values()), changes

    async def _without_tombstones(self, created: list[tuple[Understood, Said]]) -> list[tuple[Understood, Said]]:
        dead = await self.tx.talk.tombstoned(self.channel.id, [said.event.remote_id for _, said in created])
        await self.tx.inbox.drop_bodies([u.item.id for u, said in created if said.event.remote_id in dead])
        return [pair for pair in created if pair[1].event.remote_id not in dead]

    # -- who and where -----------------------------------------------------------------------------------------------

    def _named_anew(self, created: list[tuple[Understood, Said]], changes: list[tuple[Understood, Said]]) -> list[Author]:
        """Return authors of what is told again: it may tell more of who said it, as some networks push an id alone."""
        standing = {remote_id for remote_id, known in self.known.items() if not known.deleted}
        standing |= {said.event.remote_id for _, said in created}
        return [
            said.event.author for _, said in changes
            if isinstance(said.event, Created) and not said.event.own and said.event.remote_id in standing
            and (said.event.author.handle or said.event.author.display_name)
        ]  # fmt: skip

    async def _lock_ahead(self, placed: list[Placed], changed: list[str]) -> None:
        """Lock all work that this batch has to do with before anything else of it: see `locks`."""
        doomed = [e.remote_id for u in self.batch for e in u.others if isinstance(e, Deleted)]
        messages = [self.known[remote_id].id for remote_id in doomed if remote_id in self.known]
        if self.gone:
            messages += await self.tx.talk.messages_of_identities(self.gone)
        old = {p.conversation.id for p in placed if not p.conversation.new}
        if old or messages:
            await self.tx.hands.lock_work_about(old, messages)
        touched = {self.known[remote_id].conversation_id for remote_id in changed if remote_id in self.known}
        if self.gone or touched:
            await self.tx.talk.lock_threads(old | touched, self.gone)

    async def _place(self, created: list[tuple[Understood, Said]], named: list[Author]) -> list[Placed]:
        wanted: list[tuple[Understood, Said, Created, Author]] = []
        for understood, said in created:
            event = said.event
            assert isinstance(event, Created)
            customer = event.thread.customer if event.own else (event.thread.customer or event.author)
            if customer is not None:
                wanted.append((understood, said, event, customer))
        gone = [e.author for u in self.batch for e in u.others if isinstance(e, AuthorGone)]
        identities = await self.tx.talk.resolve_identities(
            self.channel.network, [*(w[3] for w in wanted), *named, *gone], lock=bool(gone)
        )
        self.gone = [identities[(author.realm, author.remote_id)].id for author in gone]
        aliases = await self.tx.talk.thread_of_aliases(self.channel.id, [a for w in wanted for a in aliases_of(w[2].thread)])
        keys: list[ThreadKey] = []
        asides: list[UUID | None] = []
        for _, _, event, customer in wanted:
            identity = identities[(customer.realm, customer.remote_id)]
            whose = None if event.own else of_whom(event.thread, identity.id, aliases)
            asides.append(identity.id if whose is not None else None)
            keys.append(
                ThreadKey(
                    visibility=event.thread.visibility.value,
                    root_remote_id=whose[0] if whose is not None else root_of(event.thread, identity.id, aliases),
                    identity_id=whose[1] if whose is not None else identity.id,
                )
            )
        conversations = await self.tx.talk.conversations_of(self.channel.id, keys, self.channel.access_class)
        return [
            Placed(
                understood=understood, said=said, event=event, identity=identities[(customer.realm, customer.remote_id)],
                conversation=conversations[key], aside=aside,
            )
            for (understood, said, event, customer), key, aside in zip(wanted, keys, asides, strict=True)
        ]  # fmt: skip

    async def _confirm_by_key(self, created: list[tuple[Understood, Said]]) -> list[tuple[Understood, Said]]:
        """Take out our own answers that name our key: wherever they went, they stand where they were written."""
        keys = {key: pair for pair in created if (key := key_of(pair[1])) is not None}
        known = await self.tx.talk.messages_by_id(list(keys)) if keys else {}
        for key in known:
            await self._confirm(key, keys[key][1].event.remote_id, url_of(keys[key][1]))
        return [pair for pair in created if key_of(pair[1]) not in known]

    async def _recognise_own(self, placed: list[Placed]) -> list[Placed]:
        """Take out our own answers that come back: they are in the transcript already and only get confirmed."""
        own = [p for p in placed if p.event.own]
        if not own:
            return placed
        pending = await self.tx.outbox.open_in_thread(list({p.conversation.id for p in own}))
        taken: set[UUID] = set()
        rest: list[Placed] = [p for p in placed if not p.event.own]
        for p in own:
            same = [
                a.message_id for a in pending
                if a.message_id not in taken and a.conversation_id == p.conversation.id
                and same_text(a.text, p.said.clean.text)
            ]  # fmt: skip
            match = same[0] if same else None
            if match is None:
                rest.append(p)
            else:
                taken.add(match)
                await self._confirm(match, p.event.remote_id, p.event.url)
        return rest

    async def _confirm(self, message_id: UUID, remote_id: str, url: str) -> None:
        if await self.tx.outbox.settle_by_message(message_id, OutboxChange(state=DeliveryState.SENT.value, remote_id=remote_id)):
            await self.tx.talk.set_delivery(message_id, DeliveryState.SENT.value, remote_id=remote_id, url=url)
            self._emit("answer.changed", body={"message_id": message_id, "delivery": DeliveryState.SENT.value})

    # -- first sightings ---------------------------------------------------------------------------------------------

    async def _write(self, placed: list[Placed]) -> None:
        if not placed:
            return
        work = await self._open_work(placed)
        unwanted = [
            Unwanted(conversation=p.conversation, said_at=p.said.said_at, language=p.said.clean.language) for p in placed
            if p.identity.blocked and not p.event.own and p.conversation.id not in work
        ]  # fmt: skip
        kept_as = work | await keep_blocked(self.tx, self.channel, unwanted)
        messages = [message_of(p, self.channel.id, kept_as.get(p.conversation.id)) for p in placed]
        self.written = await self.tx.talk.insert_messages(messages)
        kept = [p for p in placed if p.said.message_id in self.written]
        await keep_judgements(self.tx, ((p.said.message_id, p.said) for p in kept if not p.event.own))
        await self.tx.talk.insert_attachments([a for p in kept for a in self.attachments[p.said.message_id]])
        await self.tx.talk.touch_conversations([touch_of(p) for p in kept])
        for p in kept:
            self._emit(
                "message.received", p.conversation, kept_as.get(p.conversation.id),
                {"message_id": p.said.message_id, "direction": Direction.OUTBOUND if p.event.own else Direction.INBOUND},
            )  # fmt: skip
        await feed_facts(
            self.tx,
            [
                (work[p.conversation.id], fact) for p in kept
                if p.conversation.id in work and p.conversation.id not in self.begun and p.aside is None
                and (fact := _fact(p)) is not None
            ],
        )  # fmt: skip
        self._remember(kept, work)
        self.result.messages += len(kept)
        await self.tx.inbox.wake_early(self.channel.id, [p.event.remote_id for p in kept])

    def _remember(self, kept: list[Placed], work: dict[UUID, UUID]) -> None:
        """Keep what rules may be waiting for: what customers said to us, and what began with it."""
        told: set[UUID] = set()
        for p in sorted(kept, key=lambda one: one.said.said_at):
            interaction_id = work.get(p.conversation.id)
            if interaction_id is None or p.event.own or p.event.automatic or not p.event.addressed or p.identity.blocked:
                continue
            message_id = p.said.message_id
            if p.conversation.id in self.begun and interaction_id not in told:
                told.add(interaction_id)
                self.occasions[Trigger.CREATED].append(
                    Occasion(interaction_id=interaction_id, key="created", message_id=message_id)
                )
            self.occasions[Trigger.RECEIVED].append(
                Occasion(interaction_id=interaction_id, key=f"received:{message_id}", message_id=message_id)
            )

    async def _open_work(self, placed: list[Placed]) -> dict[UUID, UUID]:
        """Return the interaction of each conversation; queue a new one where somebody asked and none is open."""
        asking: dict[UUID, list[Placed]] = {}
        for p in placed:
            if not p.event.own and not p.event.automatic and p.event.addressed and not p.identity.blocked:
                asking.setdefault(p.conversation.id, []).append(p)
        current = await self.tx.talk.interactions_of([p.conversation.id for p in placed])
        missing = {c for c in asking if c not in current or current[c].state == InteractionState.CLOSED.value}
        facts: dict[UUID, list[Fact]] = {}
        for p in placed:
            if p.conversation.id in missing and (fact := _fact(p)) is not None:
                facts.setdefault(p.conversation.id, []).append(fact)
        counted = await count_new(self.tx, self.opening, facts, current)
        knowing = await last_agents(self.tx, facts.keys())
        wanted = {c: self._interaction(asking[c], current.get(c), counted[c].reckoning, knowing.get(c)) for c in facts}
        opened = await self.tx.talk.insert_interactions(list(wanted.values()))
        self.begun = {c for c, interaction in wanted.items() if interaction.id in opened}
        await keep_new(self.tx, self.opening, {wanted[c].id: counted[c] for c in self.begun})
        self.followed = [i.id for i in wanted.values() if i.id in opened and i.previous_id is not None]
        lost = [c for c, interaction in wanted.items() if interaction.id not in opened]
        current |= await self.tx.talk.interactions_of(lost)
        for conversation_id, interaction in wanted.items():
            if interaction.id in opened:
                self._emit(
                    "interaction.created", asking[conversation_id][0].conversation, interaction.id,
                    {
                        "previous_id": interaction.previous_id, "units": interaction.units,
                        "age_s": max(0.0, round((self.tx.now - interaction.waiting_since).total_seconds(), 3)),
                    },
                )  # fmt: skip
        self.result.interactions += len(opened)
        result: dict[UUID, UUID] = {c: i.id for c, i in current.items() if i.state != "closed"}
        result |= {c: i.id for c, i in wanted.items() if i.id in opened}
        still_open = {c: i for c, i in result.items() if c not in wanted or i not in opened}
        await self._tell_open(asking, still_open)
        named = {c: n for c, group in asking.items() if c in result for p in group if (n := case_number(p.said.clean.subject))}
        asked_again = [*self.followed, *(i for c, i in still_open.items() if c in asking)]
        await follow_cases(self.tx, {result[c]: (c, n) for c, n in named.items()}, asked_again)
        return result

    async def _tell_open(self, asking: dict[UUID, list[Placed]], still_open: dict[UUID, UUID]) -> None:
        told = {c: i for c, i in still_open.items() if c in asking}
        await self.tx.talk.customer_wrote(list(told.values()))
        await stop_held(self.tx, [c for c, group in asking.items() if any(p.aside is None for p in group)])
        for conversation_id, interaction_id in told.items():
            group = asking[conversation_id]
            by = "customer" if any(p.aside is None for p in group) else "third_party"
            self._emit("interaction.changed", group[0].conversation, interaction_id, {"by": by})

    def _interaction(
        self, group: list[Placed], last: OpenInteraction | None, due: Reckoning, prefer: UUID | None
    ) -> NewInteraction:
        earliest = min(group, key=lambda p: p.said.said_at)
        language = next((p.said.clean.language for p in group if p.said.clean.language), None)
        skills = list(self.channel.skills)
        if self.channel.match_language and language is not None:
            skills.append({"skill": f"lang-{language}", "level": 1, "optional": True})
        return NewInteraction(
            id=new_id(), conversation_id=earliest.conversation.id, channel_id=self.channel.id,
            access_class=earliest.conversation.access_class, queue_id=self.channel.queue_id, skills=skills,
            language=language, units=self.channel.units, priority=self.channel.priority,
            waiting_since=earliest.said.said_at, due_at=due.due_at, due_kind=due.due_kind or None,
            previous_id=last.id if last else None,
            preferred_agent_id=prefer, reason={"code": "reopened" if last else "new"},
        )  # fmt: skip

    # -- changes -----------------------------------------------------------------------------------------------------

    async def _edit(self, changes: list[tuple[Understood, Said]]) -> None:
        if not changes:
            return
        self.known |= await self.tx.talk.known_messages(
            self.channel.id, [said.event.remote_id for _, said in changes if said.event.remote_id not in self.known]
        )
        dead = await self.tx.talk.tombstoned(self.channel.id, [said.event.remote_id for _, said in changes])
        texts: list[NewText] = []
        anew: list[tuple[UUID, Said]] = []
        early: dict[UUID, str] = {}
        for understood, said in changes:
            event, known = said.event, self.known.get(said.event.remote_id)
            if known is not None and not known.deleted:
                if event.revision > known.revision and known.direction == Direction.INBOUND.value:
                    texts.append(new_text(known.id, said))
                    anew.append((known.id, said))
            elif known is None and event.remote_id not in dead and isinstance(event, Edited):
                early[understood.item.id] = event.remote_id
        await self.tx.inbox.hold_early(early)
        await self.tx.inbox.drop_bodies(
            [u.item.id for u, s in changes if s.event.remote_id in dead or self._is_deleted(s.event.remote_id)]
        )
        changed = await self.tx.talk.replace_texts(texts)
        await keep_judgements(self.tx, ((one, said) for one, said in anew if one in changed))
        for message_id in sorted(changed):
            self._emit("message.edited", body={"message_id": message_id})
        self.result.edits += len(changed)

    def _is_deleted(self, remote_id: str) -> bool:
        known = self.known.get(remote_id)
        return known is not None and known.deleted

    async def _delete(self) -> None:
        gone = [e for u in self.batch for e in u.others if isinstance(e, Deleted)]
        if not gone:
            return
        await self.tx.talk.bury(self.channel.id, [e.remote_id for e in gone])
        known = await self.tx.talk.known_messages(self.channel.id, [e.remote_id for e in gone])
        await self._erase([m.id for m in known.values()])

    async def _forget_authors(self) -> None:
        authors = [e.author for u in self.batch for e in u.others if isinstance(e, AuthorGone)]
        if not authors:
            return
        identities = await self.tx.talk.resolve_identities(self.channel.network, authors)
        ids = [identity.id for identity in identities.values()]
        await self._erase(await self.tx.talk.messages_of_identities(ids))
        names = await self.tx.talk.names_of(ids)
        await self.tx.talk.forget_identities(ids)
        await self.tx.listening.forget_authors([(self.channel.network, author_key(a.realm, a.remote_id)) for a in authors])
        await forget_in_cases(self.tx, ids, names)
        for identity in identities.values():
            for customer_id in await self.tx.customers.group_of(identity.customer_id):
                self._emit("customer.erased", body={"customer_id": customer_id})

    async def _erase(self, message_ids: list[UUID]) -> None:
        if not message_ids:
            return
        await self.outside.tombstones.add("message", message_ids)
        _, erased = await erase_messages(self.tx, self.outside.cipher, message_ids)
        self.result.deletions += len(erased.messages)
        self.result.files_gone += erased.attachments
        self.written -= set(erased.messages)

    def _emit(
        self, type_: str, conversation: ConversationRef | None = None, interaction_id: UUID | None = None,
        body: dict[str, object] | None = None,
    ) -> None:  # fmt: skip
        self.tx.emit(
            NewEvent(
                type=type_, channel_id=self.channel.id, queue_id=self.channel.queue_id,
                access_class=conversation.access_class if conversation else self.channel.access_class,
                conversation_id=conversation.id if conversation else None, interaction_id=interaction_id, body=body or {},
            )
        )  # fmt: skip


def _fact(p: Placed) -> Fact | None:
    return None if p.identity.blocked and not p.event.own else fact_of(p.said, p.event)
