"""The API tells in how many parts a long answer goes out, and takes what it told."""

from collections.abc import AsyncIterator
from typing import ClassVar

import msgspec
import pytest_asyncio

from tests.kit import OneConnector, Scripted
from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, serve
from tests.web.test_work import accepted
from unisono.contract import TextLimit
from unisono.domain.ids import new_id
from unisono.service.first_run import first_administrator


class InParts(Scripted):
    """Takes a long text in up to three parts."""

    caps: ClassVar = msgspec.structs.replace(Scripted.caps, text=TextLimit(maximum=40), max_parts=3)


@pytest_asyncio.fixture
async def served(make_house: MakeHouse) -> AsyncIterator[Served]:
    house = await make_house(OneConnector(InParts))
    async with house.db.write() as tx:
        await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD))
    running = await serve(house)
    yield running
    await running.close()


async def test_what_the_count_allows_is_what_an_answer_may_be(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)

    async def told(text: str) -> int | None:
        found = await root.did("POST", f"interactions/{interaction}/parts", {"text": text})
        assert found["most"] == 3
        parts: int | None = found["parts"]
        return parts

    texts = ["Wort", "Wort " * 12, "Wort " * 16, "Wort " * 25, "w" * 60 + ".example", "Wort " * 30_000]
    counts = [await told(text) for text in texts]
    assert counts == [1, 2, 3, 4, None, None]
    for text, parts in zip(texts, counts, strict=True):
        draft = {"message_id": str(new_id()), "text": text, "visibility": "public"}
        answered = await root.ask("POST", f"interactions/{interaction}/answer", draft)
        assert answered.is_success == (parts is not None and parts <= 3), answered.text
        assert answered.is_success or answered.json()["code"] == "too_long"


async def test_only_who_may_answer_is_told(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)
    outsider = await served.logged_in("olaf")
    found = await outsider.ask("POST", f"interactions/{interaction}/parts", {"text": "Wort"})
    assert found.status_code in (403, 404)
