"""The roles of a deployment; one process may have all of them or any of them."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import structlog

from unisono.app.accelerate import matcher_maker
from unisono.app.build import Running
from unisono.app.exchanges import Exchanges
from unisono.app.onnx_folder import OnnxFolder
from unisono.app.report_files import FileMaker
from unisono.app.report_post import ChannelPost
from unisono.app.schoolroom import Schoolroom
from unisono.app.voice import drivers_of
from unisono.domain.errors import UnisonoError
from unisono.domain.ids import new_id
from unisono.service.audit_log import PIECE, seal_audit
from unisono.service.calls.from_number import forget_numbers
from unisono.service.calls.switchboard import Switchboard
from unisono.service.clockwork import Clockwork
from unisono.service.directory.follow import follow_directory
from unisono.service.erase import expire_texts
from unisono.service.intake import Intake
from unisono.service.learner import learn_on
from unisono.service.listening.listen import Listener
from unisono.service.listening.tell import Teller
from unisono.service.people_figures import forget_looks
from unisono.service.presence.keep import PresenceKeeper
from unisono.service.presence.read_calendars import CalendarReader
from unisono.service.presence.xmpp import XmppPresence
from unisono.service.push.deliver import PushSender
from unisono.service.reports.fold import follow_reports
from unisono.service.reports.post import post_reports
from unisono.service.retention import keep_house
from unisono.service.router import Router
from unisono.service.rules.follow import follow_rules
from unisono.service.sender import Sender
from unisono.service.spam import end_blocks
from unisono.service.tallying import tally_on
from unisono.service.triage.learn import learn_on_nights
from unisono.service.triage.second import judge_again_and_again
from unisono.service.watch import watch_work
from unisono.service.watch_hands import watch_hands
from unisono.service.webhooks.deliver import KEPT, WebhookSender, forget_deliveries
from unisono.store.maintenance import clean_up, ensure_months, tail_age_s
from unisono.store.search_rebuild import rebuild_search
from unisono.workplace.calendars import Calendars
from unisono.workplace.ldap import LdapReader
from unisono.workplace.xmpp import door_of

TIDY_EVERY_S = 300.0
KEEP_EVERY = 12
TAIL_ALARM_S = 5.0
_log = structlog.get_logger("role")


def node_name() -> str:
    """Return a name for this process that no other has."""
    return f"{socket.gethostname()}:{os.getpid()}:{new_id().hex[-6:]}"


async def _intake(running: Running) -> None:
    await Intake(running.outside, node_name()).run()


async def _router(running: Running) -> None:
    router = Router(running.db, running.bell, running.clock, node_name())
    try:
        await router.run()
    finally:
        await router.stop()


async def _delivery(running: Running) -> None:
    """Send answers to their networks, what happens to the webhooks, what waits to devices, and alerts to mailboxes and chats."""
    async with asyncio.TaskGroup() as group:
        group.create_task(Sender(running.outside, node_name()).run())
        group.create_task(WebhookSender(running.outside).run())
        group.create_task(PushSender(running.outside, running.settings.public_url).run())
        group.create_task(Teller(running.outside, ChannelPost(running.outside), running.house().settings.public_url).run())


async def _listener(running: Running) -> None:
    make = matcher_maker(running.settings, running.data_dir)
    await Listener(running.outside, node_name(), make, running.lanes).run()


async def _clock(running: Running) -> None:
    """Make partitions ahead, drop what has outlived its time, watch over work in progress, and learn from what is over."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_tidying(running))
        group.create_task(watch_work(running.db))
        group.create_task(watch_hands(running.db))
        group.create_task(learn_on(running.db))
        group.create_task(follow_rules(running.outside))
        group.create_task(tally_on(running.db, running.bell, running.clock))
        group.create_task(follow_reports(running.db, running.clock))
        group.create_task(post_reports(running.db, FileMaker(), ChannelPost(running.outside)))
        group.create_task(PresenceKeeper(running.db, running.bell, running.clock).run())
        group.create_task(CalendarReader(running.outside, Calendars()).run())
        group.create_task(follow_directory(running.outside, LdapReader(), node_name()))
        if (door := door_of(running.settings.xmpp_component)) is not None:
            group.create_task(XmppPresence(running.outside, door, node_name()).run())
        group.create_task(learn_on_nights(running.outside, Schoolroom(), node_name()))
        group.create_task(_second_opinions(running))
        group.create_task(Clockwork(running.db, running.bell, running.clock).run())


async def _second_opinions(running: Running) -> None:
    """Have a model from a folder judge what ours judged already, where there is one; one that cannot be used stops nothing."""
    if not running.settings.onnx_dir:
        return
    try:
        model = await OnnxFolder.open(Path(running.settings.onnx_dir))
    except UnisonoError as error:
        _log.error("second_opinions_off", code=error.code, complaint=str(error))
        return
    await judge_again_and_again(running.outside, model, model.languages, node_name())


async def _tidying(running: Running) -> None:
    rounds = 0
    while True:
        try:
            await tidy(running)
            if rounds % KEEP_EVERY == 0:
                await keep_house(running.outside)
            rounds += 1
            await _search(running)
        except UnisonoError as error:
            _log.error("tidying_paused", code=error.code)
        await asyncio.sleep(TIDY_EVERY_S)


async def _search(running: Running) -> None:
    made = await rebuild_search(running.pool)
    if made:
        _log.info("search_rebuilt", messages=made)


async def tidy(running: Running) -> None:
    """Do the clock's work once."""
    now = running.clock.now()
    await ensure_months(running.pool, now, now + timedelta(days=35))
    unused = await clean_up(running.pool, now)
    if unused:
        await running.outside.files.delete(unused)
    async with running.db.write() as tx:
        await tx.inbox.expire_bodies(1_000)
    await expire_texts(running.outside)
    async with running.db.write() as tx:
        await tx.listening.expire(1_000)
        await tx.alerts.forget_notices(tx.now - KEPT, 1_000)
    await forget_deliveries(running.outside)
    while await seal_audit(running.db) == PIECE:
        pass
    await forget_looks(running.db)
    await end_blocks(running.db)
    await forget_numbers(running.db)
    async with running.db.write() as tx:
        await tx.accounts.forget_old()
    async with running.pool.acquire() as connection:
        age = await tail_age_s(connection)
    if age > TAIL_ALARM_S:
        _log.warning("log_held_up", seconds=round(age, 1))


async def _web(running: Running) -> None:
    from unisono.app.web import serve

    await serve(running)


async def _voice(running: Running) -> None:
    """Work the calls: drivers of telephony, and what each call is asked."""
    name, drivers = node_name(), drivers_of(running)
    async with asyncio.TaskGroup() as group:
        group.create_task(Switchboard(running.outside, drivers, name).run())
        group.create_task(Exchanges(running, name, taken=frozenset(drivers)).run())


ROLES: Mapping[str, Callable[[Running], Awaitable[None]]] = {
    "web": _web,
    "intake": _intake,
    "router": _router,
    "delivery": _delivery,
    "listener": _listener,
    "clock": _clock,
    "voice": _voice,
}


async def run_roles(running: Running, names: list[str]) -> None:
    """Run roles until cancelled; the end of one, for whatever reason, ends the process so that it is started anew."""
    async with asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(_until_the_end(running, name), name=name)


async def _until_the_end(running: Running, name: str) -> None:
    _log.info("role_started", role=name)
    await ROLES[name](running)
    raise RuntimeError(f"The role {name} ended by itself.")
