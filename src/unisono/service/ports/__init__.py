"""What the verbs need of the I/O rooms, as Protocols. Stores, buses and connectors are passed in, never imported."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from unisono.service.ports.accounts import Accounts
from unisono.service.ports.administration import Administration
from unisono.service.ports.alerts import Alerts
from unisono.service.ports.base import (
    Bell,
    BellListener,
    Cursor,
    Fanout,
    Leases,
    Log,
    LoggedEvent,
    NewEvent,
)
from unisono.service.ports.bonds import Bonds
from unisono.service.ports.browser_calls import BrowserCalls
from unisono.service.ports.budgets import Budgets
from unisono.service.ports.bulk import Bulk
from unisono.service.ports.calendars import OwnCalendars
from unisono.service.ports.call_backs import CallBacks
from unisono.service.ports.calls import Calls
from unisono.service.ports.canned import Canned
from unisono.service.ports.cases import Cases
from unisono.service.ports.channels import Channels
from unisono.service.ports.commands import Commands
from unisono.service.ports.comments import Comments
from unisono.service.ports.consults import Consults
from unisono.service.ports.custody import Custody
from unisono.service.ports.customers import Customers
from unisono.service.ports.directory import DirectoryPort
from unisono.service.ports.evidence import EvidencePort
from unisono.service.ports.hands import Hands
from unisono.service.ports.held import Held
from unisono.service.ports.learning import Learning
from unisono.service.ports.ledgers import Inbox, Outbox, Timers
from unisono.service.ports.lending import Lending
from unisono.service.ports.listening import Listening
from unisono.service.ports.mentions import Mentions
from unisono.service.ports.own_figures import OwnFiguresPort
from unisono.service.ports.people import People
from unisono.service.ports.people_figures import PeopleFigures
from unisono.service.ports.presence import PresencePort
from unisono.service.ports.privacy import Privacy
from unisono.service.ports.push import Push
from unisono.service.ports.reading import Reading
from unisono.service.ports.repairs import Repairs
from unisono.service.ports.report_mail import Schedules
from unisono.service.ports.reports import Reports
from unisono.service.ports.retention import Retention
from unisono.service.ports.ring_cards import RingCards
from unisono.service.ports.rules import Followers, Rules
from unisono.service.ports.saved_views import SavedViews
from unisono.service.ports.searching import Searching
from unisono.service.ports.second import Second
from unisono.service.ports.secrets import Secrets
from unisono.service.ports.service_levels import ServiceLevels
from unisono.service.ports.setup import Setup
from unisono.service.ports.spam import Spam
from unisono.service.ports.storms import Storms
from unisono.service.ports.tags import Tags
from unisono.service.ports.talk import Talk
from unisono.service.ports.tallies import Tallies
from unisono.service.ports.telephones import Telephones
from unisono.service.ports.triage import Triage
from unisono.service.ports.uploads import Uploads
from unisono.service.ports.webhooks import Webhooks
from unisono.service.ports.work import Work
from unisono.service.ports.writing_aid import WritingAid
from unisono.service.ports.xmpp import XmppPeople

__all__ = [
    "Administration",
    "Alerts",
    "Bell",
    "BellListener",
    "Bonds",
    "Bulk",
    "Canned",
    "Cases",
    "Channels",
    "Commands",
    "Cursor",
    "Customers",
    "Database",
    "Fanout",
    "Followers",
    "Hands",
    "Held",
    "Inbox",
    "Learning",
    "Leases",
    "Log",
    "LoggedEvent",
    "Mentions",
    "NewEvent",
    "Outbox",
    "People",
    "PeopleFigures",
    "Privacy",
    "Reading",
    "Reports",
    "Retention",
    "Rules",
    "SavedViews",
    "Searching",
    "Secrets",
    "ServiceLevels",
    "Setup",
    "Spam",
    "Tags",
    "Talk",
    "Timers",
    "Tx",
    "Uploads",
    "Webhooks",
    "Work",
]


class Tx(Protocol):
    """One transaction and the nouns it reaches. `now` is read once, from the clock that the database was given."""

    @property
    def now(self) -> datetime: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def timers(self) -> Timers: ...
    @property
    def talk(self) -> Talk: ...
    @property
    def work(self) -> Work: ...
    @property
    def custody(self) -> Custody: ...
    @property
    def lending(self) -> Lending: ...

    @property
    def directory(self) -> DirectoryPort: ...
    @property
    def listening(self) -> Listening: ...
    @property
    def storms(self) -> Storms: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def triage(self) -> Triage: ...
    @property
    def aid(self) -> WritingAid: ...
    @property
    def second(self) -> Second: ...
    @property
    def bonds(self) -> Bonds: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def evidence(self) -> EvidencePort: ...
    @property
    def own_figures(self) -> OwnFiguresPort: ...
    @property
    def customers(self) -> Customers: ...
    @property
    def consults(self) -> Consults: ...
    @property
    def hands(self) -> Hands: ...
    @property
    def channels(self) -> Channels: ...
    @property
    def budgets(self) -> Budgets: ...
    @property
    def comments(self) -> Comments: ...
    @property
    def calls(self) -> Calls: ...
    @property
    def canned(self) -> Canned: ...
    @property
    def mentions(self) -> Mentions: ...
    @property
    def held(self) -> Held: ...
    @property
    def people(self) -> People: ...
    @property
    def figures(self) -> PeopleFigures: ...
    @property
    def presence(self) -> PresencePort: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def own_calendars(self) -> OwnCalendars: ...
    @property
    def xmpp(self) -> XmppPeople: ...
    @property
    def privacy(self) -> Privacy: ...
    @property
    def setup(self) -> Setup: ...
    @property
    def levels(self) -> ServiceLevels: ...
    @property
    def tallies(self) -> Tallies: ...
    @property
    def repairs(self) -> Repairs: ...
    @property
    def commands(self) -> Commands: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def uploads(self) -> Uploads: ...
    @property
    def learning(self) -> Learning: ...
    @property
    def searching(self) -> Searching: ...
    @property
    def tags(self) -> Tags: ...
    @property
    def saved_views(self) -> SavedViews: ...
    @property
    def bulk(self) -> Bulk: ...
    @property
    def spam(self) -> Spam: ...
    @property
    def reading(self) -> Reading: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def followers(self) -> Followers: ...
    @property
    def admin(self) -> Administration: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def push(self) -> Push: ...
    @property
    def webhooks(self) -> Webhooks: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def browser_calls(self) -> BrowserCalls: ...
    @property
    def telephones(self) -> Telephones: ...
    @property
    def call_backs(self) -> CallBacks: ...
    @property
    def ring_cards(self) -> RingCards: ...
    @property
    def log(self) -> Log: ...
    @property
    def leases(self) -> Leases: ...

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """A block of its own within the transaction: an exception takes back what it wrote and emitted, and nothing else."""

    def emit(self, event: NewEvent) -> None:
        """Add an event to the log; it is written with the transaction. Refused on a reading transaction."""


class Database(Protocol):
    """Transactions. Both raise `domain.errors.Unavailable` when the database does not answer."""

    def write(self, *, single: bool = False) -> AbstractAsyncContextManager[Tx]:
        """Begin; commit at the end of the block and ring the bell if events were emitted; roll back on an exception.

        Who locks more than one row does so in the order that `service/locks.py` gives.

        single: the block is one statement, a transaction by itself, which saves two ways to the database; it emits nothing.
        """

    def read(self) -> AbstractAsyncContextManager[Tx]:
        """Read only; each statement sees what was committed before it."""
