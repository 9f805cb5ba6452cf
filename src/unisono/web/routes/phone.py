"""The phone in the desk: what rings, with whom it connects, and what it records. Sound itself does not come by here."""

from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from unisono.domain.errors import NotFound
from unisono.service.house import House
from unisono.service.phone_pop import PhoneCallView, phone_calls
from unisono.service.ports.phone import IceServer, Phone
from unisono.web.asking import Asking, Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs

MAX_PIECE_BYTES: Final = 2_000_000


class PhoneView(Struct, frozen=True, kw_only=True):
    """What rings or goes on at one's own desk, and what helps browsers to find each other."""

    calls: list[PhoneCallView]
    servers: list[IceServer]


class SaidWord(Body):
    """What this end of a connection has to say to another, for that page's connection code."""

    to: str
    word: dict[str, Any]


class Pressed(Body):
    """A key: 0 to 9, * or #."""

    key: str


class Runs(Body):
    """What the phone's recording does: `on` or `pause`."""

    mode: str


class Whole(Body):
    """A recording is complete: of how many pieces, of what type, and how long.

    pieces: null when the page that recorded is gone, as after a reload; then what has arrived is the recording.
    """

    pieces: int | None
    type: str
    seconds: float


@get("/phone", opt=needs("work.answer"), tags=["Calls"])
async def phone(house: HouseDep, actor: ActorDep) -> PhoneView:
    """Return one's own phone; the topic `live:phone:<user>` tells when to ask again. Asking says that the desk is there."""
    found = _phone(house)
    return PhoneView(calls=await phone_calls(house.db, actor.access, found), servers=list(found.servers()))


@post("/phone/{call:str}/take", opt=needs("work.answer"), status_code=204, tags=["Calls"])
async def take(house: HouseDep, actor: ActorDep, call: FromPath[str]) -> None:
    """Take a ringing call up; the offer behind it is accepted with that."""
    await _phone(house).take_up(actor.user_id, call)


@post("/phone/{call:str}/leave", opt=needs("work.answer"), status_code=204, tags=["Calls"])
async def leave(house: HouseDep, actor: ActorDep, call: FromPath[str]) -> None:
    """Hang up, or do not take what rings."""
    await _phone(house).leave(actor.user_id, call)


@post("/phone/{call:str}/key", opt=needs("work.answer"), status_code=204, tags=["Calls"])
async def key(house: HouseDep, actor: ActorDep, call: FromPath[str], data: JSONBody[Pressed]) -> None:
    """Press a key of the phone."""
    await _phone(house).press(actor.user_id, call, data.key)


@post("/phone/{call:str}/word", opt=needs("work.answer"), status_code=204, tags=["Calls"])
async def word(house: HouseDep, actor: ActorDep, call: FromPath[str], data: JSONBody[SaidWord]) -> None:
    """Say how this browser can be reached by another of the call; the newest word counts."""
    await _phone(house).say(actor.user_id, call, data.to, data.word)


@post("/phone/{call:str}/recordings/{recording:str}", opt=needs("work.answer"), status_code=204, tags=["Calls"])
async def runs(house: HouseDep, actor: ActorDep, call: FromPath[str], recording: FromPath[str], data: JSONBody[Runs]) -> None:
    """Say what the phone's recording does; the page of the customer shows it."""
    await _phone(house).runs(actor.user_id, call, recording, data.mode)


@post(
    "/phone/{call:str}/recordings/{recording:str}/pieces/{n:int}", opt=needs("work.answer"), status_code=204, tags=["Calls"],
    request_max_body_size=MAX_PIECE_BYTES,
)  # fmt: skip
async def piece(
    request: Asking, house: HouseDep, actor: ActorDep, call: FromPath[str], recording: FromPath[str], n: FromPath[int]
) -> None:
    """Take a piece of a recording to which both sides agreed; any other is refused and nothing of it is kept."""
    await _phone(house).sound(actor.user_id, call, recording, n, await request.body())


@post("/phone/{call:str}/recordings/{recording:str}/done", opt=needs("work.answer"), status_code=204, tags=["Calls"])
async def done(house: HouseDep, actor: ActorDep, call: FromPath[str], recording: FromPath[str], data: JSONBody[Whole]) -> None:
    """Say that a recording is complete."""
    await _phone(house).sound_done(actor.user_id, call, recording, pieces=data.pieces, media_type=data.type, seconds=data.seconds)


def _phone(house: House) -> Phone:
    if house.phone is None:
        raise NotFound("Calls in the browser are switched off in this deployment.", code="no_phone")
    return house.phone


ROUTES: list[Any] = [phone, take, leave, key, word, runs, piece, done]
