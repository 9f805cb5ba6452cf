"""What the handlers of all the network's interfaces are given, and how a refusal is told."""

from collections import deque
from typing import Any

from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from unisono.testing.sandbox.faults import Script
from unisono.testing.sandbox.limits import Limits
from unisono.testing.sandbox.model import Account, Refused
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.pushes import Pushes
from unisono.testing.sandbox.trouble import Seen
from unisono.testing.sandbox.wire import Wire

Asked = Request[Any, Any, State]


class House(Struct, frozen=True, kw_only=True):
    """Everything that one server has. seen: what was asked of it lately, newest last."""

    network: SandboxNetwork
    wire: Wire
    script: Script
    limits: Limits
    pushes: Pushes
    admin_token: str
    frame_ancestors: str
    call_us: str
    seen: deque[Seen]


TheHouse = NamedDependency[SkipValidation[House]]
Company = NamedDependency[SkipValidation[Account]]
Visitor = NamedDependency[SkipValidation[Account | None]]


def the_house(request: Asked) -> House:
    """Return the house that this request is for."""
    found: House = request.scope["state"]["house"]
    return found


def bearer(request: Asked) -> str:
    """Return the access token of a request, empty when it has none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def member(house: House, face: str, token: str) -> Account:
    """Return whose token it is, on the face that is asked. Raises Refused (401)."""
    account = house.network.holder(token)
    if account.face != house.network.face(face).key:
        raise Refused(401, "bad_token", "This access token belongs to an account of another network.")
    return account


def the_company(request: Asked, house: TheHouse, face: FromPath[str]) -> Account:
    """Return the company that asks. Raises Refused (401, 403 or 429)."""
    account = member(house, face, bearer(request))
    if not account.company:
        raise Refused(403, "people_only", "This interface is for companies. People use the page.")
    request.scope["state"]["limit_headers"] = house.limits.spend(account.id, house.network.face(face).rate)
    return account


def the_visitor(request: Asked, house: TheHouse, face: FromPath[str]) -> Account | None:
    """Return who is at the page, None for somebody who only looks. Raises Refused (401)."""
    token = bearer(request)
    return member(house, face, token) if token else None


def on_refused(request: Asked, refused: Refused) -> Response[dict[str, str]]:
    """Tell programs and people what was not done, and why."""
    del request
    return Response(
        {"error": refused.code, "message": str(refused)},
        status_code=refused.status,
        headers=refused.headers,
        media_type=MediaType.JSON,
    )


def number(text: str) -> int:
    """Return an id. Raises Refused (404) for what cannot be one."""
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Refused(404, "no_item", f"{text[:40]!r} is no id of this network.")
    return int(text)


dependencies = {
    "company": Provide(the_company, sync_to_thread=False),
    "visitor": Provide(the_visitor, sync_to_thread=False),
}
