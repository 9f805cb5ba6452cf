"""Webhooks: what networks push to us. The raw bytes are checked by the connector and stored before the answer."""

from typing import Any, Final
from uuid import UUID

import structlog
from litestar import HttpMethod, Request, Response, route
from litestar.params import FromPath

from unisono.contract.connector import Challenge, Deny, HttpResponse, Webhook
from unisono.domain.errors import NotFound, Unavailable
from unisono.service.channel_context import open_connector, store_pushed
from unisono.service.house import House
from unisono.web.authenticate import HouseDep
from unisono.web.connector_http import received_request
from unisono.web.csrf import EXEMPT
from unisono.web.needs import PUBLIC, needs
from unisono.web.problems import problem

MAX_HOOK_BYTES: Final = 10_000_000
_log = structlog.get_logger("hooks")


@route(
    "/hooks/{channel_id:uuid}", http_method=[HttpMethod.GET, HttpMethod.POST], status_code=200,
    opt=needs(PUBLIC, **{EXEMPT: True}), request_max_body_size=MAX_HOOK_BYTES, tags=["Networks"],
)  # fmt: skip
async def hook(request: Request[Any, Any, Any], house: HouseDep, channel_id: FromPath[UUID]) -> Response[Any]:
    """Take in what a network pushes. It has been stored when this answers 200; anything else must be sent again."""
    async with house.db.read() as tx:
        channel = await tx.channels.facts(channel_id)
    if channel is None:
        raise NotFound("There is no channel at this address.", code="no_channel")
    connector = open_connector(house.outside, channel)
    if not isinstance(connector, Webhook):
        raise NotFound("This channel's network does not push.", code="no_channel")
    if channel.paused:
        raise Unavailable("This channel is paused; send again later.", code="channel_paused")
    asked = received_request(request, await request.body())
    found = await connector.verify(asked)
    if isinstance(found, Challenge):
        return _plain(found.response)
    if isinstance(found, Deny):
        return await _deny(request, house, channel_id, found)
    await store_pushed(house.outside, channel, found)
    return Response(None, status_code=200)


async def _deny(request: Request[Any, Any, Any], house: House, channel_id: UUID, denied: Deny) -> Response[bytes]:
    _log.warning("hook_denied", channel=str(channel_id), reason=denied.reason)
    async with house.db.write() as tx:
        await tx.inbox.count(channel_id, {"denied": 1})
    status = denied.status if 400 <= denied.status < 500 else 401
    return problem(
        request, kind="forbidden", status=status, code="hook_denied",
        detail="The request does not prove that it comes from the network. Nothing was stored.",
    )  # fmt: skip


def _plain(answer: HttpResponse) -> Response[bytes]:
    return Response(answer.body, status_code=answer.status, media_type=answer.media_type, headers=answer.headers)


ROUTES: list[Any] = [hook]
