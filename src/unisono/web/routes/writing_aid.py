"""The writing aid: drafts, translations and summaries by a language model of the house's choice, for a person to read."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from unisono.service.writing_aid.ask import draft_answer, sum_up, translate_message
from unisono.service.writing_aid.standing import (
    AidChecked,
    AidStanding,
    ConversationAid,
    aid_standing,
    check_aid,
    conversation_aid,
    exclude_customer,
    set_aid_key,
)
from unisono.service.writing_aid.use import AidText
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class KeyBody(Body):
    """The model's key; empty removes it."""

    key: Annotated[str, Meta(max_length=1_000)]


class LanguageBody(Body):
    """In which language, by its ISO 639-1 code."""

    language: Annotated[str, Meta(pattern="^[a-z]{2,3}$")]


class ExcludedBody(Body):
    """excluded: nothing of this customer is given to a model."""

    excluded: bool


@get("/aid", opt=needs("work.read"), tags=["Writing aid"])
async def standing(house: HouseDep) -> AidStanding:
    """Return whether the writing aid is on, which model it is, and what it has cost within 24 hours."""
    return await aid_standing(house.db)


@put("/aid/key", opt=needs("setting.manage"), tags=["Writing aid"], status_code=204)
async def key(house: HouseDep, actor: ActorDep, data: JSONBody[KeyBody]) -> None:
    """Seal the model's key; it is shown to nobody again."""
    await set_aid_key(house.outside, actor.access, data.key)


@post("/aid/check", opt=needs("setting.manage"), tags=["Writing aid"], status_code=200)
async def check(house: HouseDep, actor: ActorDep) -> AidChecked:
    """Ask the model for the translation of a fixed sentence, to see whether it answers."""
    return await check_aid(house.outside, actor.access)


@post("/interactions/{interaction_id:uuid}/aid/draft", opt=needs("work.answer"), tags=["Writing aid"], status_code=200)
async def draft(house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> AidText:
    """Draft an answer to what the customer wrote last. Nothing is sent, nothing is kept: a person reads, changes and sends it."""
    return await draft_answer(house.outside, actor.access, interaction_id)


@post("/messages/{message_id:uuid}/aid/translation", opt=needs("work.read"), tags=["Writing aid"], status_code=200)
async def translation(house: HouseDep, actor: ActorDep, message_id: FromPath[UUID], data: JSONBody[LanguageBody]) -> AidText:
    """Translate a message for whoever reads it."""
    return await translate_message(house.outside, actor.access, message_id, data.language)


@post("/conversations/{conversation_id:uuid}/aid/summary", opt=needs("work.read"), tags=["Writing aid"], status_code=200)
async def summary(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID], data: JSONBody[LanguageBody]) -> AidText:
    """Sum up a conversation for whoever takes it over."""
    return await sum_up(house.outside, actor.access, conversation_id, data.language)


@get("/conversations/{conversation_id:uuid}/aid", opt=needs("work.read"), tags=["Writing aid"])
async def of_conversation(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID]) -> ConversationAid:
    """Return whether the aid can be asked about a conversation."""
    return await conversation_aid(house.db, actor.access, conversation_id)


@put("/customers/{customer_id:uuid}/aid", opt=needs("work.answer"), tags=["Writing aid"], status_code=204)
async def exclusion(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], data: JSONBody[ExcludedBody]) -> None:
    """Say whether anything of a customer may be given to a model."""
    await exclude_customer(house.db, actor.access, customer_id, excluded=data.excluded)


ROUTES: list[Any] = [standing, key, check, draft, translation, summary, of_conversation, exclusion]
