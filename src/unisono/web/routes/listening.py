"""Listening: monitors and what they would find, the public streams that are heard, and what was found."""

from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType, field

from unisono.domain.errors import Invalid
from unisono.service.listening.alerts import list_alerts
from unisono.service.listening.figures import ListeningFigures, as_csv, listening_figures
from unisono.service.listening.mentions import answer_mention, answerable_networks, decide_mention, mention_of, mentions_page
from unisono.service.listening.monitors import Preview, add_monitor, change_monitor, check_query, list_monitors, preview_query
from unisono.service.listening.sources import (
    ALONE,
    WAY,
    add_source,
    asks_or_hears,
    hears,
    list_sources,
    remove_source,
    switch_source,
)
from unisono.service.listening.storm_views import AlertView, StormView
from unisono.service.listening.storms import begin_storm, decide_storm_answer, end_storm, list_storms, write_storm_answer
from unisono.service.listening.views import FoundMention, MonitorView, SourceView
from unisono.service.once import once
from unisono.service.page import Page, bounded
from unisono.service.ports.listening import MentionFilter, MonitorChange
from unisono.service.triage.show import with_triage
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class NewMonitorBody(Body):
    """A query to keep. channel_id: whose people see what it finds; null: who may see the whole house.

    to_work: what it finds becomes an enquiry by itself, where the network lets us answer.
    """

    name: Annotated[str, Meta(max_length=200)]
    query: Annotated[str, Meta(max_length=4_000)]
    channel_id: UUID | None = None
    to_work: bool = False


class ChangeMonitorBody(Body):
    """What changes of a monitor; what is not named stays. state: on, paused or archived."""

    name: str | UnsetType = UNSET
    query: str | UnsetType = UNSET
    channel_id: UUID | UnsetType | None = UNSET
    state: str | UnsetType = UNSET
    to_work: bool | UnsetType = UNSET


class QueryBody(Body):
    """A query that need not be kept."""

    query: Annotated[str, Meta(max_length=4_000)]


class NewSourceBody(Body):
    """A public stream to hear: through the account of a channel, or by itself with what `config` names."""

    connector: str
    name: Annotated[str, Meta(max_length=200)] = ""
    channel_id: UUID | None = None
    config: dict[str, str] = field(default_factory=dict)


class SwitchBody(Body):
    """on or paused."""

    state: str


class MentionBody(Body):
    """What is to become of a mention: ignored, not_ours, or new again."""

    state: str


class NewStormBody(Body):
    """What a monitor finds, since its alert or for the last hour, is to become one case of this title."""

    monitor_id: UUID
    title: Annotated[str, Meta(max_length=500)]


class StormAnswerBody(Body):
    """The one answer, and the code that the enquiries are closed with."""

    text: Annotated[str, Meta(max_length=10_000)]
    code_id: UUID


class StormDecisionBody(Body):
    """Whether the answer goes to everybody, or back to its author."""

    approve: bool


class Hearable(Struct, frozen=True, kw_only=True):
    """A network that has a public stream. config: what a source without a channel may name; null: it needs a channel.

    asks: a source may say `way: search` in its config, and is then what the network finds for the monitors, not all that it says.
    """

    connector: str
    name: str
    config: list[str] | None
    asks: bool = False


class Networks(Struct, frozen=True, kw_only=True):
    """What can be heard, and on which networks a stranger's post can be answered."""

    hearable: list[Hearable]
    answerable: list[str]


@get("/monitors", opt=needs("work.read"), tags=["Listening"])
async def monitors(house: HouseDep, actor: ActorDep) -> Page[MonitorView]:
    """Return the monitors that the asker sees, by name, archived ones too."""
    return Page(items=await list_monitors(house.db, actor.access))


@post("/monitors", opt=needs("monitor.manage"), tags=["Listening"])
async def new_monitor(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewMonitorBody]) -> MonitorView:
    """Keep a query. A mistake in it is told with the characters that are meant: `at`, `end`."""
    key = await key_of(request)
    return await once(
        house.db, key,
        lambda db: add_monitor(
            db, actor.access, id_under(key), name=data.name, query=data.query, channel_id=data.channel_id, to_work=data.to_work
        ),
        MonitorView,
    )  # fmt: skip


@patch("/monitors/{monitor_id:uuid}", opt=needs("monitor.manage"), tags=["Listening"])
async def edit_monitor(
    house: HouseDep, actor: ActorDep, monitor_id: FromPath[UUID], data: JSONBody[ChangeMonitorBody]
) -> MonitorView:
    """Change, pause or archive a monitor; what it found stays found."""
    change = MonitorChange(name=data.name, query=data.query, channel_id=data.channel_id, state=data.state, to_work=data.to_work)
    return await change_monitor(house.db, actor.access, monitor_id, change)


@post("/monitors/check", opt=needs("work.read"), tags=["Listening"], status_code=204)
async def check(data: JSONBody[QueryBody]) -> None:
    """Tell whether a query can be meant; a mistake is told with the characters that are meant: `at`, `end`."""
    check_query(data.query)


@post("/monitors/preview", opt=needs("work.read"), tags=["Listening"], status_code=200)
async def preview(house: HouseDep, actor: ActorDep, data: JSONBody[QueryBody]) -> Preview:
    """Try a query on what was found lately; nothing is kept."""
    return await preview_query(house.db, actor.access, data.query)


@get("/listening/networks", opt=needs("work.read"), tags=["Listening"])
async def networks(house: HouseDep) -> Networks:
    """Return what can be heard and where can be answered."""
    async with house.db.read() as tx:
        running = await tx.channels.running()
    registry = house.outside.registry
    hearable = [
        Hearable(
            connector=one.id, name=one.name, config=[key for key in ALONE[one.id] if key != WAY] if one.id in ALONE else None,
            asks=asks_or_hears(registry.code(one.id)),
        )
        for one in registry.manifests().values() if hears(registry.code(one.id))
    ]  # fmt: skip
    return Networks(
        hearable=sorted(hearable, key=lambda one: one.name), answerable=sorted(answerable_networks(house.outside, running))
    )


@get("/listening/sources", opt=needs("work.read"), tags=["Listening"])
async def sources(house: HouseDep) -> Page[SourceView]:
    """Return the public streams that are heard, with how they stand."""
    return Page(items=await list_sources(house.db))


@post("/listening/sources", opt=needs("monitor.manage"), tags=["Listening"])
async def new_source(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewSourceBody]) -> SourceView:
    """Hear a public stream from now on."""
    key = await key_of(request)
    config: dict[str, Any] = dict(data.config)
    return await add_source(
        house.outside, actor.access, id_under(key), connector=data.connector, name=data.name, channel_id=data.channel_id,
        config=config,
    )  # fmt: skip


@patch("/listening/sources/{source_id:uuid}", opt=needs("monitor.manage"), tags=["Listening"])
async def edit_source(house: HouseDep, actor: ActorDep, source_id: FromPath[UUID], data: JSONBody[SwitchBody]) -> SourceView:
    """Pause a source, or let it go on from where it was."""
    return await switch_source(house.db, actor.access, source_id, data.state)


@delete("/listening/sources/{source_id:uuid}", opt=needs("monitor.manage"), tags=["Listening"])
async def drop_source(house: HouseDep, actor: ActorDep, source_id: FromPath[UUID]) -> None:
    """Hear a stream no longer; what was found stays."""
    await remove_source(house.db, actor.access, source_id)


@get("/mentions", opt=needs("work.read"), tags=["Listening"])
async def mentions(
    house: HouseDep, actor: ActorDep, monitor_id: FromQuery[UUID | None] = None, states: FromQuery[str] = "",
    network: FromQuery[str] = "", language: FromQuery[str] = "", root_id: FromQuery[str] = "",
    review: FromQuery[bool | None] = None, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None,
) -> Page[FoundMention]:  # fmt: skip
    """Return what monitors found, the last said first. states: some of new, asked, work, ignored, not_ours, with commas.

    review: true is what triage put on the review list, false all but that.
    """
    which = MentionFilter(
        monitor_id=monitor_id, states=tuple(filter(None, states.split(","))), network=network, language=language, root_id=root_id,
        review=review,
    )  # fmt: skip
    found = await mentions_page(house.db, actor.access, which, after, bounded(limit))
    return await with_triage(house.db, house.outside.judge, found)


@get("/mentions/{mention_id:uuid}", opt=needs("work.read"), tags=["Listening"])
async def mention(house: HouseDep, actor: ActorDep, mention_id: FromPath[UUID]) -> FoundMention:
    """Return one mention."""
    return await mention_of(house.db, actor.access, mention_id)


@patch("/mentions/{mention_id:uuid}", opt=needs("work.answer"), tags=["Listening"])
async def decide(house: HouseDep, actor: ActorDep, mention_id: FromPath[UUID], data: JSONBody[MentionBody]) -> FoundMention:
    """Ignore a mention, mark it as not ours, or open it again."""
    return await decide_mention(house.db, actor.access, mention_id, data.state)


@post("/mentions/{mention_id:uuid}/answer", opt=needs("work.answer"), tags=["Listening"], status_code=200)
async def answer(house: HouseDep, actor: ActorDep, mention_id: FromPath[UUID]) -> FoundMention:
    """Bring a public post into the queue, so that it can be answered; twice is once."""
    return await answer_mention(house.outside, actor.access, mention_id)


@get("/monitors/figures", opt=needs("work.read"), tags=["Listening"])
async def figures(house: HouseDep, actor: ActorDep, days: FromQuery[int] = 14, monitors: FromQuery[str] = "") -> ListeningFigures:
    """Return how much monitors found, beside each other. monitors: ids with commas; without any, all that are on."""
    return await listening_figures(house.db, actor.access, _ids(monitors), days)


@get("/monitors/figures.csv", opt=needs("work.read"), tags=["Listening"], media_type="text/csv")
async def figures_csv(house: HouseDep, actor: ActorDep, days: FromQuery[int] = 14, monitors: FromQuery[str] = "") -> str:
    """Return the figures by monitor and day as a table for spreadsheets."""
    return as_csv(await listening_figures(house.db, actor.access, _ids(monitors), days))


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(one) for one in text.split(",") if one.strip()]
    except ValueError as error:
        raise Invalid("A monitor is named by its id.", code="bad_id", field="monitors") from error


@get("/alerts", opt=needs("work.read"), tags=["Listening"])
async def alerts(house: HouseDep, actor: ActorDep) -> Page[AlertView]:
    """Return where unusually much was found lately, the newest first."""
    return Page(items=await list_alerts(house.db, actor.access))


@get("/storms", opt=needs("work.read"), tags=["Listening"])
async def storms(house: HouseDep, actor: ActorDep) -> Page[StormView]:
    """Return storms with how far their answers have come, standing ones first."""
    return Page(items=await list_storms(house.db, actor.access))


@post("/storms", opt=needs("work.supervise"), tags=["Listening"])
async def new_storm(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewStormBody]) -> StormView:
    """Fold what a monitor finds into one case; what comes later follows by itself."""
    storm_id = id_under(await key_of(request))
    return await begin_storm(house.outside, actor.access, storm_id, data.monitor_id, data.title)


@post("/storms/{storm_id:uuid}/answer", opt=needs("work.supervise"), tags=["Listening"], status_code=200)
async def storm_answer(
    house: HouseDep, actor: ActorDep, storm_id: FromPath[UUID], data: JSONBody[StormAnswerBody]
) -> StormView:  # fmt: skip
    """Propose the one answer; a second person looks at it before anybody has it."""
    return await write_storm_answer(house.db, actor.access, storm_id, data.text, data.code_id)


@post("/storms/{storm_id:uuid}/decide", opt=needs("answer.approve"), tags=["Listening"], status_code=200)
async def storm_decide(
    house: HouseDep, actor: ActorDep, storm_id: FromPath[UUID], data: JSONBody[StormDecisionBody]
) -> StormView:  # fmt: skip
    """Let the answer go to each author once, where they asked; or give it back. Nobody approves their own."""
    return await decide_storm_answer(house.db, actor.access, storm_id, approve=data.approve)


@post("/storms/{storm_id:uuid}/end", opt=needs("work.supervise"), tags=["Listening"], status_code=200)
async def storm_end(house: HouseDep, actor: ActorDep, storm_id: FromPath[UUID]) -> StormView:
    """End a storm: nothing is folded or answered by itself any more; what is open stays open."""
    return await end_storm(house.db, actor.access, storm_id)


ROUTES = [
    figures, figures_csv, alerts, storms, new_storm, storm_answer, storm_decide, storm_end,
    monitors, new_monitor, edit_monitor, check, preview, networks, sources, new_source, edit_source, drop_source, mentions,
    mention, decide, answer,
]  # fmt: skip
