"""An item is reported to those who run the network; what it was is kept sealed, for one role, with a reason."""

import base64
from typing import ClassVar
from uuid import UUID

import msgspec
import pytest

from tests.kit import House, Person
from tests.laws.test_law7_erasure import traces
from tests.service.test_moderate import Moderating
from unisono.contract import Reject, SendResult
from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.erase import erase_customer
from unisono.service.evidence import evidence_page, open_evidence
from unisono.service.moderate import moderate
from unisono.service.seal import open_sealed, verify_chain

REASON = "Prüfung durch die Rechtsabteilung"


class Reporting(Moderating):
    """A network that takes reports."""

    caps: ClassVar = msgspec.structs.replace(Moderating.caps, report=True)

    async def report(self, remote_id: str, author_id: str, reason: str) -> SendResult:
        return self._said(f"report:{author_id}:{reason}", remote_id, True)


@pytest.fixture
async def reported(house: House) -> tuple[House, Person, UUID]:
    """A comment with a picture, and somebody who may report it and open the archive."""
    house.outside.registry._code = Reporting  # type: ignore[attr-defined]
    Moderating.did, Moderating.says = [], []
    channel = await house.channel()
    picture = {"name": "vertraulich.pdf", "type": "image/png", "content": "Zaubernuss"}
    await house.hear(
        channel, {"id": "c1", "by": "c0", "name": "Rumpelstilz", "text": "Zaubernuss, sehr-privat", "files": [picture]}
    )
    [row] = await house.sql("select id from message")
    return house, await house.agent(), row["id"]


async def test_it_is_reported_once_with_the_reason_and_its_evidence_is_kept_as_it_was(
    reported: tuple[House, Person, UUID],
) -> None:
    house, person, message = reported
    await moderate(house.outside, person.access, message, "report", "threats")
    await moderate(house.outside, person.access, message, "report", "threats again")
    assert Moderating.did == [("report:c0:threats", "c1", True)]
    [row] = (await evidence_page(house.db, person.access, None, 10)).items
    assert (row.message_id, row.user_id) == (message, person.id)
    [audit] = await house.sql("select body from audit where action = 'message.reported'")
    assert audit["body"] == {"reason": "threats", "evidence": row.number}
    # What its author changes or takes back later, and their erasure, change nothing in it; every other copy is gone.
    [who] = await house.sql("select customer_id from identity")
    await erase_customer(house.outside, person.access, who["customer_id"], "Antrag")
    assert await traces(house) == []
    kept = await open_evidence(house.db, house.outside.cipher, person.access, row.number, REASON)
    assert (kept.text, kept.reason) == ("Zaubernuss, sehr-privat", "threats")
    assert "Rumpelstilz" in kept.author
    assert [(f.name, base64.b64decode(f.content)) for f in kept.files] == [("vertraulich.pdf", b"Zaubernuss")]
    assert await verify_chain(house.db) == 1
    assert (await open_sealed(house.db, house.outside.cipher, person.access, row.number, REASON)).text == kept.text
    opened = await house.sql("select body from audit where action = 'archive.opened'")
    assert [r["body"]["reason"] for r in opened] == [REASON, REASON]


async def test_only_the_archives_role_opens_it_and_with_a_reason(reported: tuple[House, Person, UUID]) -> None:
    house, person, message = reported
    await moderate(house.outside, person.access, message, "report", "threats")
    agent = Access(user_id=new_id(), actions=frozenset({"work.read", "work.supervise"}), classes={"work.read": None})
    with pytest.raises(Forbidden):
        await evidence_page(house.db, agent, None, 10)
    with pytest.raises(Forbidden):
        await open_evidence(house.db, house.outside.cipher, agent, 1, REASON)
    with pytest.raises(Invalid):
        await open_evidence(house.db, house.outside.cipher, person.access, 1, "nur so")
    with pytest.raises(NotFound):
        await open_evidence(house.db, house.outside.cipher, person.access, 2, REASON)


async def test_what_the_network_refuses_leaves_no_evidence_and_a_reason_is_needed(reported: tuple[House, Person, UUID]) -> None:
    house, person, message = reported
    with pytest.raises(Invalid):
        await moderate(house.outside, person.access, message, "report", " ")
    Moderating.says = [Reject(code="no_scope", human="The token may not report.")]
    with pytest.raises(Conflict):
        await moderate(house.outside, person.access, message, "report", "threats")
    assert (await evidence_page(house.db, person.access, None, 10)).items == []
    house.outside.registry._code = Moderating  # type: ignore[attr-defined]
    with pytest.raises(Invalid):
        await moderate(house.outside, person.access, message, "report", "threats")
