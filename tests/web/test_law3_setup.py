"""Law 3 for the set-up: what a desk held, plus the frames since, equals what it would read now; for every verb.

The verbs are found by looking into the modules: one without a case here fails.
"""

import asyncio
import importlib
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, serve
from tests.web.network import Networks
from tests.web.stream import listening
from unisono.contract import Health
from unisono.domain.words import ChannelState
from unisono.egress.client import EgressFactory
from unisono.service.access import Access
from unisono.service.adapt_reserves import adapt_reserves
from unisono.service.authorise import begin_authorisation, finish_authorisation
from unisono.service.desk_state import DeskState, apply_frame, apply_views
from unisono.service.first_run import first_administrator
from unisono.service.hours import turn_queues
from unisono.service.intake import record_health
from unisono.service.ports.setup import QueueChange
from unisono.testing.mailhouse.identity import CLIENT_ID, CLIENT_SECRET, IdentityProvider

pytestmark = pytest.mark.law3

MODULES = (
    "users",
    "queues",
    "channels",
    "authorise",
    "catalogue",
    "leave",
    "adapt_reserves",
    "learn",
    "reckon",
    "calendars",
    "service_levels",
    "queue_levels",
    "hours",
)
NO_VIEW = {
    "users.add_user": "people are read with the page that lists them",
    "users.insert_user": "the body of add_user and of the first run",
    "users.give_grants": "the body of set_grants and of service accounts",
    "users.set_password": "changes nothing that anybody sees",
    "queues.check_skills": "checks only",
    "channels.check_channel": "saves nothing",
    "channels.check_double": "checks only",
    "channels.tell_channel": "the audit and the event of the channel's verbs",
    "authorise.begin_authorisation": "gives an address, saves nothing",
    "catalogue.add_skill": "skills are read with the desk's start",
    "catalogue.rename_skill": "skills are read with the desk's start",
    "catalogue.add_code": "codes are read with the desk's start",
    "catalogue.change_code": "codes are read with the desk's start",
    "catalogue.add_team": "teams are read with the page that lists them",
    "catalogue.add_brand": "brands are read with the page that lists them",
    "learn.fold_all": "sums are read with the page that shows estimates",
    "learn.fold": "the body of fold_all",
    "learn.forget_old": "drops what weighs nothing",
    "reckon.reckon": "estimates are read with the page that shows them",
    "reckon.demands": "reads settings",
    "calendars.add_calendar": "calendars are read with the page that lists them",
    "calendars.take_over_holidays": "change_calendar, with what a file says",
    "service_levels.add_service_level": "service levels are read with the page that lists them",
    "service_levels.count_by_calendar": "the body of change_calendar",
    "queue_levels.choose_levels": "the body of change_queue and add_queue",
    "hours.set_hours": "the body of the verbs that change what a queue's hours follow from",
    "leave.leave_work": "the body of change_user and set_grants",
}
Case = Callable[["Stage"], Awaitable[Any]]
NAME = {"de": "Zeiten", "en": "Hours"}
ALWAYS = [
    {"day": day, "opens": "00:00", "closes": "24:00"}
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
]
SHUT = {"begins_at": "2020-01-01T00:00:00Z", "ends_at": "2100-01-01T00:00:00Z"}


class Stage:
    """A house with a queue, a channel and an agent."""

    def __init__(
        self, served: Served, root: Browser, queue: dict[str, Any], channel: dict[str, Any], anna: str, vera: str
    ) -> None:
        self.served = served
        self.root = root
        self.queue = queue
        self.channel = channel
        self.anna = anna
        self.vera = vera

    async def did(self, method: str, path: str, body: Any = None) -> Any:
        return await self.root.did(method, path, body)


async def _authorise(stage: Stage) -> None:
    """Connect an account that has to be authorised, and do it."""
    outside = stage.served.house.outside
    with IdentityProvider() as provider:
        async with EgressFactory(allow_private=True) as http_for:
            outside = msgspec.structs.replace(outside, http_for=http_for)
            body = {
                "connector": "authorised", "name": "Net", "queue_id": stage.queue["id"], "save_anyway": True,
                "config": {"base_url": provider.url, "client_id": CLIENT_ID}, "secrets": {"client_secret": CLIENT_SECRET},
            }  # fmt: skip
            channel_id = UUID((await stage.did("POST", "channels", body))["id"])
            [root] = await stage.served.sql("select id from app_user where login = 'root'")
            access = Access(user_id=root["id"], actions=frozenset(), classes={})
            address = await begin_authorisation(outside, access, channel_id, "http://127.0.0.1")
            query = dict(parse_qsl(urlsplit(address).query))
            code = provider.page(query).body.decode().split("code=")[1].split("&")[0]
            await finish_authorisation(outside, access, query["state"], code, "http://127.0.0.1")


async def _promised(stage: Stage) -> tuple[str, str]:
    """Let the queue promise something in business hours; returns the calendar and the service level."""
    calendar = await stage.did("POST", "calendars", {"key": "hours", "name": NAME, "zone": "UTC", "openings": ALWAYS})
    target = {"kind": "first_response", "target_s": 60, "calendar_id": calendar["id"]}
    level = await stage.did("POST", "service-levels", {"key": "gold", "name": NAME, "targets": [target]})
    await stage.did("PATCH", f"queues/{stage.queue['id']}", {"service_levels": [{"service_level_id": level["id"]}]})
    return calendar["id"], level["id"]


async def _calendar_shuts(stage: Stage) -> None:
    calendar, _ = await _promised(stage)
    await stage.did("PATCH", f"calendars/{calendar}", {"closures": [SHUT]})


async def _level_leaves_its_calendar(stage: Stage) -> None:
    calendar, level = await _promised(stage)
    await stage.did("PATCH", f"calendars/{calendar}", {"closures": [SHUT]})
    targets = [{"kind": "first_response", "target_s": 60}]
    await stage.did("PATCH", f"service-levels/{level}", {"targets": targets})


async def _turn(stage: Stage) -> None:
    await _calendar_shuts(stage)
    await stage.served.sql("update queue set open_now = true, hours_next_at = now() where id = $1", UUID(stage.queue["id"]))
    assert await turn_queues(stage.served.house.db) == 1


async def _pause(stage: Stage) -> None:
    await stage.did("POST", f"channels/{stage.channel['id']}/pause")


async def _adapt(stage: Stage) -> None:
    async with stage.served.house.db.write() as tx:
        await tx.setup.change_queue(UUID(stage.queue["id"]), QueueChange(reserve_auto=True))
        await tx.learning.set_reserve(UUID(stage.queue["id"]), 3.0)
    assert await adapt_reserves(stage.served.house.db) == 1


CASES: dict[str, Case] = {
    "users.change_user": lambda s: s.did("PATCH", f"users/{s.anna}", {"name": "Anna Neumann"}),
    "users.set_grants": lambda s: s.did("PUT", f"users/{s.vera}/grants", {"roles": [{"role": "agent"}]}),
    "queues.add_queue": lambda s: s.did("POST", "queues", {"key": "new", "name": {"de": "Neu", "en": "New"}}),
    "queues.change_queue": lambda s: s.did("PATCH", f"queues/{s.queue['id']}", {"offer_s": 99}),
    "queues.set_members": lambda s: s.did("PUT", f"queues/{s.queue['id']}/members", {"member_ids": [s.anna]}),
    "calendars.change_calendar": _calendar_shuts,
    "service_levels.change_service_level": _level_leaves_its_calendar,
    "hours.turn_queues": _turn,
    "queues.change_agent": lambda s: s.did("PATCH", f"agents/{s.anna}", {"capacity": 24}),
    "adapt_reserves.adapt_reserves": _adapt,
    "channels.add_channel": lambda s: s.did("POST", "channels", _channel(s.queue, "https://second.example")),
    "channels.change_channel": lambda s: s.did("PATCH", f"channels/{s.channel['id']}", {"name": "Renamed"}),
    "channels.pause_channel": _pause,
    "authorise.finish_authorisation": _authorise,
    "channels.archive_channel": lambda s: s.did("DELETE", f"channels/{s.channel['id']}"),
}


def _channel(queue: dict[str, Any], base_url: str) -> dict[str, Any]:
    return {
        "connector": "network", "name": base_url, "queue_id": queue["id"], "config": {"base_url": base_url},
        "secrets": {"token": "good"},
    }  # fmt: skip


@pytest_asyncio.fixture
async def stage(make_house: MakeHouse) -> AsyncIterator[Stage]:
    """The house before the verb."""
    house = await make_house(registry=Networks())
    async with house.db.write() as tx:
        await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD))
    running = await serve(house)
    root = running.browser()
    await root.log_in("root")
    queue = (await root.get("queues"))["items"][0]
    channel = await root.did("POST", "channels", _channel(queue, "https://first.example"))
    anna = str(await running.person("anna", "agent"))
    await root.did("POST", "channels", _channel(queue, "https://third.example"))
    vera = str(await running.person("vera", "viewer"))
    yield Stage(running, root, queue, channel, anna, vera)
    await running.close()


async def snapshot(root: Browser) -> dict[str, dict[str, Any]]:
    """Return what a desk reads when it starts."""
    state = DeskState()
    for kind in ("queues", "channels", "agents"):
        page = await root.get(f"{kind}?limit=200")
        for view in page["items"]:
            view.pop("counters", None)
        apply_views(state, {kind: page["items"]}, page["cursor"])
    return shown(state)


def shown(state: DeskState) -> dict[str, dict[str, Any]]:
    """Return what the pages show of a state: archived queues and channels are held and not shown."""
    return {
        "queues": {key: view for key, view in state.queues.items() if not view["archived"]},
        "channels": {key: view for key, view in state.channels.items() if not view["archived"]},
        "agents": dict(state.agents),
    }


async def check(stage: Stage, verb: Case) -> None:
    """Fold the frames of a verb into the old snapshot and compare with a fresh one."""
    before = await snapshot(stage.root)
    async with listening(stage.root) as stream:
        await verb(stage)
        after = await snapshot(stage.root)
        assert after != before, "the verb changed nothing, so this would prove nothing"
        for _ in range(100):
            state = DeskState()
            apply_views(state, {kind: list(views.values()) for kind, views in before.items()})
            for frame in stream.frames():
                apply_frame(state, frame)
            if shown(state) == after:
                return
            await asyncio.sleep(0.05)
        assert shown(state) == after


@pytest.mark.parametrize("verb", CASES)
async def test_an_old_snapshot_and_the_frames_since_equal_a_fresh_one(stage: Stage, verb: str) -> None:
    await check(stage, CASES[verb])


@pytest.mark.parametrize("disabled", [True, False])
async def test_who_is_disabled_goes_from_the_list_of_agents_and_comes_back(stage: Stage, disabled: bool) -> None:
    await stage.did("PATCH", f"users/{stage.anna}", {"disabled": not disabled})
    await check(stage, lambda s: s.did("PATCH", f"users/{s.anna}", {"disabled": disabled}))


async def test_a_channels_health_is_followed_too(stage: Stage) -> None:
    async def unreachable(stage: Stage) -> None:
        house = stage.served.house
        async with house.db.read() as tx:
            (facts,) = [c for c in await tx.channels.running() if str(c.id) == stage.channel["id"]]
        await record_health(house.outside, facts, Health(state=ChannelState.UNREACHABLE, what="Nobody answers."))

    await check(stage, unreachable)


def test_every_verb_of_the_set_up_has_its_case() -> None:
    found = set()
    for module in MODULES:
        for name, value in vars(importlib.import_module(f"unisono.service.{module}")).items():
            if inspect.iscoroutinefunction(value) and not name.startswith("_") and value.__module__.endswith(f".{module}"):
                found.add(f"{module}.{name}")
    assert found == CASES.keys() | NO_VIEW.keys()
