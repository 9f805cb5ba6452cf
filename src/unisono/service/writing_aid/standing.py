"""How the writing aid stands: whether it is on, its key, what it has cost, and of whom nothing is given to it."""

from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.ports import Database
from unisono.service.secrets import put_secret
from unisono.service.settings import read_settings
from unisono.service.writing_aid.use import DAY, HOUSE, KEY, OWNER, is_on, open_endpoint
from unisono.triage.backends.protocol import Job, Task, Words

MOST_KEY_CHARS = 1_000


class AidStanding(Struct, frozen=True, kw_only=True):
    """The writing aid as everybody may know it. host: where words go, without names. asks, tokens: of the last 24 hours."""

    on: bool
    model: str
    host: str
    key_set: bool
    asks: int
    tokens: int
    tokens_per_day: int


class ConversationAid(Struct, frozen=True, kw_only=True):
    """Whether the aid can be asked about a conversation. excluded: its customer is not to be given to a model."""

    on: bool
    excluded: bool


class AidChecked(Struct, frozen=True, kw_only=True):
    """What the model answered to a sentence of ours."""

    answer: str


async def aid_standing(db: Database) -> AidStanding:
    """Return how it stands."""
    async with db.read() as tx:
        values = await read_settings(tx)
        spent = await tx.aid.spent(tx.now - DAY)
        keys = await tx.secrets.names(OWNER, HOUSE)
    return AidStanding(
        on=is_on(values), model=str(values["aid.model"]), host=urlsplit(str(values["aid.address"])).netloc, key_set=KEY in keys,
        asks=spent.asks, tokens=spent.tokens, tokens_per_day=int(values["aid.tokens_per_day"]),
    )  # fmt: skip


async def set_aid_key(outside: Outside, access: Access, key: str) -> None:
    """Seal the key of the model; empty removes it. It is shown to nobody again. Raises Forbidden, Invalid."""
    access.require("setting.manage")
    key = key.strip()
    if len(key) > MOST_KEY_CHARS or any(ord(sign) < 33 or ord(sign) > 126 for sign in key):
        raise Invalid(
            "A key has up to 1,000 plain signs without spaces. Nothing was kept.",
            code="bad_aid_key",
            field="key",
        )
    async with outside.db.write() as tx:
        if key:
            await put_secret(tx, outside.cipher, OWNER, HOUSE, KEY, key)
        else:
            await tx.secrets.remove(OWNER, HOUSE, KEY)
        await tx.privacy.audit(access.user_id, "aid.key_set" if key else "aid.key_removed", "setting", "aid", {})


async def check_aid(outside: Outside, access: Access) -> AidChecked:
    """Ask the model for the translation of a sentence of ours. Raises Forbidden, Conflict, Unavailable saying what is wrong."""
    access.require("setting.manage")
    async with outside.db.read() as tx:
        endpoint = await open_endpoint(tx, outside, await read_settings(tx))
    done = await endpoint.do(Job(task=Task.TRANSLATE, words=[Words("us", "Guten Tag, hier ist Unisono.")], language="en"))
    return AidChecked(answer=done.text)


async def conversation_aid(db: Database, access: Access, conversation_id: UUID) -> ConversationAid:
    """Return whether the aid can be asked about a conversation. Raises NotFound."""
    async with db.read() as tx:
        placed = await tx.reading.conversation(conversation_id)
        if placed is None or not access.sees(placed.access_class, placed.agent_id):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        return ConversationAid(on=is_on(await read_settings(tx)), excluded=await tx.aid.excluded(conversation_id))


async def exclude_customer(db: Database, access: Access, customer_id: UUID, *, excluded: bool) -> None:
    """Say that nothing of a customer is to be given to a model, or that it may be. It counts for all that they are known by.

    Raises NotFound, Forbidden; Conflict when they are erased.
    """
    async with db.write() as tx:
        places = await tx.reading.customer_places(customer_id)
        if not any(access.sees(*place) for place in places):
            raise NotFound("This customer does not exist, or is not yours to see.")
        if not any(access.sees(*place, "work.answer") for place in places):
            raise Forbidden("This needs the right 'work.answer', which your roles do not give here.", action="work.answer")
        changed = await tx.aid.exclude(customer_id, excluded=excluded)
        if changed is None:
            raise Conflict("This person was erased; nothing about them is kept.", code="erased")
        if changed:
            action = "customer.aid_excluded" if excluded else "customer.aid_allowed"
            await tx.privacy.audit(access.user_id, action, "customer", str(customer_id), {})
