"""Authorising a channel's account in the browser: there, and back."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from unisono.domain.errors import UnisonoError
from unisono.service.authorise import CALLBACK, NotAuthorised, begin_authorisation, begun_by, finish_authorisation
from unisono.web.authenticate import ActorDep, HouseDep, authenticate
from unisono.web.needs import PUBLIC, needs


class AuthorisationView(Struct, frozen=True, kw_only=True):
    """Where the browser goes to authorise an account, and where the network sends it back to (to be entered there)."""

    authorize_url: str
    redirect_uri: str


@post("/channels/{channel_id:uuid}/oauth", opt=needs("channel.manage"), status_code=200, tags=["Administration"])
async def begin(house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID]) -> AuthorisationView:
    """Begin to authorise a channel's account; good for a quarter of an hour."""
    url = await begin_authorisation(house.outside, actor.access, channel_id, house.settings.public_url)
    return AuthorisationView(authorize_url=url, redirect_uri=house.settings.public_url + CALLBACK)


@get("/channels/oauth/callback", opt=needs(PUBLIC), tags=["Administration"], status_code=303)
async def callback(request: Request[Any, Any, Any], house: HouseDep) -> Redirect:
    """Take the browser back from the network and lead it to the channel's page, with what came of it."""
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    actor = await authenticate(request)
    channel_id: UUID | None = None
    try:
        channel_id = begun_by(house.outside, state).channel_id
        if actor is None:
            return _back(channel_id, "logged_out")
        actor.access.require("channel.manage")
        if not code:
            return _back(channel_id, "denied")
        await finish_authorisation(house.outside, actor.access, state, code, house.settings.public_url)
    except NotAuthorised as refused:
        return _back(refused.channel_id or channel_id, refused.code)
    except UnisonoError as failed:
        return _back(channel_id, failed.code)
    return _back(channel_id, "done")


def _back(channel_id: UUID | None, outcome: str) -> Redirect:
    """Back to the desk. Neither code nor state goes along, and no other site learns the address that held them."""
    page = f"/channels/{channel_id}" if channel_id is not None else "/channels"
    return Redirect(f"{page}?{urlencode({'oauth': outcome})}", status_code=303, headers={"referrer-policy": "no-referrer"})


ROUTES = [begin, callback]
