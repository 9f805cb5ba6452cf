"""Our side of a case: one channel in the house, and what intake, an agent and the sender do with it, step by step."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx2
from msgspec import Struct

from unisono.contract import Connector, HttpRequest, OutMessage, PullFailed, Raw, Response
from unisono.contract.inbound import Author, ThreadRef
from unisono.domain.ids import new_id
from unisono.domain.words import ChannelState, DeliveryState, Visibility
from unisono.service.answer import Answer, answer
from unisono.service.attachments import keep_file, receive_file
from unisono.service.channel_context import open_connector, store_raw
from unisono.service.channels import Draft, add_channel, archive_channel
from unisono.service.intake import Round, fetch_media, process_once, pull_round
from unisono.service.ports.channels import ChannelFacts
from unisono.service.sender import Sender
from unisono.service.take import take
from unisono.testing.conformance.case import Broken, Facts, expect, facts_of
from unisono.testing.conformance.stage import Stage
from unisono.testing.lab import Doors, Item, Lab, LabFile, Setting, Shown, Wire

_FINAL = frozenset({"sent", "delivered", "read", "failed", "dead"})
_MOST_STEPS = 60
_LINES = """
select m.id, m.conversation_id, m.direction, m.visibility, m.remote_id, m.parent_remote_id, m.delivery, m.delivery_code,
       m.said_at, coalesce(t.text, '') as text, t.message_id is null as gone, c.root_remote_id, c.reply_until, c.links_to,
       i.remote_id as author_id, i.realm as author_realm, i.handle as author_handle
from message m join conversation c on c.id = m.conversation_id join identity i on i.id = c.identity_id
left join message_text t on t.message_id = m.id
where m.channel_id = $1 order by m.said_at, m.tie_break, m.ingest_key
"""


class Effort(Struct, frozen=True, kw_only=True):
    """How much is tried. volume: items of case 22. timed: whether the stated rate is held against the clock."""

    volume: int = 10_000
    timed: bool = True


class Line(Struct, frozen=True, kw_only=True):
    """A message as it stands in the store, with what is known of its conversation."""

    id: UUID
    conversation_id: UUID
    direction: str
    visibility: str
    remote_id: str | None
    parent_remote_id: str | None
    delivery: str | None
    delivery_code: str
    said_at: Any
    text: str
    gone: bool
    root_remote_id: str
    reply_until: Any
    links_to: str | None
    author_id: str
    author_realm: str
    author_handle: str


class Parcel(Struct, frozen=True, kw_only=True):
    """A row of the outbox."""

    state: str
    error_code: str
    error: str
    attempts: int
    next_at: Any
    remote_id: str | None


class Side:
    """A channel of the lab's account in the stage's house."""

    def __init__(self, stage: Stage, lab: Lab, setting: Setting, channel_id: UUID, effort: Effort) -> None:
        self.stage = stage
        self.lab = lab
        self.setting = setting
        self.channel_id = channel_id
        self.effort = effort
        self.clock = stage.clock
        self.facts: Facts
        self._sender = Sender(stage.outside, "conformance")

    @property
    def hook_url(self) -> str:
        """Where the network pushes to."""
        return f"{self.stage.base_url}/hooks/{self.channel_id}"

    @property
    def page_url(self) -> str:
        """Where the connector's own pages are."""
        return f"{self.stage.base_url}/c/{self.channel_id}"

    # -- the channel -------------------------------------------------------------------------------------------------

    async def channel(self) -> ChannelFacts:
        """Return the channel as it stands."""
        async with self.stage.outside.db.read() as tx:
            found = await tx.channels.facts(self.channel_id)
        assert found is not None
        return found

    async def connector(self) -> Connector:
        """Return the channel's connector, built anew, as after a restart."""
        return open_connector(self.stage.outside, await self.channel())

    async def state(self) -> tuple[str, str]:
        """Return the channel's state, and what the house says about it."""
        [row] = await self.stage.sql("select state, state_what from channel where id = $1", self.channel_id)
        return row["state"], row["state_what"]

    def usual(self) -> Visibility:
        """Return the kind of thread in which customers usually write."""
        return self.facts.caps.visibilities[0]

    def words(self, text: str) -> str:
        """Return a text that stands nowhere else."""
        return f"{text} ({secrets.token_hex(4)})"

    # -- hearing -----------------------------------------------------------------------------------------------------

    async def pull(self) -> Round:
        """Pull all streams once, as the intake does."""
        return await pull_round(self.stage.outside, await self.channel(), await self.connector())

    async def read(self) -> None:
        """Take in what stands in the inbox, and fetch what belongs to it."""
        channel, connector = await self.channel(), await self.connector()
        while await process_once(self.stage.outside, channel, connector):
            pass
        await fetch_media(self.stage.outside, channel, connector)

    async def hear(self) -> None:
        """Pull, when there is something to pull from, take what is pushed alone, and read.

        Raises Broken when the network could not be asked, or was not thanked.
        """
        await self._take_pushes()
        if self.facts.caps.pull:
            told = await self.pull()
            ok = told.health is not None and told.health.state is ChannelState.OK
            expect(ok, f"A pull in calm weather failed: {told.health.what if told.health else 'the store'}")
        await self.read()

    async def _take_pushes(self) -> bool:
        due = self.lab.due() if self.facts.caps.webhook else []
        for request in due:
            answer = await self.knock(request)
            expect(answer.status < 300, f"A push of the network is answered with status {answer.status}.")
        return bool(due)

    async def say(self, text: str, **more: Any) -> Line:
        """Let a customer say something, hear it, and return it as it was taken in."""
        await self.lab.say(text, **more)
        await self.hear()
        return await self.line(text)

    async def put(self, raws: Sequence[Raw]) -> None:
        """Put raw items into the inbox, as a push does."""
        await store_raw(self.stage.outside, self.channel_id, raws)

    # -- what the house has ------------------------------------------------------------------------------------------

    async def lines(self) -> list[Line]:
        """Return all messages of the channel in transcript order."""
        return [Line(**dict(row)) for row in await self.stage.sql(_LINES, self.channel_id)]

    async def having(self, text: str) -> list[Line]:
        """Return the messages that hold a text."""
        return [line for line in await self.lines() if text in line.text]

    async def line(self, text: str) -> Line:
        """Return the one message that holds a text. Raises Broken when there is none, or more than one."""
        found = await self.having(text)
        if len(found) == 1:
            return found[0]
        problems = "; ".join(sorted({row["error"] for row in await self._inbox("quarantined")}))
        why = f" In quarantine: {problems}" if problems else ""
        raise Broken(f"{text!r} stands {len(found)} times in the house, not once.{why}")

    async def once(self, *texts: str) -> None:
        """Demand that each text stands in the house exactly once."""
        for text in texts:
            await self.line(text)

    async def interactions(self) -> int:
        """Count the channel's interactions, open and closed."""
        [row] = await self.stage.sql("select count(*) as n from interaction where channel_id = $1", self.channel_id)
        return int(row["n"])

    async def events(self, type_: str) -> int:
        """Count what was told of the channel."""
        [row] = await self.stage.sql(
            "select count(*) as n from event where channel_id = $1 and type = $2", self.channel_id, type_
        )
        return int(row["n"])

    async def quarantined(self) -> int:
        """Count what was set aside."""
        return len(await self._inbox("quarantined"))

    async def _inbox(self, state: str) -> list[Any]:
        return await self.stage.sql("select id, error from inbox where channel_id = $1 and state = $2", self.channel_id, state)

    # -- answering ---------------------------------------------------------------------------------------------------

    async def accept(self, line: Line) -> UUID:
        """Take the open enquiry that a message belongs to, and return it."""
        rows = await self.stage.sql(
            "select id, state from interaction where conversation_id = $1 and state <> 'closed'", line.conversation_id
        )
        expect(rows, f"{line.text[:60]!r} opened no enquiry.")
        if rows[0]["state"] in ("waiting", "offered"):
            await take(self.stage.outside.db, self.stage.access, rows[0]["id"])
        found: UUID = rows[0]["id"]
        return found

    async def answer(
        self, line: Line, text: str, *, visibility: str | None = None, files: Sequence[LabFile] = (), subject: str = ""
    ) -> UUID:
        """Answer a message as an agent does, and return the answer's id; it is in the outbox then."""
        interaction_id = await self.accept(line)
        attachments = [await self.upload(file) for file in files]
        draft = Answer(
            message_id=new_id(), text=text, visibility=visibility or line.visibility, attachment_ids=tuple(attachments),
            in_reply_to=line.id if line.direction == "in" else None, subject=subject,
        )  # fmt: skip
        return await answer(self.stage.outside, self.stage.access, interaction_id, draft)

    async def upload(self, file: LabFile) -> UUID:
        """Upload a file as the desk does."""

        async def content() -> AsyncIterator[bytes]:
            yield file.content

        upload = await receive_file(
            self.stage.house, self.stage.access, new_id(), content(), name=file.name, declared_type=file.media_type
        )
        kept = await keep_file(self.stage.outside.db, upload, channel_id=self.channel_id, alt_text="")
        return kept.id

    async def attempt(self) -> int:
        """Let the sender try what is due now; returns how many answers it tried."""
        return await self._sender.send_due(self.channel_id)

    async def parcel(self, message_id: UUID) -> Parcel:
        """Return where an answer stands."""
        [row] = await self.stage.sql(
            "select state, error_code, error, attempts, next_at, remote_id from outbox where message_id = $1", message_id
        )
        return Parcel(**dict(row))

    async def deliver(self, message_id: UUID) -> Parcel:
        """Let the sender work, and time pass, until an answer's fate is decided."""
        for _ in range(_MOST_STEPS):
            await self.attempt()
            if await self._take_pushes():
                # In a house the intake runs beside the sender: what the network tells of an answer is heard meanwhile.
                await self.read()
            parcel = await self.parcel(message_id)
            if parcel.state in _FINAL:
                return parcel
            [row] = await self.stage.sql(
                "select case when state = 'sending' then lease_until else next_at end as at from outbox where message_id = $1",
                message_id,
            )
            self.clock.advance_to(row["at"])
            self.clock.advance(0.01)
        raise Broken(f"After {_MOST_STEPS} looks the answer is still {parcel.state} ({parcel.error_code}: {parcel.error}).")

    async def delivered(self, message_id: UUID) -> Parcel:
        """Do the same, and demand that it was sent."""
        parcel = await self.deliver(message_id)
        expect(
            parcel.state in ("sent", "delivered", "read"),
            f"The answer ended as {parcel.state} ({parcel.error_code}: {parcel.error}).",
        )
        return parcel

    def restart_sender(self) -> None:
        """Forget the process that sent; another one goes on."""
        self._sender = Sender(self.stage.outside, f"conformance-{secrets.token_hex(3)}")

    async def shown(self, text: str) -> list[Shown]:
        """Return what of ours stands at the network with a text in it."""
        return [one for one in await self.lab.shown() if text in one.text]

    async def shown_once(self, text: str) -> Shown:
        """Return the one thing of ours that holds a text. Raises Broken."""
        found = await self.shown(text)
        expect(len(found) == 1, f"{text!r} stands {len(found)} times at the network, not once.")
        return found[0]

    def message(self, line: Line, text: str, **more: Any) -> OutMessage:
        """Return an answer as a connector is handed it, past the service's own checks."""
        thread = ThreadRef(
            visibility=Visibility(line.visibility), root_id=line.root_remote_id, parent_id=line.remote_id, links_to=line.links_to
        )
        customer = Author(remote_id=line.author_id, realm=line.author_realm, handle=line.author_handle)
        given = {"thread": thread, "in_reply_to": line.remote_id, "recipient": customer, "text": text, **more}
        return OutMessage(key=str(new_id()), created_at=self.clock.now(), **given)

    # -- the wires and the doors -------------------------------------------------------------------------------------

    def sends(self) -> list[Wire]:
        """Return the wires by which answers go."""
        return [wire for wire in self.lab.wires if wire.sends is not None]

    def reads(self) -> list[Wire]:
        """Return the wires by which pulls come."""
        return [wire for wire in self.lab.wires if wire.reads is not None]

    async def calm(self) -> None:
        """Let all wires be good again."""
        for wire in self.lab.wires:
            wire.proxy.calm()

    async def knock(self, request: HttpRequest) -> Response:
        """Send a request of the network to our webhook, over HTTP."""
        params = [(name, value) for name, values in request.query.items() for value in values]
        return await self.ask(request.method, self.hook_url, headers=request.headers, params=params, content=request.body)

    async def ask(self, method: str, url: str, **more: Any) -> Response:
        """Send any request to the house."""
        async with httpx2.AsyncClient(timeout=60.0, trust_env=False, verify=False) as client:
            answered = await client.request(method, url, **more)
        return Response(status=answered.status_code, headers=dict(answered.headers), body=answered.content, url=url)

    async def push(self, item: Item, **how: Any) -> Response:
        """Let the network push an item."""
        return await self.knock(self.lab.push(item, **how))


@asynccontextmanager
async def connected(stage: Stage, lab: Lab, effort: Effort) -> AsyncIterator[Side]:
    """Connect a fresh account of the lab, as an administrator does, while the block runs."""
    setting = await lab.fresh()
    channel_id = new_id()
    draft = Draft(connector=lab.connector, config=setting.config, secrets=setting.secrets)
    await add_channel(
        stage.outside, stage.access, channel_id, draft, name=lab.connector.title(), queue_id=stage.queue_id, units=0
    )
    side = Side(stage, lab, setting, channel_id, effort)
    try:
        side.facts = facts_of(await side.connector(), stage.outside.registry.manifest(lab.connector))
        await lab.connected(Doors(hook_url=side.hook_url, page_url=side.page_url))
        if side.facts.caps.pull:
            await side.hear()
        yield side
    finally:
        stage.trap.disarm()
        stage.http.patient = False
        await side.calm()
        with contextlib.suppress(PullFailed):
            await archive_channel(stage.outside, stage.access, channel_id)


__all__ = ["DeliveryState", "Effort", "Line", "Parcel", "Side", "connected"]
