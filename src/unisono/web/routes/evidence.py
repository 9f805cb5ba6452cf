"""Evidence of what was reported to a network; for the role that opens the archive alone."""

from typing import Annotated, Any

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from unisono.service.evidence import Evidence, EvidenceRow, evidence_page, open_evidence
from unisono.service.page import Page, bounded
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class OpenBody(Body):
    """Why it is opened, in at least ten characters; it is written down."""

    reason: Annotated[str, Meta(max_length=500)]


@get("/evidence", opt=needs("archive.open"), tags=["Administration"])
async def kept(
    house: HouseDep, actor: ActorDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None
) -> Page[EvidenceRow]:
    """Return what was reported to networks, the newest first, without its content."""
    return await evidence_page(house.db, actor.access, after, bounded(limit))


@post("/evidence/{number:int}/open", opt=needs("archive.open"), status_code=200, tags=["Administration"])
async def opened(house: HouseDep, actor: ActorDep, number: FromPath[int], data: JSONBody[OpenBody]) -> Evidence:
    """Return what was reported as it was, text and files (base64); who opened it and why is written down."""
    return await open_evidence(house.db, house.outside.cipher, actor.access, number, data.reason)


ROUTES: list[Any] = [kept, opened]
