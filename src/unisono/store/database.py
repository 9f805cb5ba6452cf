"""Transactions over PostgreSQL: one connection, the nouns' stores on it, and the events that go with the commit."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property
from time import perf_counter
from typing import Protocol

import asyncpg

from unisono.domain.errors import Unavailable
from unisono.service.locks import busy
from unisono.service.metrics import SLOW_WRITE_S, WRITE_SECONDS, WRITES_SLOW
from unisono.service.ports import Bell, NewEvent
from unisono.store.accounts import PgAccounts
from unisono.store.administration import PgAdministration
from unisono.store.alerts import PgAlerts
from unisono.store.bonds import PgBonds
from unisono.store.browser_calls import PgBrowserCalls
from unisono.store.budgets import PgBudgets
from unisono.store.bulk import PgBulk
from unisono.store.call_backs import PgCallBacks
from unisono.store.calls import PgCalls
from unisono.store.canned import PgCanned
from unisono.store.cases import PgCases
from unisono.store.channels import PgChannels
from unisono.store.commands import PgCommands
from unisono.store.comments import PgComments
from unisono.store.consults import PgConsults
from unisono.store.custody import PgCustody
from unisono.store.customers import PgCustomers
from unisono.store.directory import PgDirectory
from unisono.store.driver import Connection, Pool
from unisono.store.evidence import PgEvidence
from unisono.store.hands import PgHands
from unisono.store.held import PgHeld
from unisono.store.inbox import PgInbox
from unisono.store.learning import PgLearning
from unisono.store.lending import PgLending
from unisono.store.listening import PgListening
from unisono.store.log import PgLeases, PgLog, append
from unisono.store.mentions import PgMentions
from unisono.store.outbox import PgOutbox
from unisono.store.own_calendars import PgOwnCalendars
from unisono.store.own_figures import PgOwnFigures
from unisono.store.people import PgPeople
from unisono.store.people_figures import PgPeopleFigures
from unisono.store.presence import PgPresence
from unisono.store.privacy import PgPrivacy
from unisono.store.push import PgPush
from unisono.store.reading import PgReading
from unisono.store.repairs import PgRepairs
from unisono.store.report_mail import PgSchedules
from unisono.store.reports import PgReports
from unisono.store.retention import PgRetention
from unisono.store.ring_cards import PgRingCards
from unisono.store.rules import PgFollowers, PgRules
from unisono.store.saved_views import PgSavedViews
from unisono.store.searching import PgSearching
from unisono.store.second import PgSecond
from unisono.store.secrets import PgSecrets
from unisono.store.service_levels import PgServiceLevels
from unisono.store.setup import PgSetup
from unisono.store.spam import PgSpam
from unisono.store.storms import PgStorms
from unisono.store.tags import PgTags
from unisono.store.talk import PgTalk
from unisono.store.tallies import PgTallies
from unisono.store.telephones import PgTelephones
from unisono.store.timers import PgTimers
from unisono.store.triage import PgTriage
from unisono.store.uploads import PgUploads
from unisono.store.webhooks import PgWebhooks
from unisono.store.work import PgWork
from unisono.store.writing_aid import PgWritingAid
from unisono.store.xmpp import PgXmppPeople

BELL = "events"


class Now(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime: ...


class PgTx:
    """One transaction; every store on it is made when first asked for."""

    def __init__(self, connection: Connection, now: datetime, *, writing: bool) -> None:
        self.connection = connection
        self.now = now
        self._writing = writing
        self.events: list[NewEvent] = []

    def emit(self, event: NewEvent) -> None:
        """Add an event for the log. Raises RuntimeError on a reading transaction: nothing would be written."""
        if not self._writing:
            raise RuntimeError(f"{event.type} was emitted in a reading transaction; use Database.write().")
        self.events.append(event)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Run the block so that an exception takes back what it wrote and emitted, and nothing else."""
        before = len(self.events)
        try:
            async with self.connection.transaction():
                yield
        except BaseException:
            del self.events[before:]
            raise

    @cached_property
    def inbox(self) -> PgInbox:
        return PgInbox(self.connection, self.now)

    @cached_property
    def outbox(self) -> PgOutbox:
        return PgOutbox(self.connection, self.now)

    @cached_property
    def timers(self) -> PgTimers:
        return PgTimers(self.connection, self.now)

    @cached_property
    def talk(self) -> PgTalk:
        return PgTalk(self.connection, self.now)

    @cached_property
    def channels(self) -> PgChannels:
        return PgChannels(self.connection, self.now)

    @cached_property
    def comments(self) -> PgComments:
        return PgComments(self.connection, self.now)

    @cached_property
    def calls(self) -> PgCalls:
        return PgCalls(self.connection, self.now)

    @cached_property
    def canned(self) -> PgCanned:
        return PgCanned(self.connection, self.now)

    @cached_property
    def mentions(self) -> PgMentions:
        return PgMentions(self.connection, self.now)

    @cached_property
    def held(self) -> PgHeld:
        return PgHeld(self.connection, self.now)

    @cached_property
    def budgets(self) -> PgBudgets:
        return PgBudgets(self.connection, self.now)

    @cached_property
    def work(self) -> PgWork:
        return PgWork(self.connection, self.now)

    @cached_property
    def custody(self) -> PgCustody:
        return PgCustody(self.connection, self.now)

    @cached_property
    def lending(self) -> PgLending:
        return PgLending(self.connection)

    @cached_property
    def listening(self) -> PgListening:
        return PgListening(self.connection, self.now)

    @cached_property
    def storms(self) -> PgStorms:
        return PgStorms(self.connection, self.now)

    @cached_property
    def alerts(self) -> PgAlerts:
        return PgAlerts(self.connection, self.now)

    @cached_property
    def triage(self) -> PgTriage:
        return PgTriage(self.connection, self.now)

    @cached_property
    def aid(self) -> PgWritingAid:
        return PgWritingAid(self.connection, self.now)

    @cached_property
    def second(self) -> PgSecond:
        return PgSecond(self.connection, self.now)

    @cached_property
    def own_figures(self) -> PgOwnFigures:
        return PgOwnFigures(self.connection)

    @cached_property
    def evidence(self) -> PgEvidence:
        return PgEvidence(self.connection, self.now)

    @cached_property
    def bonds(self) -> PgBonds:
        return PgBonds(self.connection, self.now)

    @cached_property
    def customers(self) -> PgCustomers:
        return PgCustomers(self.connection, self.now)

    @cached_property
    def cases(self) -> PgCases:
        return PgCases(self.connection, self.now)

    @cached_property
    def consults(self) -> PgConsults:
        return PgConsults(self.connection, self.now)

    @cached_property
    def hands(self) -> PgHands:
        return PgHands(self.connection, self.now)

    @cached_property
    def people(self) -> PgPeople:
        return PgPeople(self.connection, self.now)

    @cached_property
    def figures(self) -> PgPeopleFigures:
        return PgPeopleFigures(self.connection, self.now)

    @cached_property
    def directory(self) -> PgDirectory:
        return PgDirectory(self.connection, self.now)

    @cached_property
    def accounts(self) -> PgAccounts:
        return PgAccounts(self.connection, self.now)

    @cached_property
    def own_calendars(self) -> PgOwnCalendars:
        return PgOwnCalendars(self.connection, self.now)

    @cached_property
    def xmpp(self) -> PgXmppPeople:
        return PgXmppPeople(self.connection)

    @cached_property
    def presence(self) -> PgPresence:
        return PgPresence(self.connection, self.now)

    @cached_property
    def privacy(self) -> PgPrivacy:
        return PgPrivacy(self.connection, self.now)

    @cached_property
    def setup(self) -> PgSetup:
        return PgSetup(self.connection, self.now)

    @cached_property
    def levels(self) -> PgServiceLevels:
        return PgServiceLevels(self.connection, self.now)

    @cached_property
    def repairs(self) -> PgRepairs:
        return PgRepairs(self.connection)

    @cached_property
    def tallies(self) -> PgTallies:
        return PgTallies(self.connection, self.now)

    @cached_property
    def commands(self) -> PgCommands:
        return PgCommands(self.connection, self.now)

    @cached_property
    def secrets(self) -> PgSecrets:
        return PgSecrets(self.connection, self.now)

    @cached_property
    def uploads(self) -> PgUploads:
        return PgUploads(self.connection, self.now)

    @cached_property
    def learning(self) -> PgLearning:
        return PgLearning(self.connection, self.now)

    @cached_property
    def reading(self) -> PgReading:
        return PgReading(self.connection, self.now)

    @cached_property
    def rules(self) -> PgRules:
        return PgRules(self.connection, self.now)

    @cached_property
    def followers(self) -> PgFollowers:
        return PgFollowers(self.connection)

    @cached_property
    def push(self) -> PgPush:
        return PgPush(self.connection, self.now)

    @cached_property
    def webhooks(self) -> PgWebhooks:
        return PgWebhooks(self.connection, self.now)

    @cached_property
    def admin(self) -> PgAdministration:
        return PgAdministration(self.connection, self.now)

    @cached_property
    def reports(self) -> PgReports:
        return PgReports(self.connection, self.now)

    @cached_property
    def searching(self) -> PgSearching:
        return PgSearching(self.connection, self.now)

    @cached_property
    def tags(self) -> PgTags:
        return PgTags(self.connection, self.now)

    @cached_property
    def saved_views(self) -> PgSavedViews:
        return PgSavedViews(self.connection, self.now)

    @cached_property
    def bulk(self) -> PgBulk:
        return PgBulk(self.connection, self.now)

    @cached_property
    def spam(self) -> PgSpam:
        return PgSpam(self.connection, self.now)

    @cached_property
    def schedules(self) -> PgSchedules:
        return PgSchedules(self.connection, self.now)

    @cached_property
    def retention(self) -> PgRetention:
        return PgRetention(self.connection, self.now)

    @cached_property
    def browser_calls(self) -> PgBrowserCalls:
        return PgBrowserCalls(self.connection, self.now)

    @cached_property
    def telephones(self) -> PgTelephones:
        return PgTelephones(self.connection, self.now)

    @cached_property
    def call_backs(self) -> PgCallBacks:
        return PgCallBacks(self.connection, self.now)

    @cached_property
    def ring_cards(self) -> PgRingCards:
        return PgRingCards(self.connection)

    @cached_property
    def log(self) -> PgLog:
        return PgLog(self.connection)

    @cached_property
    def leases(self) -> PgLeases:
        return PgLeases(self.connection, self.now)


class PgDatabase:
    """The store behind `service.ports.Database`."""

    def __init__(self, pool: Pool, clock: Now, bell: Bell) -> None:
        self.pool = pool
        self._clock = clock
        self._bell = bell

    @asynccontextmanager
    async def write(self, *, single: bool = False) -> AsyncIterator[PgTx]:
        """Run the block in a transaction, write its events, commit, then ring the bell; see `service.ports.Database`."""
        async with self._connection() as connection:
            began = perf_counter()
            async with contextlib.nullcontext() if single else connection.transaction():
                tx = PgTx(connection, self._clock.now(), writing=not single)
                yield tx
                if tx.events:
                    await append(connection, tx.now, tx.events)
            self._timed(perf_counter() - began)
            if tx.events:
                await self._bell.ring(BELL)

    def _timed(self, seconds: float) -> None:
        WRITE_SECONDS.observe(seconds)
        if seconds > SLOW_WRITE_S:
            WRITES_SLOW.inc()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[PgTx]:
        """Run the block with a connection outside any transaction."""
        async with self._connection() as connection:
            yield PgTx(connection, self._clock.now(), writing=False)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            connection = await self.pool.acquire()
        except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError) as error:
            raise _unavailable(error) from error
        try:
            yield connection
        except (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError) as error:
            raise _unavailable(error) from error
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError) as error:
            raise busy() from error
        except (asyncpg.DiskFullError, asyncpg.OutOfMemoryError) as error:
            raise Unavailable(
                f"The database cannot write ({type(error).__name__}). Nothing was changed; free room on its disk.",
                code="disk_full",
            ) from error
        finally:
            await self.pool.release(connection)


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(
        f"The database does not answer ({type(error).__name__}). Nothing was changed; the request can be repeated. "
        "`unisono doctor` tells what is wrong."
    )
