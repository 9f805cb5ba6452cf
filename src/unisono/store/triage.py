"""The store for triage: scores, labels, learnings and versions of heads."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from unisono.service.ports.triage import Classes, HeadFacts, Item, Judged, Judgement, Label, Lesson, NewHead, RunFacts
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("triage")


class PgTriage:
    """Implements `service.ports.Triage`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    # -- scores ------------------------------------------------------------------------------------------------------

    async def keep(self, judged: Sequence[Judged]) -> None:
        """Write what items were judged to be."""
        if not judged:
            return
        rows = [
            (
                one.item_id, one.mention_id, one.judgement.language or "", one.judgement.said, " ".join(one.judgement.trained),
                " ".join(one.judgement.alarms), one.judgement.demoted, one.judgement.sampled,
            )
            for one in {one.item_id: one for one in judged}.values()
        ]  # fmt: skip
        await self._connection.execute(_SQL["keep"], *map(list, zip(*rows, strict=True)), self._now)

    async def scores(self, item_ids: Sequence[UUID]) -> dict[UUID, Judgement]:
        """Return what items were judged to be."""
        rows = await self._connection.fetch(_SQL["scores"], list(item_ids)) if item_ids else []
        return {row["item_id"]: Judgement(**{key: row[key] for key in Judgement.__struct_fields__}) for row in rows}

    async def restore(self, item_id: UUID) -> bool:
        """Take an item off the review list."""
        return await self._connection.fetchval(_SQL["restore"], item_id) is not None

    async def forget(self, message_ids: Sequence[UUID]) -> None:
        """Drop what was judged and said of messages."""
        await self._connection.execute(_SQL["forget_scores"], list(message_ids))
        await self._connection.execute(_SQL["forget_labels"], list(message_ids))

    # -- texts -------------------------------------------------------------------------------------------------------

    async def items(self, item_ids: Sequence[UUID]) -> list[Item]:
        """Return customers' texts in the order of the ids."""
        if not item_ids:
            return []
        rows = await self._connection.fetch(_SQL["items"], list(item_ids))
        found = {row["item_id"]: Item(**{**dict(row), "access_classes": row["access_classes"] or []}) for row in rows}
        return [found[one] for one in item_ids if one in found]

    async def items_of_conversation(self, conversation_id: UUID, limit: int) -> list[UUID]:
        """Return the newest texts of a conversation's customer."""
        return [row["id"] for row in await self._connection.fetch(_SQL["items_of_conversation"], conversation_id, limit)]

    async def items_of_mentions(self, mention_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """Return the item that each mention is."""
        rows = await self._connection.fetch(_SQL["items_of_mentions"], list(mention_ids)) if mention_ids else []
        return {row["id"]: row["item_id"] for row in rows}

    async def unlabelled(self, head: str, language: str, classes: Classes, limit: int) -> list[UUID]:
        """Return the newest texts without a label."""
        seen = None if classes is None else list(classes)
        return [row["item_id"] for row in await self._connection.fetch(_SQL["unlabelled"], head, language, seen, limit)]

    # -- labels ------------------------------------------------------------------------------------------------------

    async def put_label(
        self, item_id: UUID, mention_id: UUID | None, head: str, label: str, source: str, by: UUID | None
    ) -> None:
        """Write what somebody said."""
        await self._connection.execute(_SQL["put_label"], item_id, mention_id, head, label, source, by, self._now)

    async def drop_label(self, item_id: UUID, head: str, sources: Sequence[str]) -> bool:
        """Take back what somebody said."""
        return await self._connection.fetchval(_SQL["drop_label"], item_id, head, list(sources)) is not None

    async def label_work(self, interaction_id: UUID, head: str, label: str, by: UUID | None) -> None:
        """Label the first text of a unit of work."""
        await self._connection.execute(_SQL["label_work"], interaction_id, head, label, by, self._now)

    async def was_answered(self, interaction_id: UUID) -> bool:
        """Tell whether somebody of the house answered."""
        return bool(await self._connection.fetchval(_SQL["was_answered"], interaction_id))

    async def labels(self, item_ids: Sequence[UUID]) -> list[Label]:
        """Return what was said of items."""
        return [Label(**dict(row)) for row in await self._connection.fetch(_SQL["labels"], list(item_ids))]

    async def label_counts(self) -> list[tuple[str, str, str, int]]:
        """Return how many labels there are."""
        return [tuple(row) for row in await self._connection.fetch(_SQL["label_counts"])]

    async def lessons(self, head: str, languages: Sequence[str], limit: int) -> list[Lesson]:
        """Return labelled texts."""
        return [Lesson(**dict(row)) for row in await self._connection.fetch(_SQL["lessons"], head, list(languages), limit)]

    async def tones(self, monitor_ids: Sequence[UUID], since: datetime, zone: str) -> list[tuple[UUID, str, str, int]]:
        """Return how posts sound, by monitor and day."""
        return [tuple(row) for row in await self._connection.fetch(_SQL["tones"], list(monitor_ids), since, zone)]

    async def newest_label(self) -> datetime | None:
        """Return when somebody last said something."""
        found: datetime | None = await self._connection.fetchval(_SQL["newest_label"])
        return found

    async def review_count(self, classes: Classes) -> int:
        """Return how many mentions stand on the review list."""
        seen = None if classes is None else list(classes)
        return int(await self._connection.fetchval(_SQL["review_count"], seen))

    # -- heads -------------------------------------------------------------------------------------------------------

    async def heads(self) -> list[HeadFacts]:
        """Return every version."""
        return [HeadFacts(**dict(row)) for row in await self._connection.fetch(_SQL["heads"])]

    async def live(self) -> list[UUID]:
        """Return the versions in use."""
        return [row["id"] for row in await self._connection.fetch(_SQL["live"])]

    async def weights(self, head_id: UUID) -> bytes | None:
        """Return a version's deflated weights."""
        found: bytes | None = await self._connection.fetchval(_SQL["weights"], head_id)
        return found

    async def add_head(self, head: NewHead) -> int:
        """Write a version."""
        await self._connection.execute(_SQL["lock_runs"])
        number = int(await self._connection.fetchval(_SQL["next_number"], head.name, head.language))
        if head.state == "live":
            await self._connection.execute(_SQL["step_down"], head.name, head.language)
        await self._connection.execute(
            _SQL["add_head"], head.id, head.name, head.language, number, head.state, head.labels, head.weights, head.bias,
            head.strength, head.own, head.f1, head.accuracy, head.texts, head.live_f1, head.commonest_f1, head.threshold,
            head.gate_counted, head.gate_lost, head.gate_demoted, self._now,
        )  # fmt: skip
        await self._connection.execute(_SQL["let_go"], head.name, head.language)
        await self._connection.execute(_SQL["let_go_figures"], head.name, head.language, number)
        return number

    async def use(self, head_id: UUID) -> bool:
        """Put a kept version in place."""
        await self._connection.execute(_SQL["lock_runs"])
        row = await self._connection.fetchrow(_SQL["usable"], head_id)
        if row is None:
            return False
        await self._connection.execute(_SQL["step_down"], row["name"], row["language"])
        await self._connection.execute(_SQL["promote"], head_id, self._now)
        return True

    # -- learnings ---------------------------------------------------------------------------------------------------

    async def ask_run(self, run_id: UUID, by: UUID | None) -> bool:
        """Ask for a learning."""
        await self._connection.execute(_SQL["lock_runs"])
        return await self._connection.fetchval(_SQL["ask_run"], run_id, by, self._now) is not None

    async def next_run(self) -> RunFacts | None:
        """Begin the learning that waits."""
        row = await self._connection.fetchrow(_SQL["next_run"], self._now)
        return RunFacts(**dict(row)) if row else None

    async def end_run(self, run_id: UUID, outcome: str) -> None:
        """Say that a learning is over."""
        await self._connection.execute(_SQL["end_run"], run_id, self._now, outcome)

    async def runs(self, limit: int) -> list[RunFacts]:
        """Return learnings, the newest first."""
        return [RunFacts(**dict(row)) for row in await self._connection.fetch(_SQL["runs"], limit)]
