"""The house on which cases are played: its store, its web server and its sender are the real ones.

Only time can be put forward, waits for HTTP are shorter, and the process can be made to die at a transaction.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.contract import Manifest
from unisono.contract.connector import ConnectorType
from unisono.domain.ids import new_id
from unisono.egress.client import EgressClient, EgressFactory
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.channel_context import Outside
from unisono.service.house import House
from unisono.service.ports.outside import Registry
from unisono.service.ports.setup import NewQueue
from unisono.service.queues import add_queue
from unisono.service.secrets import ChannelVault
from unisono.service.setup_views import GrantView
from unisono.service.users import add_user
from unisono.testing.clock import MovableClock
from unisono.testing.conformance.trap import Trap
from unisono.web.app import build_app
from unisono.web.server import WebServer

Sql = Callable[..., Awaitable[list[Any]]]
_SHORT = 0.1


class Patience:
    """Implements `service.ports.outside.HttpFor`: waits are a tenth of what they are in a house, unless `patient`."""

    def __init__(self, short: EgressFactory, whole: EgressFactory) -> None:
        self._short = short
        self._whole = whole
        self.patient = False

    def __call__(self, manifest: Manifest, config: Mapping[str, object]) -> EgressClient:
        """Return the client of a channel."""
        return (self._whole if self.patient else self._short)(manifest, config)


class Stage(Struct, frozen=True, kw_only=True):
    """What cases share: a house that is served, with one queue and one agent in it.

    sql looks at the tables. database_ports: where the store is, if it is reached over the network.
    """

    house: House
    outside: Outside
    trap: Trap
    http: Patience
    clock: MovableClock
    base_url: str
    queue_id: UUID
    access: Access
    sql: Sql
    database_ports: frozenset[int]


class Overlay:
    """Implements `service.ports.outside.Registry`: some connectors' code is replaced, their manifests stay."""

    def __init__(self, registry: Registry, replaced: Mapping[str, ConnectorType]) -> None:
        self._registry = registry
        self.replaced = dict(replaced)

    def manifests(self) -> Mapping[str, Manifest]:
        """Return all manifests."""
        return self._registry.manifests()

    def manifest(self, connector: str) -> Manifest:
        """Return one manifest."""
        return self._registry.manifest(connector)

    def code(self, connector: str) -> ConnectorType:
        """Return what builds the connector."""
        return self.replaced.get(connector) or self._registry.code(connector)


@asynccontextmanager
async def open_stage(
    house: House,
    clock: MovableClock,
    sql: Sql,
    *,
    replaced: Mapping[str, ConnectorType] | None = None,
    database_ports: frozenset[int] = frozenset(),
) -> AsyncIterator[Stage]:
    """Serve a house for cases while the block runs. `clock` must be the one that the house was built with.

    replaced: other code for some connectors, to see whether the cases notice a fault.
    """
    async with (
        EgressFactory(allow_private=True, patience=_SHORT) as short,
        EgressFactory(allow_private=True) as whole,
    ):
        http = Patience(short, whole)
        trap = Trap(house.outside.db)
        outside = msgspec.structs.replace(
            house.outside, db=trap, http_for=http, secrets=ChannelVault(trap, house.outside.cipher, clock),
            registry=Overlay(house.outside.registry, replaced or {}),
        )  # fmt: skip
        served = msgspec.structs.replace(house, outside=outside)
        app, stop_streams = build_app(served)
        server = WebServer(app, "127.0.0.1", 0, on_stop=stop_streams)
        await server.start()
        try:
            queue_id, access = await _furnish(outside)
            yield Stage(
                house=served, outside=outside, trap=trap, http=http, clock=clock, base_url=f"http://127.0.0.1:{server.port}",
                queue_id=queue_id, access=access, sql=sql,
                database_ports=database_ports,
            )  # fmt: skip
        finally:
            await server.stop()


async def _furnish(outside: Outside) -> tuple[UUID, Access]:
    """Add a queue and an agent; a house may be used for several stages."""
    mark = secrets.token_hex(4)
    everything = Access(user_id=UUID(int=0), actions=frozenset(ACTIONS), classes=dict.fromkeys(ACTIONS))
    user_id = await add_user(
        outside.db, everything, new_id(), login=f"conformance-{mark}", name="Conformance",
        grants=[GrantView(role="agent", scope_kind="organisation")],
    )  # fmt: skip
    queue = NewQueue(id=new_id(), key=f"conformance-{mark}", name={"de": "Prüfung", "en": "Conformance"})
    queue_id = await add_queue(outside.db, everything, queue, [user_id])
    return queue_id, msgspec.structs.replace(everything, user_id=user_id)
