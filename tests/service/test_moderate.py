"""Hide, show, delete and like: done at the network first, then written down with the reason."""

from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest

from tests.kit import House, Person, Scripted
from unisono.contract import BudgetSpent, Reauth, Reject, SendResult, Sent, Unknown
from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.moderate import moderate


class Moderating(Scripted):
    """A network that lets us do everything to comments."""

    caps: ClassVar = msgspec.structs.replace(Scripted.caps, hide=True, delete_comment=True, like=True)
    did: ClassVar[list[tuple[str, str, Any]]] = []
    says: ClassVar[list[SendResult | Exception]] = []

    def _said(self, verb: str, remote_id: str, on: bool) -> SendResult:
        self.did.append((verb, remote_id, on))
        result = self.says.pop(0) if self.says else Sent(remote_id=remote_id)
        if isinstance(result, Exception):
            raise result
        return result

    async def hide(self, remote_id: str, hidden: bool) -> SendResult:
        return self._said("hide", remote_id, hidden)

    async def delete_comment(self, remote_id: str) -> SendResult:
        return self._said("delete", remote_id, True)

    async def like(self, remote_id: str, on: bool) -> SendResult:
        return self._said("like", remote_id, on)


@pytest.fixture
async def scene(house: House) -> tuple[House, Person, UUID]:
    """A public comment, and somebody who may do something about it."""
    house.outside.registry._code = Moderating  # type: ignore[attr-defined]
    Moderating.did, Moderating.says = [], []
    channel = await house.channel()
    await house.hear(channel, {"id": "c1", "text": "Ihr Betrüger!"})
    [row] = await house.sql("select id from message")
    return house, await house.agent(), row["id"]


async def stands(house: House) -> tuple[bool, bool]:
    [row] = await house.sql("select hidden, liked from message")
    return row["hidden"], row["liked"]


async def test_a_comment_is_hidden_and_shown_again_with_the_reason_in_the_audit(scene: tuple[House, Person, UUID]) -> None:
    house, person, message = scene
    await moderate(house.outside, person.access, message, "hide", "insult")
    assert await stands(house) == (True, False)
    await moderate(house.outside, person.access, message, "unhide", "it was a quotation")
    assert await stands(house) == (False, False)
    assert Moderating.did == [("hide", "c1", True), ("hide", "c1", False)]
    rows = await house.sql("select action, body from audit order by at, id")
    assert [(row["action"], row["body"]["reason"]) for row in rows] == [
        ("message.hidden", "insult"), ("message.shown", "it was a quotation"),
    ]  # fmt: skip
    assert await house.transcript() == ["Ihr Betrüger!"], "what is hidden there is still read here"


async def test_what_is_deleted_at_the_network_is_gone_here_and_stays_out(scene: tuple[House, Person, UUID]) -> None:
    house, person, message = scene
    await moderate(house.outside, person.access, message, "delete", "personal data of a third person")
    assert await house.transcript() == ["(deleted)"]
    [channel] = await _running(house)
    await house.hear(channel, {"id": "c1", "text": "Ihr Betrüger!", "revision": 7})
    assert await house.transcript() == ["(deleted)"]
    await moderate(house.outside, person.access, message, "delete", "again")
    assert len(Moderating.did) == 1


async def _running(house: House) -> Any:
    async with house.db.read() as tx:
        return await tx.channels.running()


async def test_a_like_needs_no_reason_and_hiding_does(scene: tuple[House, Person, UUID]) -> None:
    house, person, message = scene
    await moderate(house.outside, person.access, message, "like")
    assert await stands(house) == (False, True)
    with pytest.raises(Invalid):
        await moderate(house.outside, person.access, message, "hide", "  ")
    assert [did[0] for did in Moderating.did] == ["like"]


@pytest.mark.parametrize(
    ("says", "raised"),
    [
        (Reject(code="not_allowed", human="You are no administrator."), Conflict),
        (Reauth(human="Authorise anew."), Conflict),
        (Unknown(reason="cut"), Unavailable),
        (BudgetSpent("delete", None), Unavailable),
    ],
)
async def test_what_the_network_did_not_do_is_not_recorded(
    scene: tuple[House, Person, UUID], says: Any, raised: type[Exception]
) -> None:
    house, person, message = scene
    Moderating.says = [says]
    with pytest.raises(raised):
        await moderate(house.outside, person.access, message, "hide", "insult")
    assert await stands(house) == (False, False)
    assert await house.sql("select 1 from audit where action like 'message.%'") == []


async def test_only_what_the_network_can_and_what_a_customer_said_in_public(scene: tuple[House, Person, UUID]) -> None:
    house, person, message = scene
    with pytest.raises(NotFound):
        await moderate(house.outside, person.access, new_id(), "hide", "insult")
    [channel] = await _running(house)
    await house.hear(channel, {"id": "p1", "text": "Privat", "visibility": "private", "root": "p1"})
    [private] = await house.sql("select id from message where remote_id = 'p1'")
    with pytest.raises(Invalid):
        await moderate(house.outside, person.access, private["id"], "hide", "insult")
    house.outside.registry._code = Scripted  # type: ignore[attr-defined]
    with pytest.raises(Invalid):
        await moderate(house.outside, person.access, message, "hide", "insult")


async def test_deleting_needs_more_than_an_agent(scene: tuple[House, Person, UUID]) -> None:
    house, person, message = scene
    actions = frozenset({"work.read", "work.answer"})
    agent = Access(user_id=person.id, actions=actions, classes=dict.fromkeys(actions, None))
    with pytest.raises(Forbidden):
        await moderate(house.outside, agent, message, "delete", "insult")
    await moderate(house.outside, agent, message, "hide", "insult")
    assert [did[0] for did in Moderating.did] == ["hide"]
