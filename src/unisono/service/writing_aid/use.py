"""One ask of the language model, whatever it is for: allowed, masked, within its limits, written into the audit, put back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Conflict, UnisonoError
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.metrics import AID_ASKS
from unisono.service.ports import Tx
from unisono.service.ports.privacy import Cipher
from unisono.service.secrets import bound_to
from unisono.service.settings import read_settings
from unisono.service.text import storable
from unisono.service.writing_aid.endpoint import MOST_ANSWER_TOKENS, Endpoint
from unisono.triage.backends.mask import is_cover, mask, put_back
from unisono.triage.backends.prompts import trimmed
from unisono.triage.backends.protocol import Job, Task, Words

OWNER: Final = "aid"
KEY: Final = "key"
#: The house itself: its key belongs to nobody in it.
HOUSE: Final = UUID(int=0)
DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=7)
MOST_CHARS: Final = 12_000
#: Lest a budget be overdrawn, an ask is reckoned at what it may cost at most; a token is seldom shorter than three signs.
_CHARS_PER_TOKEN: Final = 3
_INSTRUCTIONS: Final = 400
#: With these nothing reached the model, so nothing was spent.
_FREE: Final = frozenset({"aid_address", "aid_not_reached", "aid_busy", "aid_refused"})


class AidText(Struct, frozen=True, kw_only=True):
    """What the model wrote: for a person to read. masked: how many personal things it did not get to see."""

    text: str
    model: str
    masked: int


def is_on(values: Mapping[str, Any]) -> bool:
    """Whether the house has chosen a model."""
    return bool(values["aid.address"] and values["aid.model"])


async def ask(
    outside: Outside, access: Access, task: Task, conversation_id: UUID, words: Sequence[Words], language: str
) -> AidText:
    """Ask the model about texts of a conversation.

    Raises Conflict where the aid is off, the customer is excluded, nothing is there to work from, or the budget is used up;
    Unavailable when the model does not answer as it should.
    """
    async with outside.db.read() as tx:
        values = await read_settings(tx)
        endpoint = await open_endpoint(tx, outside, values)
        if await tx.aid.excluded(conversation_id):
            raise Conflict("Of this customer nothing is given to a language model. Nothing left the house.", code="aid_excluded")
        known = await tx.aid.names(conversation_id)
        customer = await tx.aid.customer_name(conversation_id)
    kept = trimmed([one for one in words if one.text.strip()], MOST_CHARS)
    if not kept:
        raise Conflict("There are no words here to work from. Nothing left the house.", code="aid_nothing")
    masked = mask([customer, *(one.text for one in kept)], known)
    customer, *texts = masked.texts
    job = Job(
        task=task,
        language=language,
        words=[Words(one.by, text) for one, text in zip(kept, texts, strict=True)],
        customer=customer if is_cover(customer) else "",
    )
    estimate = sum(map(len, masked.texts)) // _CHARS_PER_TOKEN + MOST_ANSWER_TOKENS + _INSTRUCTIONS
    ask_id = await _reserve(outside, values, task, estimate)
    facts: dict[str, Any] = {"model": endpoint.name, "masked": len(masked.kept)}
    try:
        done = await endpoint.do(job)
    except UnisonoError as error:
        spent = 0 if error.code in _FREE else estimate
        await _settle(outside, access, ask_id, task, conversation_id, spent, {**facts, "outcome": error.code})
        raise
    tokens = done.tokens if done.tokens is not None else estimate
    await _settle(outside, access, ask_id, task, conversation_id, tokens, {**facts, "outcome": "written"})
    return AidText(text=storable(put_back(done.text, masked.kept)), model=endpoint.name, masked=len(masked.kept))


async def open_endpoint(tx: Tx, outside: Outside, values: Mapping[str, Any]) -> Endpoint:
    """Return the model that the house has chosen. Raises Conflict where it has none."""
    if not is_on(values):
        raise Conflict(
            "The writing aid is off: no language model is chosen. An administrator can do so under Settings, Writing aid.",
            code="aid_off",
        )
    key = await key_of(tx, outside.cipher)
    return Endpoint(outside, str(values["aid.address"]), str(values["aid.model"]), key, float(values["aid.wait_s"]))


async def key_of(tx: Tx, cipher: Cipher) -> str:
    """Return the model's key; empty where it needs none."""
    sealed = await tx.secrets.get(OWNER, HOUSE, KEY)
    return "" if sealed is None else cipher.open(sealed, bound_to(OWNER, HOUSE, KEY)).decode()


async def _reserve(outside: Outside, values: Mapping[str, Any], task: Task, tokens: int) -> UUID:
    ask_id = new_id()
    async with outside.db.write() as tx:
        await tx.aid.lock()
        await tx.aid.forget(tx.now - KEPT)
        if (await tx.aid.spent(tx.now - MINUTE)).asks >= int(values["aid.asks_per_minute"]):
            raise Conflict(
                "Within the last minute the model was asked as often as the house allows. Ask again in a moment.",
                code="aid_often",
            )
        if (await tx.aid.spent(tx.now - DAY)).tokens + tokens > int(values["aid.tokens_per_day"]):
            raise Conflict(
                "What the house allows the model to cost in 24 hours is used up. Nothing left the house; write without it.",
                code="aid_spent",
            )
        await tx.aid.add(ask_id, task.value, tokens)
    return ask_id


async def _settle(
    outside: Outside, access: Access, ask_id: UUID, task: Task, conversation_id: UUID, tokens: int, facts: dict[str, Any]
) -> None:
    async with outside.db.write() as tx:
        await tx.aid.settle(ask_id, tokens, facts["outcome"])
        await tx.privacy.audit(
            access.user_id, f"aid.{task.value}", "conversation", str(conversation_id), {**facts, "tokens": tokens}
        )
    AID_ASKS.labels(task.value, facts["outcome"]).inc()
