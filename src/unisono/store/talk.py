"""The store for customers, identities, conversations, messages and attachments; everything in bulk."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.contract.context import Line, LineFile
from unisono.contract.inbound import Author
from unisono.domain.ids import new_id
from unisono.domain.words import DeliveryState, Direction
from unisono.service.ports.talk import (
    Answerable,
    AttachmentFacts,
    ConversationRef,
    Erased,
    IdentityRef,
    KnownMessage,
    NewAttachment,
    NewInteraction,
    NewMessage,
    NewText,
    OpenInteraction,
    ThreadKey,
    Touch,
)
from unisono.service.text import SEARCH_VERSION, terms, words_of
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("talk")


def key_hash(remote_id: str) -> bytes:
    """Return what a tombstone keeps of a remote id: enough to know it again, nothing to read."""
    return hashlib.sha256(remote_id.encode()).digest()


def _columns(items: Sequence[Any], *names: str) -> list[list[Any]]:
    return [[getattr(item, name) for item in items] for name in names]


class PgTalk:
    """Implements `service.ports.Talk`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def known_messages(self, channel_id: UUID, remote_ids: Iterable[str]) -> dict[str, KnownMessage]:
        """Return the messages that these remote ids lead to, split answers by each of their parts."""
        wanted = sorted(set(remote_ids))
        rows = await self._connection.fetch(_SQL["known_messages"], channel_id, wanted) if wanted else []
        return {row["remote_id"]: KnownMessage(**dict(row)) for row in rows}

    async def messages_by_id(self, ids: Iterable[UUID]) -> dict[UUID, KnownMessage]:
        """Return messages by our id."""
        wanted = list(ids)
        rows = await self._connection.fetch(_SQL["messages_by_id"], wanted) if wanted else []
        return {row["id"]: KnownMessage(**dict(row)) for row in rows}

    async def tombstoned(self, channel_id: UUID, remote_ids: Iterable[str]) -> set[str]:
        """Return those that were deleted or erased before."""
        hashes = {key_hash(remote_id): remote_id for remote_id in remote_ids}
        if not hashes:
            return set()
        rows = await self._connection.fetch(_SQL["tombstoned"], channel_id, list(hashes))
        return {hashes[row["key_hash"]] for row in rows}

    async def bury(self, channel_id: UUID, remote_ids: Iterable[str]) -> None:
        """Keep these items out for good, also edits that came too early."""
        wanted = sorted(set(remote_ids))
        if wanted:
            await self._connection.execute(_SQL["bury"], channel_id, [key_hash(r) for r in wanted], self._now)
            await self._connection.execute(_SQL["erase_early"], channel_id, wanted)

    async def resolve_identities(
        self, network: str, authors: Sequence[Author], *, lock: bool = False
    ) -> dict[tuple[str, str], IdentityRef]:
        """Return identities by (realm, remote id), made where they are missing; `lock` keeps them until the commit."""
        by_key = {(a.realm, a.remote_id): a for a in authors}
        if not by_key:
            return {}
        rows = await self._identities(network, by_key)
        missing = sorted(by_key.keys() - rows.keys())
        if missing:
            await self._insert_identities(network, [by_key[key] for key in missing])
            rows = await self._identities(network, by_key)
        if lock:
            await self.lock_identities(row["id"] for row in rows.values())
        await self._update_names([(rows[key], by_key[key]) for key in by_key])
        return {
            key: IdentityRef(id=row["id"], customer_id=row["customer_id"], blocked=row["blocked"]) for key, row in rows.items()
        }

    async def _identities(self, network: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Any]:
        realms, remote_ids = zip(*sorted(keys), strict=True)
        rows = await self._connection.fetch(_SQL["identities"], network, list(realms), list(remote_ids))
        return {(row["realm"], row["remote_id"]): row for row in rows}

    async def _insert_identities(self, network: str, authors: Sequence[Author]) -> None:
        ids, customers = [new_id() for _ in authors], [new_id() for _ in authors]
        await self._connection.execute(
            _SQL["insert_identities"], network, ids, customers,
            *_columns(authors, "realm", "remote_id", "handle", "display_name", "profile_url"), self._now,
        )  # fmt: skip
        await self._connection.execute(_SQL["drop_unused_customers"], customers)
        await self._index_names(ids, authors)

    async def _index_names(self, ids: Sequence[UUID], authors: Sequence[Author]) -> None:
        found = [" ".join(terms(f"{a.display_name} {a.handle}", None)) for a in authors]
        await self._connection.execute(_SQL["index_names"], list(ids), found)

    async def _update_names(self, pairs: Sequence[tuple[Any, Author]]) -> None:
        changed = [
            (row, author)
            for row, author in pairs
            if (author.handle or author.display_name)
            and (row["handle"], row["display_name"]) != (author.handle, author.display_name)
        ]
        if changed:
            authors = [author for _, author in changed]
            ids = [row["id"] for row, _ in changed]
            await self._connection.execute(
                _SQL["rename_identities"], ids, *_columns(authors, "handle", "display_name", "profile_url")
            )
            await self._index_names(ids, authors)
        followed = [(row["id"], author.followers) for row, author in pairs if author.followers not in (None, row["followers"])]
        if followed:
            await self._connection.execute(_SQL["count_followers"], *map(list, zip(*sorted(followed), strict=True)))

    async def conversations_of(
        self, channel_id: UUID, keys: Sequence[ThreadKey], access_class: int
    ) -> dict[ThreadKey, ConversationRef]:
        """Return the conversations of these threads, made where they are missing."""
        if not keys:
            return {}
        wanted = sorted(set(keys), key=lambda k: (k.visibility, k.root_remote_id, k.identity_id))
        found = await self._conversations(channel_id, wanted)
        missing = [key for key in wanted if key not in found]
        if missing:
            await self._connection.execute(
                _SQL["insert_conversations"], channel_id, [new_id() for _ in missing],
                *_columns(missing, "visibility", "root_remote_id", "identity_id"), access_class, self._now,
            )  # fmt: skip
            found |= await self._conversations(channel_id, missing, new=True)
        return found

    async def _conversations(
        self, channel_id: UUID, keys: Sequence[ThreadKey], *, new: bool = False
    ) -> dict[ThreadKey, ConversationRef]:
        rows = await self._connection.fetch(
            _SQL["conversations"], channel_id, *_columns(keys, "visibility", "root_remote_id", "identity_id")
        )
        refs = [ConversationRef(**dict(row), new=new) for row in rows]
        return {ThreadKey(visibility=r.visibility, root_remote_id=r.root_remote_id, identity_id=r.identity_id): r for r in refs}

    async def thread_of_aliases(self, channel_id: UUID, aliases: Iterable[str]) -> dict[str, tuple[str, UUID, bool]]:
        """Return (root remote id, identity, whether it was said with a third party) for each remote id that is known."""
        wanted = sorted(set(aliases))
        rows = await self._connection.fetch(_SQL["aliases"], channel_id, wanted) if wanted else []
        return {row["remote_id"]: (row["root_remote_id"], row["identity_id"], row["aside"]) for row in rows}

    async def conversation(self, conversation_id: UUID) -> ConversationRef | None:
        """Return one conversation."""
        row = await self._connection.fetchrow(_SQL["conversation"], conversation_id)
        return ConversationRef(**dict(row)) if row else None

    async def insert_messages(self, messages: Sequence[NewMessage]) -> set[UUID]:
        """Write messages with texts and terms; returns the ids that were new."""
        if not messages:
            return set()
        rows = await self._connection.fetch(
            _SQL["insert_messages"],
            *_columns(
                messages, "id", "conversation_id", "interaction_id", "channel_id", "direction", "visibility", "identity_id",
                "user_id", "occurred_at", "received_at", "said_at", "tie_break", "ingest_key", "remote_id",
                "parent_remote_id", "revision", "automatic", "language", "url", "delivery", "aside_identity_id",
            ),
        )  # fmt: skip
        new = {row["id"] for row in rows}
        kept = [m for m in messages if m.id in new]
        if kept:
            await self._connection.execute(_SQL["insert_texts"], *_columns(kept, "id", "subject", "text", "html", "details"))
            await self._connection.execute(
                _SQL["insert_terms"], *_columns(kept, "said_at", "id", "conversation_id"),
                [" ".join(m.terms) for m in kept], SEARCH_VERSION,
            )  # fmt: skip
        return new

    async def insert_attachments(self, attachments: Sequence[NewAttachment]) -> None:
        """Write attachment rows."""
        if attachments:
            await self._connection.execute(
                _SQL["insert_attachments"],
                *_columns(
                    attachments, "id", "message_id", "channel_id", "name", "media_type", "position", "size_bytes", "sha256",
                    "alt_text", "content_id", "ref", "state",
                ),
                self._now,
            )  # fmt: skip

    async def replace_texts(self, texts: Sequence[NewText]) -> set[UUID]:
        """Write changed texts of a higher revision; returns the messages that changed."""
        newest: dict[UUID, NewText] = {}
        for text in texts:
            if text.message_id not in newest or newest[text.message_id].revision < text.revision:
                newest[text.message_id] = text
        if not newest:
            return set()
        rows = await self._connection.fetch(
            _SQL["raise_revisions"], *_columns(list(newest.values()), "message_id", "revision", "edited_at")
        )
        changed = {row["id"] for row in rows}
        kept = [text for text in newest.values() if text.message_id in changed]
        if kept:
            await self._connection.execute(
                _SQL["replace_texts"], *_columns(kept, "message_id", "subject", "text", "html", "details")
            )
            await self._connection.execute(
                _SQL["replace_terms"], *_columns(kept, "message_id"), [" ".join(t.terms) for t in kept], SEARCH_VERSION
            )
        return changed

    async def touch_conversations(self, touches: Sequence[Touch]) -> None:
        """Record what is newest in each conversation; several touches of one are folded first."""
        if touches:
            folded = [_fold(group) for group in _grouped(touches)]
            await self._connection.execute(
                _SQL["touch_conversations"],
                *_columns(
                    folded, "conversation_id", "last_message_id", "said_at", "inbound_at", "reply_rule", "reply_until",
                    "reply_reason", "url", "links_to",
                ),
            )  # fmt: skip

    async def interactions_of(self, conversation_ids: Iterable[UUID]) -> dict[UUID, OpenInteraction]:
        """Return the open interaction of each conversation, else its newest."""
        wanted = list(set(conversation_ids))
        rows = await self._connection.fetch(_SQL["interactions_of"], wanted) if wanted else []
        return {row["conversation_id"]: OpenInteraction(**dict(row)) for row in rows}

    async def last_agents(self, conversation_ids: Iterable[UUID], since: datetime) -> dict[UUID, UUID]:
        """Return, by conversation, who served its customer last and no longer ago than that."""
        rows = await self._connection.fetch(_SQL["last_agents"], list(set(conversation_ids)), since)
        return {row["id"]: row["agent_id"] for row in rows}

    async def insert_interactions(self, interactions: Sequence[NewInteraction]) -> set[UUID]:
        """Queue new units of work; returns those that were really opened."""
        if not interactions:
            return set()
        rows = await self._connection.fetch(
            _SQL["insert_interactions"],
            *_columns(interactions, "id", "conversation_id", "channel_id", "access_class", "queue_id"),
            [msgspec.json.encode(i.skills).decode() for i in interactions],
            *_columns(interactions, "language", "units", "priority", "waiting_since", "due_at", "previous_id", "reason",
                     "due_kind"),
            self._now,
        )  # fmt: skip
        preferred = [i for i in interactions if i.preferred_agent_id is not None]
        if preferred:
            await self._connection.execute(_SQL["prefer_agent"], *_columns(preferred, "id", "preferred_agent_id"), self._now)
        return {row["id"] for row in rows}

    async def customer_wrote(self, interaction_ids: Iterable[UUID]) -> None:
        """Mark open interactions as changed."""
        wanted = list(set(interaction_ids))
        if wanted:
            await self._connection.execute(_SQL["customer_wrote"], wanted, self._now)

    async def close_emptied(self, interaction_ids: Iterable[UUID]) -> set[UUID]:
        """Close waiting interactions that have no standing message left."""
        wanted = list(set(interaction_ids))
        rows = await self._connection.fetch(_SQL["close_emptied"], wanted, self._now) if wanted else []
        return {row["id"] for row in rows}

    async def erase_messages(self, message_ids: Iterable[UUID], at: datetime) -> Erased:
        """Take away all that was said in these messages, everywhere it stands."""
        wanted = list(set(message_ids))
        if not wanted:
            return Erased()
        # The outbox before its messages, as who sends does.
        await self._connection.execute(_SQL["cancel_outbox"], wanted, self._now)
        marks = await self._connection.fetch(_SQL["erase_marks"], wanted, at)
        files = await self._connection.fetch(_SQL["erase_attachments"], wanted)
        for name in ("erase_texts", "erase_terms", "erase_raw", "drop_held"):
            await self._connection.execute(_SQL[name], wanted)
        return Erased(
            messages=[row["id"] for row in marks],
            attachments=[row["id"] for row in files],
            conversations=list({row["conversation_id"] for row in marks}),
            interactions=list({row["interaction_id"] for row in marks if row["interaction_id"]}),
        )

    async def lock_identities(self, identity_ids: Iterable[UUID]) -> None:
        """Lock identities in the order of their ids."""
        await self._connection.fetch(_SQL["lock_identities"], list(identity_ids))

    async def lock_threads(self, conversation_ids: Iterable[UUID], identity_ids: Iterable[UUID]) -> None:
        """Lock these conversations, and all with these people, in the order of their ids."""
        await self._connection.fetch(_SQL["lock_threads"], list(conversation_ids), list(identity_ids))

    async def messages_of_identities(self, identity_ids: Iterable[UUID]) -> list[UUID]:
        """Return every message of every conversation with these identities, ours included."""
        rows = await self._connection.fetch(_SQL["messages_of_identities"], list(identity_ids))
        return [row["id"] for row in rows]

    async def customer_value(self, customer_id: UUID) -> float | None:
        """Return how much a customer counts, and lock them; None when they are erased."""
        value: float | None = await self._connection.fetchval(_SQL["customer_value"], customer_id)
        return value

    async def set_customer_value(self, customer_id: UUID, value: float) -> None:
        """Write how much a customer counts."""
        await self._connection.execute(_SQL["set_customer_value"], customer_id, value)

    async def identity_keys(self, customer_id: UUID) -> list[tuple[UUID, str, str, str]]:
        """Return (identity, network, realm, remote id) of a customer."""
        rows = await self._connection.fetch(_SQL["identity_keys"], customer_id)
        return [tuple(row) for row in rows]

    async def names_of(self, identity_ids: Iterable[UUID]) -> list[str]:
        """Return what these identities are called."""
        rows = await self._connection.fetch(_SQL["names_of"], list(identity_ids))
        found = {row[column] for row in rows for column in ("display_name", "handle", "remote_id")}
        found |= {word for row in rows for word in words_of(row["display_name"])} | {name.lstrip("@") for name in found}
        return sorted(name for name in found if name and not name.startswith("erased:"))

    async def forget_identities(self, identity_ids: Iterable[UUID]) -> None:
        """Blank identities; their customer counts as erased when none is left."""
        wanted = list(identity_ids)
        await self._connection.execute(_SQL["forget_roots"], wanted)
        await self._connection.execute(_SQL["forget_marks"], wanted)
        rows = await self._connection.fetch(_SQL["forget_identities"], wanted)
        customers = list({row["customer_id"] for row in rows})
        await self._connection.execute(_SQL["mark_erased"], customers, self._now)
        await self._connection.execute(_SQL["forget_claims"], wanted)
        await self._connection.execute(_SQL["forget_known"], customers)

    async def set_delivery(
        self, message_id: UUID, delivery: str, code: str = "", remote_id: str | None = None, url: str = ""
    ) -> None:
        """Record where an answer is."""
        await self._connection.execute(_SQL["set_delivery"], message_id, delivery, code, remote_id, url)

    async def answerable(
        self, interaction_id: UUID, conversation_id: UUID | None = None, *, lock: bool = False
    ) -> Answerable | None:
        """Return the place of an answer."""
        statement = _SQL["answerable_locked" if lock else "answerable"]
        row = await self._connection.fetchrow(statement, interaction_id, conversation_id)
        return Answerable(**dict(row)) if row else None

    async def answered_remote_id(self, conversation_id: UUID, message_id: UUID | None) -> str | None:
        """Return the remote id of what is answered."""
        found: str | None = await self._connection.fetchval(_SQL["answered_remote_id"], conversation_id, message_id)
        return found

    async def answered_aside(self, conversation_id: UUID, aside: UUID, message_id: UUID | None) -> str | None:
        """Return the remote id of what a third party is answered."""
        found: str | None = await self._connection.fetchval(_SQL["answered_aside"], conversation_id, aside, message_id)
        return found

    async def is_aside(self, message_id: UUID) -> bool:
        """Tell whether a message is said with a third party."""
        return bool(await self._connection.fetchval(_SQL["is_aside"], message_id))

    async def answered(self, interaction_id: UUID) -> None:
        """Stop the first-response clock, if it still runs."""
        await self._connection.execute(_SQL["answered"], interaction_id, self._now)

    async def attach(self, message_id: UUID, attachment_ids: Sequence[UUID]) -> None:
        """Give uploaded files to a message, in this order."""
        if attachment_ids:
            await self._connection.execute(_SQL["attach"], message_id, list(attachment_ids), list(range(len(attachment_ids))))

    async def unsent_attachments(self, attachment_ids: Sequence[UUID]) -> list[AttachmentFacts]:
        """Return those of the files that are stored and belong to no message yet."""
        rows = await self._connection.fetch(_SQL["unsent_attachments"], list(attachment_ids)) if attachment_ids else []
        return [AttachmentFacts(**dict(row)) for row in rows]

    async def attachments_of(self, message_id: UUID) -> list[AttachmentFacts]:
        """Return the stored files of a message."""
        rows = await self._connection.fetch(_SQL["attachments_of"], message_id)
        return [AttachmentFacts(**dict(row)) for row in rows]

    async def customer_lines(
        self, channel_id: UUID, network: str, root_id: str, customer: Author, after: UUID | None, limit: int
    ) -> list[Line]:
        """Return a thread as its customer may see it; `after` names the last line that they have."""
        rows = await self._connection.fetch(
            _SQL["customer_lines"], channel_id, root_id, network, customer.realm, customer.remote_id, after, limit
        )
        return [
            Line(
                message_id=row["id"], remote_id=row["remote_id"], direction=Direction(row["direction"]),
                author_name=row["author_name"], text=row["text"], said_at=row["said_at"],
                state=DeliveryState(row["delivery"]) if row["delivery"] else None, deleted=row["deleted"],
                revision=row["revision"], files=msgspec.convert(row["files"], tuple[LineFile, ...]),
            )
            for row in rows
        ]  # fmt: skip

    async def customer_file(
        self, channel_id: UUID, network: str, root_id: str, customer: Author, attachment_id: UUID
    ) -> UUID | None:
        """Return the id of a file if it stands in this thread."""
        found: UUID | None = await self._connection.fetchval(
            _SQL["customer_file"], channel_id, root_id, network, customer.realm, customer.remote_id, attachment_id
        )
        return found


def _grouped(touches: Sequence[Touch]) -> list[list[Touch]]:
    groups: dict[UUID, list[Touch]] = {}
    for touch in touches:
        groups.setdefault(touch.conversation_id, []).append(touch)
    return [groups[key] for key in sorted(groups)]


def _fold(group: list[Touch]) -> Touch:
    newest = max(group, key=lambda t: t.said_at)
    inbound = [t for t in group if t.inbound_at is not None]
    last_inbound = max(inbound, key=lambda t: t.inbound_at or t.said_at) if inbound else None
    return Touch(
        conversation_id=newest.conversation_id,
        last_message_id=newest.last_message_id,
        said_at=newest.said_at,
        inbound_at=last_inbound.inbound_at if last_inbound else None,
        reply_rule=last_inbound.reply_rule if last_inbound else None,
        reply_until=last_inbound.reply_until if last_inbound else None,
        reply_reason=last_inbound.reply_reason if last_inbound else "",
        url=next((t.url for t in group if t.url), ""),
        links_to=next((t.links_to for t in group if t.links_to), None),
    )
