"""How long what is kept: rules by channel, class of work or house, a look at what would go, and the hand that carries them out.

What the law keeps goes into the sealed archive on its way out, as with every erasure; what is held goes nowhere.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.erase import erase_messages
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.retention import FILES, Hold, RetentionRule

WHAT: Final = ("texts", *FILES, "raw", "quarantine", "audit")
HELD: Final = ("customer", "conversation", "case")
#: Who changed what must be to be read for so long at least.
LEAST_AUDIT_DAYS: Final = 90
MOST_DAYS: Final = 36_500
MOST_COUNTED: Final = 10_000
BATCH: Final = 200
ROUNDS: Final = 50
MAX_GROUND_CHARS: Final = 500


class WouldGo(Struct, frozen=True, kw_only=True):
    """How much of something would go now; counting ends at 10,000."""

    what: str
    count: int


async def put_rules(db: Database, access: Access, rules: Sequence[RetentionRule]) -> None:
    """Replace all rules; from the next round on they hold. Raises Invalid."""
    async with db.write() as tx:
        await check_rules(tx, rules)
        await tx.retention.put_rules(rules)
        told = [f"{r.what} {r.channel_id or r.work_class_id or 'house'} {r.days}" for r in rules]
        await tx.privacy.audit(access.user_id, "retention.changed", "retention", "rules", {"rules": told})
        tx.emit(NewEvent(type="setting.changed", actor_id=access.user_id, body={}))


async def preview_rules(db: Database, rules: Sequence[RetentionRule]) -> list[WouldGo]:
    """Return how much would go by these rules now; nothing goes. Raises Invalid."""
    async with db.read() as tx:
        await check_rules(tx, rules)
        return [WouldGo(what=what, count=await tx.retention.count(what, _for(what, rules), MOST_COUNTED)) for what in WHAT]


async def check_rules(tx: Tx, rules: Sequence[RetentionRule]) -> None:
    """Raise Invalid for rules that cannot be."""
    channels = {channel.id for channel in await tx.setup.channels(None)}
    classes = {one.id for one in await tx.setup.work_classes()}
    seen: set[tuple[str, UUID | None, UUID | None]] = set()
    for place, rule in enumerate(rules):
        field = f"rules.{place}"
        if rule.what not in WHAT:
            raise Invalid(f"{rule.what!r} is none of {', '.join(WHAT)}.", code="not_one_of", field=field)
        low = LEAST_AUDIT_DAYS if rule.what == "audit" else 1
        if not low <= rule.days <= MOST_DAYS:
            raise Invalid(f"{rule.what} are kept for {low} to {MOST_DAYS} days.", code="out_of_range", field=field, low=low,
                          high=MOST_DAYS)  # fmt: skip
        narrowed = rule.channel_id is not None or rule.work_class_id is not None
        unknown = (rule.channel_id is not None and rule.channel_id not in channels) or (
            rule.work_class_id is not None and rule.work_class_id not in classes
        )
        key = (rule.what, rule.channel_id, rule.work_class_id)
        if unknown or key in seen or (rule.channel_id and rule.work_class_id) or (narrowed and rule.what == "audit"):
            raise Invalid(
                "A rule is of one channel, of one class of work, or of the house, and each stands once.", code="bad_retention",
                field=field,
            )  # fmt: skip
        seen.add(key)


async def set_hold(db: Database, access: Access, kind: str, id_: UUID, ground: str | None) -> None:
    """Hold something on a ground that is written down, or lift the hold. Raises Invalid, NotFound."""
    if kind not in HELD:
        raise Invalid(f"{kind!r} is none of {', '.join(HELD)}.", code="not_one_of", field="kind")
    clean = None if ground is None else ground.strip()
    if clean is not None and not 3 <= len(clean) <= MAX_GROUND_CHARS:
        raise Invalid("Say on what ground: it is kept with who decided.", code="empty", field="ground")
    async with db.write() as tx:
        if not await tx.retention.set_hold(kind, id_, clean):
            raise NotFound("What is to be held does not exist.")
        action = "hold.set" if clean else "hold.lifted"
        await tx.privacy.audit(access.user_id, action, kind, str(id_), {"ground": clean} if clean else {})


async def holds(db: Database) -> list[Hold]:
    """Return what must not go."""
    async with db.read() as tx:
        return await tx.retention.holds()


async def keep_house(outside: Outside) -> int:
    """Let go what has outlived its time, a round at a time; returns how many things went."""
    async with outside.db.read() as tx:
        rules = await tx.retention.rules()
    went = 0
    for _ in range(ROUNDS if rules else 0):
        done = await _one_round(outside, rules)
        went += done
        if done == 0:
            break
    return went


async def _one_round(outside: Outside, rules: Sequence[RetentionRule]) -> int:
    of = {what: [rule for rule in rules if rule.what == what] for what in WHAT}
    done = await _texts(outside, of["texts"]) + await _files(outside, _for(FILES[0], rules))
    async with outside.db.write() as tx:
        done += await tx.retention.drop_raw(of["raw"], BATCH)
    async with outside.db.write() as tx:
        for item_id in await tx.retention.due_quarantine(of["quarantine"], BATCH):
            if await tx.inbox.discard(item_id) is not None:
                tx.emit(NewEvent(type="quarantine.changed", body={"inbox_id": item_id}))
                done += 1
    for rule in of["audit"]:
        async with outside.db.write() as tx:
            done += await tx.retention.drop_audit(rule.days)
    return done


async def _texts(outside: Outside, rules: Sequence[RetentionRule]) -> int:
    async with outside.db.write() as tx:
        due = await tx.retention.due_texts(rules, BATCH)
        if not due:
            return 0
        await outside.tombstones.add("message", due)
        _, erased = await erase_messages(tx, outside.cipher, due)
    await outside.files.delete(erased.attachments)
    return len(erased.messages)


async def _files(outside: Outside, rules: Sequence[RetentionRule]) -> int:
    async with outside.db.write() as tx:
        gone = await tx.retention.drop_files(rules, BATCH)
        for message_id in sorted({one.message_id for one in gone}):
            tx.emit(NewEvent(type="message.edited", body={"message_id": message_id}))
        for one in gone:
            if one.call_id is not None:
                # Who said what on the phone is nobody's to keep longer, and that it went is to be proved.
                facts = {"kind": one.kind, "days": one.days}
                await tx.privacy.audit(None, "recording.expired", "call", str(one.call_id), facts)
    await outside.files.delete([one.id for one in gone])
    return len(gone)


def _for(what: str, rules: Sequence[RetentionRule]) -> list[RetentionRule]:
    """Return the rules that something goes by."""
    return [rule for rule in rules if rule.what == what or (what in FILES and rule.what in FILES)]
