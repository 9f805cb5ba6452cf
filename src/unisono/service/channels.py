"""Channels: check with the network, then save; change, pause, archive."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct

from unisono.contract.health import Health
from unisono.contract.manifest import Manifest
from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.words import ChannelState
from unisono.service.access import Access
from unisono.service.budgets import MemoryMeters
from unisono.service.calls.driver_name import check_driver_name
from unisono.service.channel_config import check_config
from unisono.service.channel_context import ChannelContext, Outside, health_of
from unisono.service.other_host import check_typed_again, leads_elsewhere
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.setup import ChannelChange, NewChannel
from unisono.service.queues import between, check_skills
from unisono.service.secrets import CHANNEL, ChannelVault, DraftSecrets, put_secret
from unisono.service.settings import read_settings, usual_units
from unisono.service.setup_views import ChannelView, QueueSkillView
from unisono.service.tokens import GRANT
from unisono.service.users import checked_name
from unisono.service.withdraw import withdraw, withdrawal_of

CHANNELS_BELL: Final = "channels"
#: Why answers wait for somebody to authorise the channel anew (`outbox.error_code`).
REAUTH: Final = "reauth_needed"
_TOKENS: Final = frozenset({"access_token", "refresh_token"})


class Draft(Struct, frozen=True, kw_only=True):
    """A channel's settings as somebody typed them. Secrets that are not typed stay as they are stored."""

    connector: str
    config: dict[str, Any]
    secrets: dict[str, str]
    channel_id: UUID | None = None


class CheckFailed(Invalid):
    """The network does not work with these settings; nothing was saved. `health` says what it told."""

    def __init__(self, health: Health) -> None:
        super().__init__(health.what or health.state.value, code="check_failed", field=health.field, state=health.state.value)
        self.health = health
        self.texts = health.texts


class Checked(Struct, frozen=True, kw_only=True):
    """What a check brought: the network's word, and secrets that it renewed on the way."""

    health: Health
    secrets: dict[str, str]


class _Forgetful:
    """The connector's memory during a check: kept in the process, gone with it."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        return self._held.get(key)

    async def put(self, key: str, value: bytes, *, ttl_s: int | None = None) -> None:  # noqa: ARG002 - a check is short
        self._held[key] = value

    async def delete(self, key: str) -> None:
        self._held.pop(key, None)


async def check_channel(
    outside: Outside, draft: Draft, *, new_id: UUID | None = None, grant: Mapping[str, str] | None = None
) -> Checked:
    """Look at the network with these settings and save nothing. `new_id`: what a channel that is not there yet will be called.

    grant: what an authorisation just gave, as the secret that it will be.

    Raises Invalid when the settings do not fit the connector's schema, or lead to another host and a stored secret was not typed
    again; NotFound for a connector or channel that is not
    there. What the network answers, also that it does not answer, is the result.
    """
    manifest = outside.registry.manifest(draft.connector)
    before = await _existing(outside, draft.channel_id)
    if before is not None and before.connector != draft.connector:
        raise Invalid("A channel keeps its connector; add a new channel instead.", code="other_connector", field="connector")
    stored = await _stored_names(outside, draft.channel_id)
    config = check_config(manifest, draft.config, draft.secrets, stored)
    elsewhere = leads_elsewhere(manifest, before.config, config) if before is not None else None
    if elsewhere is not None:
        check_typed_again(set(stored) & manifest.secret_fields, draft.secrets, elsewhere)
    # Whoever types a token means that one, not what was authorised in the browser before; nor is that for another host.
    given = grant or ({GRANT: ""} if _TOKENS & set(draft.secrets) or (elsewhere and GRANT in stored) else {})
    secrets = DraftSecrets({**draft.secrets, **given}, outside.secrets if isinstance(outside.secrets, ChannelVault) else None)
    meters = outside.meters if before is not None else MemoryMeters()  # what is not there yet has no row to count in
    look = msgspec.structs.replace(outside, secrets=secrets, meters=meters)
    context = ChannelContext(look, _facts(manifest, draft, config, before, new_id))
    context.memory = _Forgetful()  # type: ignore[assignment]
    health = await health_of(outside.registry.code(draft.connector)(context))
    return Checked(health=health, secrets=secrets.values)


async def add_channel(
    outside: Outside, access: Access, channel_id: UUID, draft: Draft, *, name: str, queue_id: UUID,
    brand_id: UUID | None = None, skills: Sequence[QueueSkillView] = (), units: int | None = None, priority: int = 0,
    work_class_id: UUID | None = None, save_anyway: bool = False,
) -> UUID:  # fmt: skip
    """Check and add a channel. Raises CheckFailed, unless `save_anyway`; Invalid; Conflict for a double.

    Without a class of work, its work weighs like the class that is named as its medium; without units, it takes what the house
    has set for that medium.
    """
    manifest = outside.registry.manifest(draft.connector)
    checked = await check_channel(outside, draft, new_id=channel_id)
    if checked.health.state is not ChannelState.OK and not save_anyway:
        raise CheckFailed(checked.health)
    config = check_config(manifest, draft.config, draft.secrets, ())
    async with outside.db.write() as tx:
        if units is None:
            units = usual_units(await read_settings(tx), manifest.medium)
        channel = NewChannel(
            id=channel_id, connector=manifest.id, network=manifest.network, medium=manifest.medium, name=checked_name(name),
            queue_id=queue_id, config=config, brand_id=brand_id, skills=skills, units=units, priority=priority,
            work_class_id=work_class_id,
        )  # fmt: skip
        await _check_place(tx, ChannelChange(
            queue_id=queue_id, brand_id=brand_id, skills=skills, units=units, priority=priority, work_class_id=work_class_id,
        ))  # fmt: skip
        if work_class_id is None:
            usual = {known.key: known.id for known in await tx.setup.work_classes()}
            channel = msgspec.structs.replace(channel, work_class_id=usual.get(manifest.medium))
        await check_double(tx, checked.health, manifest, None)
        await check_driver_name(tx, manifest, config, None)
        if not await tx.setup.add_channel(channel):
            raise Conflict("This channel was added already.", code="added")
        for secret, value in checked.secrets.items():
            await put_secret(tx, outside.cipher, CHANNEL, channel_id, secret, value)
        await tx.channels.record_health(channel_id, checked.health)
        await tx.channels.access_class(channel_id, queue_id)
        await tell_channel(tx, access, channel_id, "channel.added", queue_id)
    await outside.bell.ring(CHANNELS_BELL)
    return channel_id


async def change_channel(
    outside: Outside, access: Access, channel_id: UUID, change: ChannelChange, *, config: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None, save_anyway: bool = False,
) -> None:  # fmt: skip
    """Change what is named; new settings or secrets are checked with the network first.

    `config` replaces the settings whole. Raises NotFound, CheckFailed, Invalid, Conflict.
    """
    before = await _existing(outside, channel_id)
    if before is None:
        raise NotFound("This channel does not exist.")
    manifest = outside.registry.manifest(before.connector)
    draft = Draft(
        connector=before.connector, config=dict(before.config if config is None else config), secrets=dict(secrets or {}),
        channel_id=channel_id,
    )  # fmt: skip
    checked: Checked | None = None
    if config is not None or secrets:
        checked = await check_channel(outside, draft)
        if checked.health.state is not ChannelState.OK and not save_anyway:
            raise CheckFailed(checked.health)
        stored = await _stored_names(outside, channel_id)
        change = msgspec.structs.replace(change, config=check_config(manifest, draft.config, draft.secrets, stored))
    if change.name is not UNSET:
        change = msgspec.structs.replace(change, name=checked_name(change.name))
    async with outside.db.write() as tx:
        await _check_place(tx, change)
        if checked is not None:
            await check_double(tx, checked.health, manifest, channel_id)
            await check_driver_name(tx, manifest, draft.config, channel_id)
            for secret, value in checked.secrets.items():
                await put_secret(tx, outside.cipher, CHANNEL, channel_id, secret, value)
        await tx.setup.change_channel(channel_id, change)
        if change.work_class_id is not UNSET:
            await tx.levels.raise_epoch()
            body = {"work_class_id": change.work_class_id, "channel_id": channel_id}
            tx.emit(NewEvent(type="work_class.changed", actor_id=access.user_id, body=body))
        if checked is not None:
            await tx.channels.record_health(channel_id, checked.health)
            if checked.health.state is ChannelState.OK:
                await tx.outbox.resume_lane(channel_id, REAUTH)
        queue_id = change.queue_id if isinstance(change.queue_id, UUID) else before.queue_id
        await tx.channels.access_class(channel_id, queue_id)
        await tell_channel(tx, access, channel_id, "channel.changed", queue_id)
    await outside.bell.ring(CHANNELS_BELL)


async def pause_channel(outside: Outside, access: Access, channel_id: UUID, *, paused: bool) -> None:
    """Stop taking in and sending, or go on; what the network holds meanwhile is pulled later. Raises NotFound."""
    await _switch(outside, access, channel_id, ChannelChange(paused=paused), "channel.paused" if paused else "channel.resumed")


async def archive_channel(outside: Outside, access: Access, channel_id: UUID) -> None:
    """Take a channel out of use for good: its conversations stay to be read, its secrets are erased. Raises NotFound.

    What was authorised in the browser is given back to the network; whether it took it stands in the audit. That it does not
    answer keeps no channel.
    """
    before = await _existing(outside, channel_id)
    assert before is not None
    known = outside.registry.manifests().get(before.connector)
    what = await withdrawal_of(outside, known, channel_id, before.config) if known is not None else None
    await _switch(outside, access, channel_id, ChannelChange(archived=True), "channel.archived")
    if known is not None and what is not None:
        taken = await withdraw(outside, known, before.config, what)
        async with outside.db.write() as tx:
            await tx.privacy.audit(access.user_id, "channel.withdrawn", "channel", str(channel_id), {"taken": taken})


async def _switch(outside: Outside, access: Access, channel_id: UUID, change: ChannelChange, action: str) -> None:
    async with outside.db.write() as tx:
        found = await tx.setup.channels([channel_id])
        if not found or found[0].archived:
            raise NotFound("This channel does not exist.")
        await tx.setup.change_channel(channel_id, change)
        if change.archived is True:
            await tx.secrets.remove(CHANNEL, channel_id)
        await tell_channel(tx, access, channel_id, action, found[0].queue_id)
    await outside.bell.ring(CHANNELS_BELL)


async def tell_channel(tx: Tx, access: Access, channel_id: UUID, action: str, queue_id: UUID) -> None:
    """Write what was done to a channel into the audit, and tell the desks."""
    access_class = await tx.channels.access_class(channel_id, queue_id)
    await tx.privacy.audit(access.user_id, action, "channel", str(channel_id), {})
    tx.emit(
        NewEvent(
            type="channel.changed", actor_id=access.user_id, channel_id=channel_id, access_class=access_class, queue_id=queue_id
        )
    )


async def _existing(outside: Outside, channel_id: UUID | None) -> ChannelView | None:
    if channel_id is None:
        return None
    async with outside.db.read() as tx:
        found = await tx.setup.channels([channel_id])
    if not found or found[0].archived:
        raise NotFound("This channel does not exist.")
    return found[0]


async def _stored_names(outside: Outside, channel_id: UUID | None) -> list[str]:
    if channel_id is None:
        return []
    async with outside.db.read() as tx:
        return await tx.secrets.names(CHANNEL, channel_id)


def _facts(
    manifest: Manifest, draft: Draft, config: dict[str, Any], before: ChannelView | None, new_id: UUID | None
) -> ChannelFacts:
    """A channel that is not there yet, as its connector needs it for a check."""
    nowhere = UUID(int=0)
    return ChannelFacts(
        id=draft.channel_id or new_id or nowhere, connector=manifest.id, network=manifest.network, medium=manifest.medium,
        name=before.name if before else manifest.name, config=config, queue_id=before.queue_id if before else nowhere,
        access_class=0, units=0, priority=0, state=ChannelState.OK.value, paused=False, first_response_s=3_600,
        match_language=False, version=0, handle=before.handle if before else "",
    )  # fmt: skip


async def _check_place(tx: Tx, change: ChannelChange) -> None:
    if isinstance(change.queue_id, UUID):
        queues = await tx.setup.queues([change.queue_id])
        if not queues or queues[0].archived:
            raise Invalid("This queue does not exist or is archived.", code="no_queue", field="queue_id")
    if isinstance(change.brand_id, UUID) and change.brand_id not in {brand.id for brand in await tx.setup.brands()}:
        raise Invalid("This brand does not exist.", code="bad_scope", field="brand_id")
    if change.skills is not UNSET:
        await check_skills(tx, change.skills)
    if isinstance(change.work_class_id, UUID) and change.work_class_id not in {c.id for c in await tx.setup.work_classes()}:
        raise Invalid("This class of work does not exist.", code="no_work_class", field="work_class_id")
    between(change.units, 0, 6_000, "units")
    between(change.priority, -100, 100, "priority")


async def check_double(tx: Tx, health: Health, manifest: Manifest, channel_id: UUID | None) -> None:
    """Two channels on one account would take in everything twice."""
    if not health.remote_id:
        return
    for other in await tx.setup.same_account(manifest.network, health.realm, health.remote_id):
        if other != channel_id:
            raise Conflict("This account is connected already, as another channel. Nothing was saved.", code="same_account")
