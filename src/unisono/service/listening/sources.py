"""Sources: the public streams that are heard. One may belong to a channel, whose account then hears, or to nobody."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from unisono.contract.connector import Connector, ConnectorType
from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.channel_context import Outside, open_connector
from unisono.service.listening.stream_context import StreamContext
from unisono.service.listening.views import SourceView
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.listening import SourceFacts
from unisono.service.text import storable

STATES: Final = ("on", "paused")
MAX_NAME_CHARS: Final = 80
#: Under which setting of a source stands how it is heard: SEARCH asks the network for what monitors want; else all is heard.
WAY: Final = "way"
SEARCH: Final = "search"
#: What a source of its own may be told; the rest of a connector's settings is about an account.
ALONE: Final[Mapping[str, tuple[str, ...]]] = {
    "bluesky": ("jetstream_url",), "mastodon": ("base_url", "hashtag", WAY), "rss": ("url",), "sandbox": ("base_url", "face"),
}  # fmt: skip
#: A file or pipe that somebody plays: it is written by the command that reads it.
FEED: Final = "feed"


async def list_sources(db: Database) -> list[SourceView]:
    """Return all sources in the order in which they were added."""
    async with db.read() as tx:
        return await tx.listening.sources()


async def add_source(
    outside: Outside, access: Access, source_id: UUID, *, connector: str, name: str = "", channel_id: UUID | None = None,
    config: dict[str, Any] | None = None,
) -> SourceView:  # fmt: skip
    """Hear a public stream from now on. Without a channel, `config` says where it is (`ALONE`).

    Raises NotFound for a connector that is not installed; Invalid for one that hears no public stream, or that needs an account.
    """
    access.require("monitor.manage")
    manifest = outside.registry.manifest(connector)
    if not hears(outside.registry.code(connector)):
        raise Invalid(f"{manifest.name} has no public stream that Unisono can hear.", code="no_stream", field="connector")
    config = {key: str(value).strip() for key, value in (config or {}).items() if str(value).strip()}
    if channel_id is None:
        if connector not in ALONE:
            raise Invalid(
                f"{manifest.name} is heard through an account: choose the channel.", code="needs_channel", field="channel_id"
            )
        if unknown := set(config) - set(ALONE[connector]):
            raise Invalid(f"Unknown: {', '.join(sorted(unknown))}.", code="unknown_setting", field="config")
        check_addresses(config)
    if (way := config.get(WAY)) is not None and (way != SEARCH or not asks_or_hears(outside.registry.code(connector))):
        raise Invalid(f"{manifest.name} cannot be heard in the way {way!r}.", code="not_one_of", field=f"config.{WAY}")
    clean = " ".join(storable(name).split())[:MAX_NAME_CHARS] or manifest.name
    async with outside.db.write() as tx:
        if channel_id is not None:
            channel = await tx.channels.facts(channel_id)
            if channel is None or channel.connector != connector:
                raise Invalid(f"This is no channel of {manifest.name}.", code="no_channel", field="channel_id")
        same = [
            one for one in await tx.listening.sources()
            if one.id != source_id and (one.connector, one.channel_id, one.config) == (connector, channel_id, config)
        ]  # fmt: skip
        if same:
            raise Conflict(f"This is heard already, as {same[0].name}.", code="heard_already")
        await tx.listening.add_source(source_id, connector, channel_id, clean, config)
        await _told(tx, access, "source.added", source_id)
        return await _view(tx, source_id)


async def switch_source(db: Database, access: Access, source_id: UUID, state: str) -> SourceView:
    """Pause a source, or let it go on from where it was. Raises NotFound, Invalid."""
    access.require("monitor.manage")
    if state not in STATES:
        raise Invalid(f"{state!r} is none of {', '.join(STATES)}.", code="not_one_of", field="state")
    async with db.write() as tx:
        if not await tx.listening.set_source(source_id, state):
            raise NotFound("This source does not exist.")
        await _told(tx, access, "source.changed", source_id)
        return await _view(tx, source_id)


async def remove_source(db: Database, access: Access, source_id: UUID) -> None:
    """Hear a stream no longer; what was found stays. Raises NotFound."""
    access.require("monitor.manage")
    async with db.write() as tx:
        if not await tx.listening.drop_source(source_id):
            raise NotFound("This source does not exist.")
        await _told(tx, access, "source.removed", source_id)


def hears(code: ConnectorType) -> bool:
    """Tell whether a connector hears a public stream, or lets its network look for what monitors want."""
    return any(callable(getattr(code, power, None)) for power in ("overhear", "seek"))


def asks_or_hears(code: ConnectorType) -> bool:
    """Tell whether a source of a connector can be had in both ways: as the whole stream, or as what the network finds."""
    return all(callable(getattr(code, power, None)) for power in ("overhear", "seek"))


def check_addresses(config: Mapping[str, str]) -> None:
    """Raise Invalid for an address that is none."""
    for name, value in config.items():
        if (name == "url" or name.endswith("_url")) and not value.startswith(("https://", "http://", "wss://", "ws://")):
            raise Invalid("The address must begin with https:// or wss://.", code="bad_source_address", field=f"config.{name}")


def open_source(outside: Outside, source: SourceFacts, channel: ChannelFacts | None) -> Connector:
    """Return the connector that hears for a source: its channel's own, or one without an account."""
    if channel is not None:
        return open_connector(outside, channel)
    return outside.registry.code(source.connector)(StreamContext(outside, source))


async def _view(tx: Tx, source_id: UUID) -> SourceView:
    return next(one for one in await tx.listening.sources() if one.id == source_id)


async def _told(tx: Tx, access: Access, action: str, source_id: UUID) -> None:
    await tx.privacy.audit(access.user_id, action, "source", str(source_id), {})
    tx.emit(NewEvent(type="source.changed", actor_id=access.user_id, body={"source_id": source_id}))
