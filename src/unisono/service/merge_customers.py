"""One person behind several handles: who may be the same, merging, and undoing it so that everything is as it was.

Nothing merges by itself. A merge says who decided, why, and what spoke for it; see `identity/` for what counts as evidence.
"""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.identity.compare import Claim, ClaimKind, Handle, compare, link_key, mail_key, phone_key
from unisono.identity.evidence import Evidence, Kind, Verdict, score, verdict
from unisono.identity.partition import leads
from unisono.service.access import Access
from unisono.service.customer_views import EvidenceView, LinksView, SuggestionView
from unisono.service.merge_conversations import part_conversations
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.customers import KnownHandle, NewMerge
from unisono.service.text import fold, storable

MAX_REASON_CHARS: Final = 500
CANDIDATES: Final = 40
SUGGESTIONS: Final = 10
READ_TEXTS: Final = 50
#: How networks call somebody whose mailbox or number is their id there.
_MAIL_NETWORKS: Final = frozenset({"email"})
_PHONE_NETWORKS: Final = frozenset({"whatsapp", "sip", "phone", "sms"})
_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?:\+|00)[1-9](?:[\s()/.-]?\d){6,14}")
_URL: Final = re.compile(r"https?://[^\s<>\"')]+")


async def merge_customers(
    db: Database, access: Access, one_id: UUID, other_id: UUID, reason: str, merge_id: UUID | None = None
) -> UUID:
    """Say that two customers are one person; returns the merge. Their conversations, notes and fields show together from now on.

    Raises NotFound, Forbidden, Invalid without a reason; Conflict when they are one already, or one of them is erased.
    """
    reason = _checked_reason(reason)
    async with db.read() as tx:
        evidence = await _evidence(tx, one_id, other_id, access)
    async with db.write() as tx:
        await tx.customers.lock_merging()
        one = await reach_customer(tx, access, one_id)
        other = await reach_customer(tx, access, other_id)
        if one == other:
            raise Conflict("These are one person already; nothing was changed.", code="one_person")
        for customer in await tx.reading.customers([one, other]):
            if customer.erased:
                raise Conflict("This person was erased; nothing about them is kept.", code="erased")
        found = [*evidence, Evidence(kind=Kind.JUDGEMENT)]
        new = NewMerge(
            id=merge_id or new_id(), a=one, b=other, score=score(found), evidence=sorted({e.kind.value for e in found}),
            reason=reason, merged_by=access.user_id,
        )  # fmt: skip
        await tx.customers.add_merge(new)
        roots = await _regroup(tx, [one, other])
        facts = {"with": str(other), "merge_id": str(new.id), "score": round(new.score, 3), "evidence": list(new.evidence)}
        await tx.privacy.audit(access.user_id, "customer.merged", "customer", str(one), facts)
        for root in roots:
            tx.emit(NewEvent(type="customer.merged", actor_id=access.user_id, body={"customer_id": root}))
    return new.id


async def unmerge_customers(db: Database, access: Access, merge_id: UUID) -> None:
    """Undo a merge: who belongs together is what it would be had it never been made. Twice is once.

    What was noted meanwhile stays with whom it was noted of. Raises NotFound, Forbidden.
    """
    async with db.write() as tx:
        await tx.customers.lock_merging()
        merge = await tx.customers.merge(merge_id)
        if merge is None:
            raise NotFound("This merge does not exist, or is not yours to see.")
        await reach_customer(tx, access, merge.a)
        if not merge.standing:
            return
        roots, _ = await tx.customers.component([merge.a, merge.b])
        # What merges of their conversations hold together comes apart as well: its work before any conversation.
        await tx.hands.lock_work_of(roots)
        await tx.customers.end_merge(merge_id, access.user_id)
        await _regroup(tx, list(roots))
        await part_conversations(tx, access.user_id, list(roots))
        await tx.privacy.audit(
            access.user_id, "customer.unmerged", "customer", str(merge.a), {"from": str(merge.b), "merge_id": str(merge_id)}
        )
        for root in sorted(roots):
            tx.emit(NewEvent(type="customer.unmerged", actor_id=access.user_id, body={"customer_id": root}))


async def keep_apart(db: Database, access: Access, one_id: UUID, other_id: UUID) -> None:
    """Say that two customers are not one person, so that it is suggested no more. Raises NotFound, Forbidden, Conflict."""
    async with db.write() as tx:
        one = await reach_customer(tx, access, one_id)
        other = await reach_customer(tx, access, other_id)
        if one == other:
            raise Conflict("These are one person already; undo the merge first.", code="one_person")
        await tx.customers.set_apart(one, other, access.user_id)
        await tx.customers.touch(one)
        await tx.privacy.audit(access.user_id, "customer.kept_apart", "customer", str(one), {"from": str(other)})
        tx.emit(NewEvent(type="customer.noted", actor_id=access.user_id, body={"customer_id": one}))


async def claim(
    db: Database, access: Access, customer_id: UUID, identity_id: UUID, kind: str, value: str, *, there: bool = True
) -> None:
    """Write down, or take back, what the customer says is theirs: an address, a number, a page. It proves nothing.

    Raises NotFound, Forbidden, Invalid for what is no address, number or page.
    """
    key = _claim_key(kind, value)
    async with db.write() as tx:
        lead = await reach_customer(tx, access, customer_id)
        if identity_id not in {known.identity_id for known in await tx.customers.handles([lead])}:
            raise NotFound("This handle is not one of this customer's.")
        if there:
            changed = await tx.customers.add_claim(
                identity_id, kind, key, proved=False, source="colleague", user_id=access.user_id
            )
        else:
            changed = await tx.customers.drop_claim(identity_id, kind, key)
        if changed:
            await tx.customers.touch(lead)
            tx.emit(NewEvent(type="customer.noted", actor_id=access.user_id, body={"customer_id": lead}))


async def links_of(db: Database, access: Access, customer_id: UUID) -> LinksView:
    """Return who a customer is made of, and who else they may be, with what speaks for it. Raises NotFound."""
    async with db.read() as tx:
        lead = await reach_customer(tx, access, customer_id, "work.read")
        group = await tx.customers.group_of(lead)
        merges = await tx.customers.merges_of([lead, *(one for one in group if one != lead)])
        claims = await tx.customers.claims(lead)
        suggestions = await _suggestions(tx, access, lead, group)
    return LinksView(merges=merges, claims=claims, suggestions=suggestions)


async def reach_customer(tx: Tx, access: Access, customer_id: UUID, action: str = "work.answer") -> UUID:
    """Return who stands for a customer that the asker may see. Raises NotFound; Forbidden when only `action` lacks."""
    lead = await tx.customers.lead_of(customer_id)
    places = await tx.reading.customer_places(lead) if lead else []
    if lead is None or not any(access.sees(*place) for place in places):
        raise NotFound("This customer does not exist, or is not yours to see.")
    if not any(access.sees(*place, action) for place in places):
        raise Forbidden(f"Here this needs the right {action!r}, which your roles do not give.", action=action)
    return lead


# ---- who may be the same -------------------------------------------------------------------------------------------


async def _suggestions(tx: Tx, access: Access, lead: UUID, group: Sequence[UUID]) -> list[SuggestionView]:
    handles = await _known(tx, [lead], access)
    said = sorted({(c.kind.value, c.value) for known in handles for c in known.handle.claims})
    apart = await tx.customers.apart_from(group)
    alike = [one for one in await tx.customers.alike(handles, said, CANDIDATES) if one != lead and one not in apart]
    theirs = await _known(tx, alike[:CANDIDATES], access)
    by_customer: dict[UUID, list[KnownHandle]] = {}
    for known in theirs:
        by_customer.setdefault(known.customer_id, []).append(known)
    scored = [
        (score(evidence), customer_id, evidence)
        for customer_id, found in by_customer.items()
        if verdict(evidence := _between(handles, found)) is not Verdict.NOTHING
    ]
    best = sorted(scored, key=lambda s: (-s[0], s[1]))[:SUGGESTIONS]
    views = {customer.id: customer for customer in await tx.reading.customers([customer_id for _, customer_id, _ in best])}
    shown = []
    for value, customer_id, evidence in best:
        places = await tx.reading.customer_places(customer_id)
        if customer_id in views and not views[customer_id].erased and any(access.sees(*place) for place in places):
            shown.append(
                SuggestionView(
                    customer=views[customer_id], score=round(value, 3), verdict=verdict(evidence).value,
                    evidence=[EvidenceView(kind=e.kind.value, detail=e.detail) for e in evidence],
                )
            )  # fmt: skip
    return shown


async def _evidence(tx: Tx, one_id: UUID, other_id: UUID, access: Access) -> list[Evidence]:
    one, other = await tx.customers.lead_of(one_id), await tx.customers.lead_of(other_id)
    if one is None or other is None:
        return []
    return _between(await _known(tx, [one], access), await _known(tx, [other], access))


def _between(ours: Sequence[KnownHandle], theirs: Sequence[KnownHandle]) -> list[Evidence]:
    """Return what speaks for it, of all pairs of handles; a handle and a name that several share count once."""
    found = {e for a in ours for b in theirs for e in compare(a.handle, b.handle, fold)}
    return sorted(found, key=lambda e: (list(Kind).index(e.kind), e.detail))


async def _known(tx: Tx, customer_ids: Sequence[UUID], access: Access) -> list[KnownHandle]:
    """Return handles with all that is claimed of them: what is kept, what their network's id says, what they wrote themself."""
    said: dict[UUID, list[Claim]] = {}
    for customer_id in customer_ids:
        for identity_id, text in await tx.customers.recent_texts(customer_id, access.visible_classes(), READ_TEXTS):
            said.setdefault(identity_id, []).extend(_said_in(text))
    return [
        KnownHandle(
            identity_id=known.identity_id, customer_id=known.customer_id,
            handle=_with(known.handle, (*_by_id(known.handle), *said.get(known.identity_id, ()))),
        )
        for known in await tx.customers.handles(customer_ids)
    ]  # fmt: skip


def _by_id(handle: Handle) -> list[Claim]:
    """What the network's own id says: whom we hear from at a mailbox or a number is reached there."""
    if handle.network in _MAIL_NETWORKS and (key := mail_key(handle.remote_id)):
        return [Claim(kind=ClaimKind.MAIL, value=key, proved=True)]
    if handle.network in _PHONE_NETWORKS:
        number = handle.remote_id if handle.remote_id.startswith("+") else f"+{handle.remote_id}"
        if key := phone_key(number):
            return [Claim(kind=ClaimKind.PHONE, value=key, proved=True)]
    return []


def _said_in(text: str) -> list[Claim]:
    """What somebody wrote of themself, or of anybody else: a statement, no more."""
    found = [(ClaimKind.MAIL, mail_key(m)) for m in _MAIL.findall(text[:5_000])]
    found += [(ClaimKind.PHONE, phone_key(m)) for m in _PHONE.findall(text[:5_000])]
    found += [(ClaimKind.LINK, link_key(m.rstrip(".,;:!?"))) for m in _URL.findall(text[:5_000])]
    return [Claim(kind=kind, value=value, proved=False) for kind, value in found if value]


def _with(handle: Handle, claims: Sequence[Claim]) -> Handle:
    return Handle(
        network=handle.network, realm=handle.realm, remote_id=handle.remote_id, handle=handle.handle,
        display_name=handle.display_name, profile_url=handle.profile_url, claims=(*handle.claims, *claims),
    )  # fmt: skip


async def _regroup(tx: Tx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Let those stand for their groups whom the merges that stand now say; returns all whom it concerns."""
    found: set[UUID] = set(customer_ids)
    roots, merges = await tx.customers.component(customer_ids)
    # After one was undone its two sides are looked at together: their rows are locked in one go, in one order.
    stand = leads(roots, [(merge.a, merge.b) for merge in merges])
    await tx.customers.stand(stand)
    return sorted(found | set(roots))


def _claim_key(kind: str, value: str) -> str:
    keys = {"mail": mail_key, "phone": phone_key, "link": link_key}
    if kind not in keys:
        raise Invalid(f"{kind!r} is no kind of claim; known are {', '.join(keys)}.", code="not_one_of", field="kind")
    if not (key := keys[kind](value)):
        raise Invalid("This is no address, number (with its country, +49…) or page.", code="bad_claim", field="value")
    return key


def _checked_reason(reason: str) -> str:
    clean = storable(reason).strip()
    if not clean:
        raise Invalid("Say why: the reason is kept with who decided.", code="empty", field="reason")
    if len(clean) > MAX_REASON_CHARS:
        raise Invalid(f"A reason takes {MAX_REASON_CHARS} characters.", code="too_long", field="reason")
    return clean
