"""What shows when the phone rings: who calls, what is open with them, what came last on all channels, and how that is known."""

from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct, field

from unisono.contract.voice import LegState
from unisono.identity.evidence import WEIGHTS, Kind
from unisono.service.access import Access
from unisono.service.calls.apparatus import apparatus_call, seconds_of
from unisono.service.calls.line import line_of
from unisono.service.calls.telephones import DESK
from unisono.service.customer_views import MergeView
from unisono.service.instant import Instant, maybe_instant
from unisono.service.look import sight_of
from unisono.service.ports import Database, Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.phone import Phone, PhoneCall
from unisono.service.ports.ring_cards import RingContact, RingHandle

LATEST: Final = 5
# Of the newest conversations so many are looked through for what is still open.
_LOOKED_AT: Final = 20


class CardContact(Struct, frozen=True, kw_only=True):
    """A conversation of the caller, on whichever channel."""

    conversation_id: UUID
    network: str
    medium: str
    subject: str
    at: Instant | None


class CardHandle(Struct, frozen=True, kw_only=True):
    """A handle of the caller. proof: the strongest kind of evidence by which it is theirs; `own` is what they call from."""

    network: str
    handle: str
    proof: str


class CallCard(Struct, frozen=True, kw_only=True):
    """Who calls. open: enquiries that are not closed, but for the call's own. last: the newest on all channels."""

    customer_id: UUID
    conversation_id: UUID
    name: str
    handle: str
    line: str
    blocked: bool
    open: list[CardContact]
    last: list[CardContact]
    identities: list[CardHandle]


class PhoneCallView(PhoneCall, frozen=True, kw_only=True):
    """A call of one's own phone, with its name in the house and who calls.

    mine: the enquiry is in one's own hands. may_record: the line's settings let talks be recorded. consents: who agreed to it.
    where: `desk`, or `phone` where the sound goes by a telephone of one's own. seconds: the legs of who was called into the talk.
    dials: numbers outside can be called into it.
    """

    id: UUID | None = None
    interaction_id: UUID | None = None
    card: CallCard | None = None
    mine: bool = False
    may_record: bool = False
    consents: list[str] = field(default_factory=list)
    where: str = "desk"
    outgoing: bool = False
    stage: str = ""
    seconds: list[str] = field(default_factory=list)
    dials: bool = False


async def phone_calls(db: Database, access: Access, phone: Phone) -> list[PhoneCallView]:
    """Return what rings or goes on at one's own phones. Of the caller's history it shows what the person may see."""
    calls = await phone.calls(access.user_id)
    async with db.read() as tx:
        views = [await _with_card(tx, access, call, await tx.calls.find(DESK, call.call_id)) for call in calls]
        for call_id in await tx.telephones.spoken_by(access.user_id):
            facts = await tx.calls.get(call_id)
            there = apparatus_call(facts, access.user_id) if facts is not None else None
            if facts is not None and there is not None:
                views.append(await _with_card(tx, access, there, facts))
    return views


async def _with_card(tx: Tx, access: Access, call: PhoneCall, facts: CallFacts | None) -> PhoneCallView:
    known = msgspec.structs.asdict(call)
    if facts is None:
        return PhoneCallView(**known)
    channel = await tx.channels.facts(facts.channel_id)
    line = channel.name if channel is not None else ""
    card = await card_of(tx, access, facts.conversation_id, line) if facts.conversation_id is not None else None
    rings = call.state == LegState.RINGING.value and not facts.outgoing
    terms = line_of(channel.config) if channel is not None else None
    powers = await tx.calls.powers(facts.driver) if terms is not None and terms.dial_prefixes and not rings else None
    place = await tx.reading.place_of(facts.interaction_id) if facts.interaction_id is not None and not rings else None
    return PhoneCallView(
        **known, id=facts.id, interaction_id=facts.interaction_id, card=card,
        mine=place is not None and place[1] == access.user_id,
        may_record=terms is not None and terms.recording == "ask",
        consents=list(facts.path.get("consents", [])), where="desk" if facts.driver == DESK else "phone",
        outgoing=facts.outgoing, stage=facts.stage, seconds=seconds_of(facts.call), dials=powers is not None and powers.calls_out,
    )  # fmt: skip


async def card_of(tx: Tx, access: Access, conversation_id: UUID, line: str) -> CallCard | None:
    """Return the card of a conversation's customer; None when there is none such any more. line: by what name it is called."""
    known = await tx.ring_cards.of(conversation_id, sight_of(access), _LOOKED_AT)
    if known is None:
        return None
    own, handles = known.own, known.handles or [known.own]
    merges = await tx.customers.merges_of([known.lead]) if len(handles) > 1 else []
    return CallCard(
        customer_id=known.lead, conversation_id=conversation_id, name=_name(own, handles), handle=own.handle, line=line,
        blocked=known.blocked, open=[_contact(one) for one in known.contacts if one.open],
        last=[_contact(one) for one in known.contacts[:LATEST]],
        identities=[
            CardHandle(network=one.network, handle=one.handle or one.display_name, proof=_proof(one, own, merges))
            for one in handles
        ],
    )  # fmt: skip


def _name(own: RingHandle, others: list[RingHandle]) -> str:
    """Return what the caller is called: by this line, else by another handle of theirs."""
    return own.display_name or next((one.display_name for one in others if one.display_name), "") or own.handle


def _contact(one: RingContact) -> CardContact:
    return CardContact(
        conversation_id=one.conversation_id, network=one.network, medium=one.medium, subject=one.subject or one.said,
        at=maybe_instant(one.at),
    )  # fmt: skip


def _proof(one: RingHandle, own: RingHandle, merges: list[MergeView]) -> str:
    """Return the strongest evidence of the merges that brought a handle to the caller's own; `own` where none was needed."""
    if one.id == own.id:
        return "own"
    kinds = [
        kind for merge in merges if any(handle.id == one.id for handle in (*merge.ours, *merge.theirs)) for kind in merge.evidence
    ]
    return max(kinds, key=_weight, default="own")


def _weight(kind: str) -> float:
    return WEIGHTS.get(Kind(kind), 0.0) if kind in {one.value for one in Kind} else 0.0
