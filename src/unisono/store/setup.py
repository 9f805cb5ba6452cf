"""The store for channels, queues, skills, teams, brands, codes and settings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.contract.capabilities import Caps
from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.setup import (
    ChannelChange,
    ChannelPlace,
    CodeChange,
    NewChannel,
    NewQueue,
    QueueChange,
    WorkClassChange,
)
from unisono.service.setup_views import (
    ChannelHealthView,
    ChannelView,
    CodeView,
    GapView,
    Names,
    OutboxCounts,
    QueueLevelView,
    QueueSkillView,
    QueueStepView,
    QueueView,
    ScopeView,
    SkillView,
    WorkClassView,
)
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("setup")


class PgSetup:
    """Implements `service.ports.Setup`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def queues(self, ids: Iterable[UUID] | None, *, archived: bool = False) -> list[QueueView]:
        """Return queues: all, or those of `ids`."""
        rows = await self._connection.fetch(_SQL["queues"], None if ids is None else list(ids), archived)
        return [_queue(row) for row in rows]

    async def add_queue(self, queue: NewQueue) -> bool:
        """Add a queue behind the others."""
        added = await self._connection.fetchval(
            _SQL["add_queue"], queue.id, queue.key, queue.name, queue.team_id, queue.time_zone, queue.first_response_s,
            queue.offer_s, msgspec.to_builtins(queue.skills), queue.match_language,
            msgspec.to_builtins(queue.steps), queue.reserve_agents, queue.reserve_units, queue.reserve_auto,
            queue.reserve_share, queue.reserve_within_s, queue.mode, queue.silence_s, queue.wrap_up_s, queue.prefer_s,
        )  # fmt: skip
        return added is not None

    async def change_queue(self, queue_id: UUID, change: QueueChange) -> bool:
        """Write what the change names; False when the key is taken."""
        if change.key is not msgspec.UNSET and await self._connection.fetchval(_SQL["queue_key_taken"], change.key, queue_id):
            return False
        await self._update("queue", queue_id, change)
        return True

    async def set_members(self, queue_id: UUID, user_ids: Sequence[UUID]) -> set[UUID]:
        """Replace a queue's members; returns whose membership changed."""
        left = await self._connection.fetch(_SQL["leave_queue"], queue_id, list(user_ids))
        came = await self._connection.fetch(_SQL["join_queue"], queue_id, list(user_ids))
        changed = {row["user_id"] for row in (*left, *came)}
        if changed:
            await self._connection.execute(_SQL["bump_queue"], queue_id)
            await self._connection.execute(_SQL["bump_agents"], list(changed))
        return changed

    async def open_work_in(self, queue_id: UUID) -> bool:
        """Tell whether anything in it is not closed."""
        return bool(await self._connection.fetchval(_SQL["open_work_in"], queue_id))

    async def channels_into(self, queue_id: UUID) -> int:
        """Return how many channels put their work into it."""
        return int(await self._connection.fetchval(_SQL["channels_into"], queue_id))

    async def skills(self) -> list[SkillView]:
        """Return all skills."""
        return [SkillView(**dict(row)) for row in await self._connection.fetch(_SQL["skills"])]

    async def add_skill(self, skill: SkillView) -> bool:
        """Add a skill."""
        return await self._connection.fetchval(_SQL["add_skill"], skill.id, skill.key, skill.name) is not None

    async def rename_skill(self, skill_id: UUID, name: Names) -> bool:
        """Rename a skill; its key stays, rules and queues name it."""
        return await self._connection.fetchval(_SQL["rename_skill"], skill_id, name) is not None

    async def codes(self) -> list[CodeView]:
        """Return all wrap-up codes, archived ones too: old work names them."""
        return [CodeView(**dict(row)) for row in await self._connection.fetch(_SQL["codes"])]

    async def add_code(self, code: CodeView) -> bool:
        """Add a wrap-up code behind the others."""
        return await self._connection.fetchval(_SQL["add_code"], code.id, code.key, code.name) is not None

    async def change_code(self, code_id: UUID, change: CodeChange) -> bool:
        """Write what the change names; False when the key is taken."""
        if change.key is not msgspec.UNSET and await self._connection.fetchval(_SQL["code_key_taken"], change.key, code_id):
            return False
        await self._update("wrap_up_code", code_id, change, versioned=False)
        return True

    async def work_classes(self) -> list[WorkClassView]:
        """Return all classes of work."""
        return [WorkClassView(**dict(row)) for row in await self._connection.fetch(_SQL["work_classes"])]

    async def add_work_class(self, work_class: WorkClassView) -> bool:
        """Add a class of work."""
        added = await self._connection.fetchval(
            _SQL["add_work_class"], work_class.id, work_class.key, work_class.name, work_class.cost, work_class.handling_s,
            work_class.patience_s, work_class.decay_s, work_class.growth, work_class.cap, work_class.fades,
            work_class.deferrable, work_class.learns, work_class.parked_share, work_class.interrupts,
            work_class.parks_interrupted,
        )  # fmt: skip
        return added is not None

    async def change_work_class(self, class_id: UUID, change: WorkClassChange) -> bool:
        """Write what the change names; False when the key is taken."""
        taken = change.key is not msgspec.UNSET and await self._connection.fetchval(
            _SQL["work_class_key_taken"], change.key, class_id
        )
        if not taken:
            await self._update("work_class", class_id, change)
        return not taken

    async def teams(self) -> list[ScopeView]:
        """Return all teams."""
        return [ScopeView(**dict(row)) for row in await self._connection.fetch(_SQL["teams"])]

    async def add_team(self, team: ScopeView) -> bool:
        """Add a team."""
        return await self._connection.fetchval(_SQL["add_team"], team.id, team.key, team.name) is not None

    async def brands(self) -> list[ScopeView]:
        """Return all brands."""
        return [ScopeView(**dict(row)) for row in await self._connection.fetch(_SQL["brands"])]

    async def add_brand(self, brand: ScopeView) -> bool:
        """Add a brand."""
        return await self._connection.fetchval(_SQL["add_brand"], brand.id, brand.key, brand.name) is not None

    async def ensure_agent(self, user_id: UUID) -> bool:
        """Make a person an agent; returns whether they became one."""
        return await self._connection.fetchval(_SQL["ensure_agent"], user_id, self._now) is not None

    async def touch_agent(self, user_id: UUID) -> bool:
        """Raise the version of an agent's view; False for who is none."""
        return bool(await self._connection.fetch(_SQL["bump_agents"], [user_id]))

    async def change_agent(self, user_id: UUID, capacity: int | None, skills: Mapping[UUID, int] | None) -> None:
        """Set capacity (units) and skills (levels) of an agent; None leaves them."""
        if capacity is not None:
            await self._connection.execute(_SQL["set_capacity"], user_id, capacity)
        if skills is not None:
            await self._connection.execute(_SQL["clear_agent_skills"], user_id)
            await self._connection.execute(_SQL["add_agent_skills"], user_id, list(skills), list(skills.values()))
            await self._connection.execute(_SQL["bump_agents"], [user_id])

    async def agent_page(self, after: tuple[str, UUID] | None, limit: int) -> list[tuple[str, UUID]]:
        """Return (name key, id) of agents by name."""
        name_key, user_id = after or (None, None)
        return [tuple(row) for row in await self._connection.fetch(_SQL["agent_page"], name_key, user_id, limit)]

    async def channels(self, ids: Iterable[UUID] | None, *, archived: bool = False) -> list[ChannelView]:
        """Return channels: all, or those of `ids`."""
        rows = await self._connection.fetch(_SQL["channels"], None if ids is None else list(ids), archived)
        return [_channel(row) for row in rows]

    async def add_channel(self, channel: NewChannel) -> bool:
        """Add a channel."""
        added = await self._connection.fetchval(
            _SQL["add_channel"], channel.id, channel.connector, channel.network, channel.medium, channel.name,
            channel.queue_id, channel.brand_id, channel.config, msgspec.to_builtins(channel.skills), channel.units,
            channel.priority, self._now, channel.work_class_id,
        )  # fmt: skip
        return added is not None

    async def change_channel(self, channel_id: UUID, change: ChannelChange) -> None:
        """Write what the change names."""
        await self._update("channel", channel_id, change)

    async def same_account(self, network: str, realm: str, remote_id: str) -> list[UUID]:
        """Return channels in use on this account of a network."""
        return [row["id"] for row in await self._connection.fetch(_SQL["same_account"], network, realm, remote_id)]

    async def channel_counters(self, channel_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
        """Return the counters of the last seven days."""
        found: dict[UUID, dict[str, int]] = {}
        for row in await self._connection.fetch(_SQL["counters"], list(channel_ids), self._now.date()):
            found.setdefault(row["channel_id"], {})[row["name"]] = row["n"]
        return found

    async def channel_health(self, channel_id: UUID) -> ChannelHealthView | None:
        """Return a channel's condition."""
        row = await self._connection.fetchrow(_SQL["health"], channel_id, self._now)
        if row is None:
            return None
        gaps = await self._connection.fetch(_SQL["open_gaps"], channel_id, self._now)
        counts = dict(await self._connection.fetchrow(_SQL["outbox_counts"], channel_id) or {})
        counters = await self.channel_counters([channel_id])
        return ChannelHealthView(
            state=row["state"], state_what=row["state_what"], lag_s=row["lag_s"], quarantined=row["quarantined"],
            gaps=[
                GapView(
                    id=gap["id"], stream=gap["stream"], found_at=instant(gap["found_at"]), since=maybe_instant(gap["since"]),
                    filled=gap["filled"], resolved_at=maybe_instant(gap["resolved_at"]),
                )
                for gap in gaps
            ],
            counters=counters.get(channel_id, {}), outbox=OutboxCounts(**counts),
            last_ok_at=maybe_instant(row["last_ok_at"]), state_until=maybe_instant(row["state_until"]),
            last_item_at=maybe_instant(row["last_item_at"]), trouble=row["trouble"], trouble_at=maybe_instant(row["trouble_at"]),
        )  # fmt: skip

    async def places(self) -> list[ChannelPlace]:
        """Return every access class."""
        return [ChannelPlace(**dict(row)) for row in await self._connection.fetch(_SQL["places"])]

    async def settings(self) -> dict[str, Any]:
        """Return the changed settings."""
        return {row["name"]: row["value"] for row in await self._connection.fetch(_SQL["settings"])}

    async def put_setting(self, name: str, value: Any, changed_by: UUID) -> None:
        """Store a setting."""
        await self._connection.execute(_SQL["put_setting"], name, value, self._now, changed_by)

    async def alive(self) -> None:
        """Ask for a sign of life."""
        await self._connection.fetchval(_SQL["alive"])

    async def _update(
        self, table: str, row_id: UUID, change: QueueChange | CodeChange | ChannelChange | WorkClassChange, *,
        versioned: bool = True,
    ) -> None:  # fmt: skip
        named = {k: v for k, v in msgspec.structs.asdict(change).items() if v is not msgspec.UNSET}
        # Kept beside the queue; whoever changes them writes them there.
        named.pop("service_levels", None)
        if "archived" in named:
            named["archived_at"] = self._now if named.pop("archived") else None
        for name in {"skills", "steps"} & named.keys():
            named[name] = msgspec.to_builtins(named[name])
        if not named:
            return
        columns = [f'"{name}" = ${at}' for at, name in enumerate(named, start=2)]
        if versioned:
            columns.append("version = version + 1")
        # Table and names come from this module and the fields of the change, never from a request.
        await self._connection.execute(
            f"update {table} set {', '.join(columns)} where id = $1",
            row_id,
            *named.values(),
        )


def _queue(row: Any) -> QueueView:
    facts = dict(row)
    next_at = maybe_instant(facts.pop("hours_next_at"))
    return QueueView(
        **{
            **facts,
            "opens_at": None if facts["open_now"] else next_at,
            "closes_at": next_at if facts["open_now"] else None,
            "service_levels": msgspec.convert(facts["service_levels"], list[QueueLevelView]),
            "skills": msgspec.convert(facts["skills"], list[QueueSkillView]),
            "steps": msgspec.convert(facts["steps"], list[QueueStepView]),
        }
    )


def _channel(row: Any) -> ChannelView:
    facts = dict(row)
    return ChannelView(
        **{
            **facts,
            "skills": msgspec.convert(facts["skills"], list[QueueSkillView]),
            "caps": msgspec.convert(facts["caps"], Caps),
            "state_since": instant(facts["state_since"]),
            "last_ok_at": maybe_instant(facts["last_ok_at"]),
        }
    )
