"""Texts of ours that are used again and again: of the house, of a queue, or one's own; by language, with variables."""

import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.placeholders import check_variables, fill
from unisono.service.ports import Database, Tx
from unisono.service.ports.canned import CannedView, NewCanned
from unisono.service.text import storable

MANAGE: Final = "queue.manage"
MAX_CHARS: Final = 20_000
MAX_NAME: Final = 100
LANGUAGES: Final = re.compile(r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")
_KEY: Final = re.compile(r"^[\w-]{1,40}$")


class CannedChange(Struct, frozen=True, kw_only=True):
    """What a canned answer is to be."""

    scope_kind: str
    scope_id: UUID | None
    folder: str
    key: str
    name: str
    texts: dict[str, str]


class Filled(Struct, frozen=True, kw_only=True):
    """A canned answer as it would stand in an answer. missing: variables whose value is not known."""

    text: str
    language: str
    missing: list[str]


async def usable_answers(db: Database, access: Access, conversation_id: UUID | None) -> list[CannedView]:
    """Return what the asker can use: everywhere, or in one conversation. Raises NotFound for one that is not to be seen."""
    async with db.read() as tx:
        queue_id = await _queue_of(tx, access, conversation_id) if conversation_id is not None else None
        return await tx.canned.usable(access.user_id, queue_id)


async def fill_answer(db: Database, access: Access, canned_id: UUID, conversation_id: UUID, language: str | None) -> Filled:
    """Return a canned answer filled in for a conversation, in the language asked for if it has that, else the customer's."""
    async with db.read() as tx:
        await _queue_of(tx, access, conversation_id)
        canned = await _visible(tx, access, canned_id)
        values = await tx.canned.values(conversation_id, access.user_id)
        spoken = [i.language for i in reversed(await tx.reading.interactions([conversation_id])) if i.language]
    chosen = choose_language(canned.texts, [language, *spoken[:1]])
    text, missing = fill(canned.texts[chosen], values)
    return Filled(text=text, language=chosen, missing=missing)


def choose_language(texts: Mapping[str, str], wanted: list[str | None]) -> str:
    """Return the first language wanted that there is a text in, by its first two letters; else English, else any."""
    for language in [*wanted, "en"]:
        for held in texts:
            if language and held.split("-")[0] == language.split("-")[0]:
                return held
    return next(iter(texts))


async def put_answer(db: Database, access: Access, canned_id: UUID, wanted: CannedChange) -> CannedView:
    """Keep a canned answer, new or changed.

    Raises Forbidden for the house's and a queue's without the right; Invalid naming what does not fit, also a variable that there
    is not; Conflict when its key is taken where it stands.
    """
    change = _checked(access, wanted)
    async with db.write() as tx:
        before = await tx.canned.find(canned_id)
        if before is not None:
            _demand(access, before.scope_kind, before.scope_id)
        if change.scope_kind == "queue" and change.scope_id and not await tx.setup.queues([change.scope_id]):
            raise Invalid("This queue does not exist.", code="no_queue", field="scope_id")
        kept = NewCanned(
            id=canned_id, scope_kind=change.scope_kind, scope_id=change.scope_id, folder=change.folder, key=change.key,
            name=change.name, texts=change.texts,
        )  # fmt: skip
        if not await tx.canned.put(kept, access.user_id):
            raise Conflict(f"/{change.key} is taken there; choose another short word.", code="taken", field="key")
        await tx.privacy.audit(
            access.user_id, "canned_answer.kept", "canned_answer", str(canned_id), {"scope": change.scope_kind}
        )
        found = await tx.canned.find(canned_id)
    assert found is not None
    return found


async def drop_answer(db: Database, access: Access, canned_id: UUID) -> None:
    """Take a canned answer away; what was written with it stays. Raises NotFound, Forbidden."""
    async with db.write() as tx:
        canned = await _visible(tx, access, canned_id)
        _demand(access, canned.scope_kind, canned.scope_id)
        await tx.canned.archive(canned_id)
        await tx.privacy.audit(access.user_id, "canned_answer.dropped", "canned_answer", str(canned_id), {})


def _checked(access: Access, wanted: CannedChange) -> CannedChange:
    if wanted.scope_kind not in ("house", "queue", "own"):
        raise Invalid("A canned answer belongs to the house, a queue, or to oneself.", code="not_one_of", field="scope_kind")
    scope_id = access.user_id if wanted.scope_kind == "own" else wanted.scope_id if wanted.scope_kind == "queue" else None
    if wanted.scope_kind == "queue" and scope_id is None:
        raise Invalid("Choose the queue.", code="no_queue", field="scope_id")
    _demand(access, wanted.scope_kind, scope_id)
    name, folder, key = storable(wanted.name).strip(), storable(wanted.folder).strip(), wanted.key.strip().lower()
    if not name or len(name) > MAX_NAME or len(folder) > MAX_NAME:
        raise Invalid(f"A name has 1 to {MAX_NAME} characters.", code="bad_name", field="name")
    if not _KEY.match(key):
        raise Invalid("The short word has letters, digits, - and _ only.", code="bad_key", field="key")
    texts = {language: clean for language, text in wanted.texts.items() if (clean := storable(text).strip())}
    if not texts:
        raise Invalid("Write the text in one language at least.", code="empty", field="texts")
    for language, text in texts.items():
        if not LANGUAGES.match(language):
            raise Invalid(f"{language!r} is no language, such as de or en.", code="no_language", field="texts")
        if len(text) > MAX_CHARS:
            raise Invalid(f"A canned answer takes {MAX_CHARS} characters.", code="too_long", field="texts")
        check_variables(text, field=f"texts.{language}")
    return CannedChange(scope_kind=wanted.scope_kind, scope_id=scope_id, folder=folder, key=key, name=name, texts=texts)


def _demand(access: Access, scope_kind: str, scope_id: UUID | None) -> None:
    if scope_kind == "own":
        if scope_id != access.user_id:
            raise NotFound("This canned answer does not exist, or is not yours to see.")
        return
    if not access.may(MANAGE):
        raise Forbidden(f"This needs the right {MANAGE!r}, which none of your roles gives.", action=MANAGE)


async def _visible(tx: Tx, access: Access, canned_id: UUID) -> CannedView:
    canned = await tx.canned.find(canned_id)
    if canned is None or (canned.scope_kind == "own" and canned.scope_id != access.user_id):
        raise NotFound("This canned answer does not exist, or is not yours to see.")
    return canned


async def _queue_of(tx: Tx, access: Access, conversation_id: UUID) -> UUID | None:
    placed = await tx.reading.conversation(conversation_id)
    if placed is None or not access.sees(placed.access_class, placed.agent_id):
        raise NotFound("This conversation does not exist, or is not yours to see.")
    interactions = await tx.reading.interactions([conversation_id])
    return interactions[-1].queue_id if interactions else None
