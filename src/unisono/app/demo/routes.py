"""The demo page's data and buttons, and the customers' mailboxes, as routes for the web room to mount."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from unisono.app.demo.buttons import Buttons, Done
from unisono.app.demo.lunch import Exchange, Lunch
from unisono.app.demo.mailbox import STATIC, Arrived, mailbox_list, mailbox_page
from unisono.app.demo.player import Tempo
from unisono.app.demo.script import SCRIPTED_FACES
from unisono.app.demo.stream import POSTS
from unisono.domain.errors import Invalid, NotFound
from unisono.service.words import choose_locale
from unisono.web.needs import PUBLIC, SIGNED_IN, needs

MAX_FACTOR = 1_000.0
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class FaceView(Struct, frozen=True, kw_only=True):
    """A network and its address. `key` is set where a customer can be made to write at once."""

    name: str
    url: str
    key: str = ""


class LoginView(Struct, frozen=True, kw_only=True):
    """Who a visitor can be."""

    login: str
    password: str
    name: str


class DemoView(Struct, frozen=True, kw_only=True):
    """What the demo page shows. `logins` is empty when the demo can be reached from other machines."""

    faces: list[FaceView]
    mailbox_url: str
    webchat_url: str
    call_url: str
    direct_call_url: str
    logins: list[LoginView]
    speed: float


class SpeedView(Struct, frozen=True, kw_only=True):
    """How much faster than written the customers write; 0 is a pause."""

    factor: float


class ChangeSpeed(Struct, kw_only=True, forbid_unknown_fields=True):
    """The speed to go on with."""

    factor: float


class Demo(Struct, frozen=True, kw_only=True):
    """What the routes work with. `mails` returns what lies in the customers' mailboxes, newest first."""

    view: Callable[[], DemoView]
    buttons: Buttons
    lunch: Lunch
    tempo: Tempo
    mails: Callable[[], Sequence[Arrived]]


def demo_routes(demo: Demo) -> list[Any]:
    """Return the routes of one demo, with full paths."""

    @get("/api/v1/demo", opt=needs(PUBLIC), tags=["Demo"])
    async def page() -> DemoView:
        """Return the networks' addresses and who a visitor can log in as."""
        return demo.view()

    @post("/api/v1/demo/actions/{name:str}", opt=needs(SIGNED_IN), tags=["Demo"], status_code=200)
    async def act(name: FromPath[str], posts: FromQuery[int] = POSTS) -> Done:
        """Let customers do something: complaint, same-customer, outage, author-deletes, lunch,
        lunch-yes, lunch-undo, or enquiry-<network>. posts: of an outage, how many the whole stream has."""
        match name:
            case "complaint":
                return await demo.buttons.complaint()
            case "same-customer":
                return await demo.buttons.same_customer()
            case "outage":
                return await demo.buttons.outage(posts)
            case "lunch":
                return _told(await demo.lunch.say("post"))
            case "lunch-yes":
                return _told(await demo.lunch.say("yes"))
            case "lunch-undo":
                return _told(await demo.lunch.say("undo"))
            case "author-deletes":
                return await demo.buttons.author_deletes()
            case _ if (face := name.removeprefix("enquiry-")) in SCRIPTED_FACES and face != name:
                return await demo.buttons.enquiry(face)
        raise NotFound(f"The demo has no button {name!r}.")

    @get("/api/v1/demo/lunch", opt=needs(SIGNED_IN), tags=["Demo"])
    async def lunch() -> Exchange:
        """Return what the employee at lunch and the house wrote each other."""
        return await demo.lunch.exchange()

    @post("/api/v1/demo/speed", opt=needs(SIGNED_IN), tags=["Demo"], status_code=200)
    async def speed(data: JSONBody[ChangeSpeed]) -> SpeedView:
        """Let the customers write faster or slower; 0 makes them wait."""
        if not 0 <= data.factor <= MAX_FACTOR:
            raise Invalid(f"The speed lies between 0 and {MAX_FACTOR:g}.", code="out_of_range", field="factor")
        demo.tempo.set(data.factor)
        return SpeedView(factor=data.factor)

    @get("/demo/mailbox", opt=needs(PUBLIC), media_type=MediaType.HTML, include_in_schema=False)
    async def mailbox(request: Request[Any, Any, Any]) -> str:
        return mailbox_page(demo.mails(), _locale(request))

    @get("/demo/mailbox/list", opt=needs(PUBLIC), media_type=MediaType.HTML, include_in_schema=False)
    async def mails(request: Request[Any, Any, Any]) -> str:
        return mailbox_list(demo.mails(), _locale(request))

    @get("/demo/static/{name:str}", opt=needs(PUBLIC), include_in_schema=False)
    async def static(name: FromPath[str]) -> Response[bytes]:
        path = STATIC / name
        if path.parent != STATIC or path.suffix not in _TYPES or not path.is_file():
            raise NotFound("There is no such file.")
        return Response(path.read_bytes(), media_type=_TYPES[path.suffix])

    return [page, act, lunch, speed, mailbox, mails, static]


def _told(exchange: Exchange) -> Done:
    return Done(messages=1, name=exchange.name)


def _locale(request: Request[Any, Any, Any]) -> str:
    return choose_locale(request.headers.get("accept-language", ""))
