"""The store for listening: monitors, sources, and what was found."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET

from unisono.contract.listening import Heard
from unisono.listening.reasons import hits
from unisono.service.instant import instant, maybe_instant
from unisono.service.listening.views import FoundBy, FoundMention, HourCount, MonitorView, Piece, SourceView
from unisono.service.ports.listening import (
    Classes,
    MentionFacts,
    MentionFilter,
    MonitorChange,
    MonitorFacts,
    NewMention,
    SaidHere,
    SourceFacts,
)
from unisono.service.ports.triage import Judged
from unisono.store.driver import Connection
from unisono.store.sql import load
from unisono.store.triage import PgTriage

_SQL = load("listening")
LATELY = timedelta(days=7)


class PgListening:
    """Implements `service.ports.Listening`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    # -- monitors ----------------------------------------------------------------------------------------------------

    async def monitors(self, classes: Classes) -> list[MonitorView]:
        """Return monitors by name."""
        rows = await self._connection.fetch(_SQL["monitors"], _list(classes), self._now - LATELY)
        return [MonitorView(**{**dict(row), "created_at": instant(row["created_at"])}) for row in rows]

    async def monitor(self, monitor_id: UUID) -> MonitorFacts | None:
        """Return one monitor."""
        rows = await self._connection.fetch(_SQL["changed_monitors"], None, monitor_id)
        return MonitorFacts(**dict(rows[0])) if rows else None

    async def changed_monitors(self, since: datetime | None) -> list[MonitorFacts]:
        """Return what changed since an instant."""
        return [MonitorFacts(**dict(row)) for row in await self._connection.fetch(_SQL["changed_monitors"], since, None)]

    async def add_monitor(
        self, monitor_id: UUID, name: str, name_key: str, query: str, channel_id: UUID | None, to_work: bool, by: UUID
    ) -> bool:
        """Add a monitor."""
        added = await self._connection.fetchval(
            _SQL["add_monitor"], monitor_id, name, name_key, query, channel_id, to_work, by, self._now
        )
        return added is not None

    async def change_monitor(self, monitor_id: UUID, change: MonitorChange, name_key: str | None) -> bool:
        """Write what the change names."""
        if name_key is not None and await self._connection.fetchval(_SQL["by_key"], name_key) not in (None, monitor_id):
            return False
        named = [None if value is UNSET else value for value in (change.name, name_key, change.query)]
        moved = change.channel_id is not UNSET
        channel_id = change.channel_id if moved else None
        rest = [None if value is UNSET else value for value in (change.state, change.to_work)]
        await self._connection.execute(_SQL["change_monitor"], monitor_id, *named, moved, channel_id, *rest, self._now)
        return True

    # -- sources -----------------------------------------------------------------------------------------------------

    async def sources(self) -> list[SourceView]:
        """Return every source."""
        return [_source(row) for row in await self._connection.fetch(_SQL["sources"])]

    async def source(self, source_id: UUID) -> SourceFacts | None:
        """Return one source."""
        row = await self._connection.fetchrow(_SQL["source"], source_id)
        return SourceFacts(**dict(row)) if row else None

    async def working_sources(self) -> list[SourceFacts]:
        """Return those that are on."""
        return [SourceFacts(**dict(row)) for row in await self._connection.fetch(_SQL["working_sources"])]

    async def add_source(
        self, source_id: UUID, connector: str, channel_id: UUID | None, name: str, config: dict[str, Any]
    ) -> None:
        """Add a source; twice is once."""
        await self._connection.execute(_SQL["add_source"], source_id, connector, channel_id, name, config, self._now)

    async def set_source(self, source_id: UUID, state: str) -> bool:
        """Switch a source."""
        return await self._connection.fetchval(_SQL["set_source"], source_id, state) is not None

    async def drop_source(self, source_id: UUID) -> bool:
        """Take a source away."""
        return await self._connection.fetchval(_SQL["drop_source"], source_id) is not None

    async def heard(
        self, source_id: UUID, place: str | None, newest_at: datetime | None, posts: int, found: int, *, gap: bool
    ) -> None:
        """Write how far a source has come."""
        await self._connection.execute(_SQL["heard"], source_id, place or "", newest_at, self._now, posts, found, int(gap))

    async def lane_done(self, lane: int, stream: str, number: int) -> bool:
        """Move a lane on."""
        return await self._connection.fetchval(_SQL["lane_done"], lane, stream, number) is not None

    async def source_health(self, source_id: UUID, health: str) -> bool:
        """Write how a source stands."""
        return await self._connection.fetchval(_SQL["source_health"], source_id, health, self._now) is not None

    # -- what was found ----------------------------------------------------------------------------------------------

    async def said_here(self, message_ids: Sequence[UUID]) -> list[SaidHere]:
        """Return what customers wrote on our channels."""
        return [_said(row) for row in await self._connection.fetch(_SQL["said_here"], list(message_ids), self._now)]

    async def add_mentions(self, mentions: Sequence[NewMention]) -> list[tuple[UUID, UUID]]:
        """Write mentions and count what is new."""
        if not mentions:
            return []
        by_post = {(one.network, one.post.remote_id): one for one in mentions}
        columns = list(zip(*(_row(one) for one in by_post.values()), strict=True))
        await self._connection.execute(_SQL["add_mention"], *map(list, columns), self._now)
        networks, remote_ids = map(list, zip(*by_post, strict=True))
        known = await self._connection.fetch(_SQL["known"], networks, remote_ids)
        of = {row["id"]: by_post[row["network"], row["remote_id"]] for row in known}
        await PgTriage(self._connection, self._now).keep([
            Judged(item_id=one.id, mention_id=one.id, judgement=one.judgement) for mention_id, one in of.items()
            if one.judgement is not None and one.id == mention_id
        ])  # fmt: skip
        pairs = [
            (mention_id, monitor_id, " ".join(words)) for mention_id, one in of.items() for monitor_id, words in one.words.items()
        ]
        if not pairs:
            return []
        rows = await self._connection.fetch(_SQL["add_reasons"], *map(list, zip(*pairs, strict=True)))
        new = [(row["mention_id"], row["monitor_id"]) for row in rows]
        await self._count([(of[mention_id], monitor_id) for mention_id, monitor_id in new])
        return new

    async def _count(self, found: Sequence[tuple[NewMention, UUID]]) -> None:
        sums: defaultdict[tuple[UUID, datetime, str, str], list[int]] = defaultdict(lambda: [0, 0])
        for one, monitor_id in found:
            hour = one.post.said_at.replace(minute=0, second=0, microsecond=0)
            counted = sums[monitor_id, hour, one.network, one.post.language or ""]
            counted[0] += 1
            counted[1] += one.post.followers or 0
        if sums:
            rows = [(*key, *counted) for key, counted in sums.items()]
            await self._connection.execute(_SQL["tally"], *map(list, zip(*rows, strict=True)))

    async def mentions(
        self, classes: Classes, which: MentionFilter, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[FoundMention]:
        """Return mentions, the last said first."""
        at, last = after or (None, None)
        rows = await self._connection.fetch(
            _SQL["page"], at, last, list(which.states), which.network, which.language, which.root_id, which.monitor_id,
            _list(classes), limit, which.review,
        )  # fmt: skip
        return await self.mention_views([row["id"] for row in rows], classes)

    async def mention_views(self, ids: Sequence[UUID], classes: Classes) -> list[FoundMention]:
        """Return mentions by id, the last said first."""
        if not ids:
            return []
        return [_view(row) for row in await self._connection.fetch(_SQL["views"], list(ids), _list(classes))]

    async def mention(self, mention_id: UUID, *, lock: bool = False) -> MentionFacts | None:
        """Return one mention."""
        if lock and await self._connection.fetchval(_SQL["lock_mention"], mention_id) is None:
            return None
        row = await self._connection.fetchrow(_SQL["mention"], mention_id)
        return MentionFacts(**{**dict(row), "access_classes": row["access_classes"] or []}) if row else None

    async def asked(self, limit: int) -> list[UUID]:
        """Return what waits to be adopted."""
        return [row["id"] for row in await self._connection.fetch(_SQL["asked"], limit)]

    async def decide(
        self, mention_id: UUID, state: str, by: UUID | None, channel_id: UUID | None = None, remote_id: str | None = None
    ) -> None:
        """Say what became of a mention."""
        await self._connection.execute(_SQL["decide"], mention_id, state, by, channel_id, self._now, remote_id)

    async def said_in(self, message_id: UUID, interaction_id: UUID) -> None:
        """Let a message belong to a unit of work."""
        await self._connection.execute(_SQL["said_in"], message_id, interaction_id)

    async def forget_posts(self, network: str, remote_ids: Sequence[str]) -> int:
        """Drop what no longer stands."""
        return int(await self._connection.fetchval(_SQL["forget_posts"], network, list(remote_ids)))

    async def forget_messages(self, message_ids: Sequence[UUID]) -> int:
        """Drop mentions of messages that are erased."""
        return int(await self._connection.fetchval(_SQL["forget_messages"], list(message_ids)))

    async def forget_authors(self, authors: Sequence[tuple[str, str]]) -> int:
        """Drop what was found of people."""
        networks, ids = [network for network, _ in authors], [remote_id for _, remote_id in authors]
        return int(await self._connection.fetchval(_SQL["forget_authors"], networks, ids))

    async def expire(self, limit: int) -> int:
        """Drop what has outlived its time."""
        return int(await self._connection.fetchval(_SQL["expire"], self._now, limit))

    # -- figures -----------------------------------------------------------------------------------------------------

    async def hours(self, monitor_ids: Sequence[UUID], since: datetime) -> list[HourCount]:
        """Return how much was found."""
        rows = await self._connection.fetch(_SQL["hours"], list(monitor_ids), since)
        return [HourCount(**{**dict(row), "hour": instant(row["hour"])}) for row in rows]

    async def texts_since(self, monitor_id: UUID, since: datetime, limit: int) -> list[str]:
        """Return the newest texts."""
        return [row["text"] for row in await self._connection.fetch(_SQL["texts_since"], monitor_id, since, limit)]


def _list(classes: Classes) -> list[int] | None:
    return None if classes is None else list(classes)


def _row(one: NewMention) -> tuple[Any, ...]:
    post = one.post
    # What came by a channel has its text and its author there, and nowhere else.
    text, author = ("", "") if one.message_id is not None else (post.text, post.author)
    return (
        one.id, one.network, post.remote_id, one.source_id, one.message_id, post.author_id, author, text, post.url, post.language,
        post.root_id, post.parent_id, post.followers, post.said_at, one.expires_at, "asked" if one.asked else "new",
    )  # fmt: skip


def _said(row: Any) -> SaidHere:
    realm, root, parent = row["realm"], row["root_id"], row["parent_id"]
    text = f"{row['subject']}\n{row['text']}" if row["subject"] else row["text"]
    post = Heard(
        remote_id=f"{realm}{row['remote_id'] or row['message_id']}", author_id=f"{realm}{row['author_id']}",
        author=row["handle"].removeprefix("@"), said_at=row["said_at"], text=text, url=row["url"], language=row["language"],
        root_id=f"{realm}{root}" if root else None, parent_id=f"{realm}{parent}" if parent else None,
        traits=("is:message" if row["visibility"] == "private" else "is:comment" if row["parent_id"] else "is:post",),
    )  # fmt: skip
    return SaidHere(
        message_id=row["message_id"],
        network=row["network"],
        channel_id=row["channel_id"],
        post=post,
        visibility=row["visibility"],
        can_become_work=row["can_become_work"],
    )


def _source(row: Any) -> SourceView:
    facts = dict(row)
    newest, heard = facts.pop("newest_at"), facts.pop("heard_at")
    lag = max(0.0, (heard - newest).total_seconds()) if newest and heard else None
    return SourceView(
        **{**facts, "gap_at": maybe_instant(row["gap_at"])}, newest_at=maybe_instant(newest), heard_at=maybe_instant(heard),
        lag_s=lag,
    )  # fmt: skip


def _view(row: Any) -> FoundMention:
    facts = dict(row)
    words = [line.split(" ") if line else [] for line in facts.pop("words")]
    monitor_ids = facts.pop("monitor_ids")
    asked_for = {word for line in words for word in line}
    pieces = [Piece(text=text, hit=hit) for text, hit in hits(facts.pop("text"), asked_for)]
    reach = facts.pop("followers")
    return FoundMention(
        **{
            **facts, "said_at": instant(row["said_at"]), "heard_at": instant(row["heard_at"]),
            "expires_at": maybe_instant(row["expires_at"]),
        },
        text=pieces, reach=reach,
        reasons=[FoundBy(monitor_id=one, words=line) for one, line in zip(monitor_ids, words, strict=True)],
    )  # fmt: skip
