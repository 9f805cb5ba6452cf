"""What the demo page's buttons make customers do."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from unisono.app.demo.material import mailbox_of
from unisono.app.demo.played import Played
from unisono.app.demo.player import ALL_AT_ONCE, Player, Stage, Tempo
from unisono.app.demo.script import PUBLIC_KINDS, Person, Step
from unisono.app.demo.stream import LEAST, POSTS, stream_steps
from unisono.domain.errors import Conflict, Invalid, Unavailable

_OUTAGES, _ROUNDS, _LATEST = "outages", "rounds", "latest-complaint"
# Topics of which the first post complains about something.
_COMPLAINTS: Final = frozenset({"invoice", "outage", "delivery", "contract", "return", "login", "meter", "appointment", "move"})


class Texts(Struct, frozen=True, kw_only=True):
    """What somebody writes who does not want to wait for an answer on the network."""

    subject: str
    mail: str
    chat: tuple[str, ...]


_AGAIN: Final = {
    "de": Texts(
        subject="Mein Beitrag von eben",
        mail="Guten Tag,\n\nich habe euch gerade öffentlich geschrieben:\n\n> {text}\n\nWeil das vielleicht untergeht, hier "
        "noch einmal auf diesem Weg. Ich bitte um eine kurze Nachricht, wer sich kümmert.\n\nViele Grüße\n{name}",
        chat=("hallo", "ich hab schon gepostet UND gemailt", "es geht um das hier: {text}", "ist da jemand?"),
    ),
    "en": Texts(
        subject="My post just now",
        mail="Hello,\n\nI have just written to you in public:\n\n> {text}\n\nIn case that gets lost, here it is again by mail. "
        "Could you let me know who is looking into it?\n\nKind regards\n{name}",
        chat=("hi", "I posted AND mailed already", "it is about this: {text}", "anybody there?"),
    ),
}


class Done(Struct, frozen=True, kw_only=True):
    """What a button did: how many messages it sends, and by whom the first was. to_us: of a stream, to the company."""

    messages: int
    name: str = ""
    to_us: int = 0


class Buttons:
    """The four buttons, and one for each network by script. `spawn` runs what goes on after the page has its answer."""

    def __init__(
        self, stages: dict[str, Stage], played: Played, steps: Sequence[Step], scripted: Sequence[Step],
        spawn: Callable[[Coroutine[Any, Any, Any]], None],
    ) -> None:  # fmt: skip
        self._stages = stages
        self._played = played
        self._steps = steps
        self._scripted = scripted
        self._spawn = spawn
        self._lock = asyncio.Lock()
        self._stream: asyncio.Future[None] | None = None

    async def complaint(self) -> Done:
        """Somebody posts a complaint that was not played yet; when all were, they come again under new keys."""
        async with self._lock:
            step = self._next_complaint()
            await self._now([step])
            self._played.put_note(_LATEST, msgspec.json.encode(step).decode())
        return Done(messages=1, name=step.who.name if step.who else "")

    async def same_customer(self) -> Done:
        """Who complained last also writes a mail and a chat. Posts a complaint first when there was none."""
        if self._latest() is None:
            await self.complaint()
        async with self._lock:
            post = self._latest()
            assert post is not None
            assert post.who is not None
            steps = _again(post, post.who)
            await self._now(steps)
        return Done(messages=len(steps), name=post.who.name)

    async def outage(self, posts: int = POSTS) -> Done:
        """A town posts ten thousand times in five minutes, and in it an outage is hidden, of which 500 customers write to us.

        posts: a smaller stream, as fast and over sooner. Raises Invalid; Conflict while one is being said.
        """
        if not LEAST <= posts <= POSTS:
            raise Invalid(f"The stream has {LEAST} to {POSTS} posts.", code="out_of_range", field="posts")
        if self._stream is not None and not self._stream.done():
            raise Conflict("The last outage is still being told. Wait until it is over.", code="outage_goes_on")
        run = int(self._played.note(_OUTAGES) or 0) + 1
        self._played.put_note(_OUTAGES, str(run))
        steps = stream_steps(run, posts)
        self._stream = asyncio.get_running_loop().create_future()
        self._spawn(self._say(steps, self._stream))
        to_us = sum(step.thread.startswith("outage-") and not step.by_company for step in steps)
        return Done(messages=len(steps), to_us=to_us)

    async def _say(self, steps: Sequence[Step], said: asyncio.Future[None]) -> None:
        try:
            await Player(self._stages, self._played, Tempo(1.0)).run(steps)
        finally:
            said.cancel()

    async def enquiry(self, face: str) -> Done:
        """Somebody begins a thread on a network by script that was not played yet; when all were, they come again."""
        async with self._lock:
            steps = self._next_thread([step for step in self._scripted if step.face == face])
            await self._now(steps)
        return Done(messages=1, name=steps[-1].who.name if steps[-1].who else "")

    async def author_deletes(self) -> Done:
        """The author of the last complaint takes it back, or, without one, of the last public post.

        Raises Conflict when nothing stands that could be deleted.
        """
        async with self._lock:
            post = self._standing_post()
            if post is None:
                raise Conflict("No customer's post stands that its author could delete. Let somebody post first.", code="no_post")
            await self._now([
                Step(key=f"{post.key}/gone", thread=post.thread, at_s=0.0, kind="delete", who=post.who, text="", target=post.key,
                     face=post.face)
            ])  # fmt: skip
        return Done(messages=1, name=post.who.name if post.who else "")

    async def now(self, steps: Sequence[Step]) -> None:
        """Play steps at once. Raises Unavailable."""
        async with self._lock:
            await self._now(steps)

    async def _now(self, steps: Sequence[Step]) -> None:
        player = Player(self._stages, self._played, Tempo(ALL_AT_ONCE))
        await player.run(steps)
        if player.failed:
            raise Unavailable("The demo's network, mailbox or chat did not take it. Try again in a moment.", code="demo_failed")

    def _next_thread(self, steps: Sequence[Step]) -> list[Step]:
        """Return a thread up to the first thing that a customer says in it: before it may stand a post of the company."""
        threads: dict[str, list[Step]] = {}
        for step in steps:
            begun = threads.setdefault(step.thread, [])
            if not begun or begun[-1].by_company:
                begun.append(step)
        for thread in threads.values():
            if thread[-1].key not in self._played:
                return thread
        note = f"{_ROUNDS}-{steps[0].face}"
        number = int(self._played.note(note) or 0)
        self._played.put_note(note, str(number + 1))
        step = list(threads.values())[number % len(threads)][-1]
        return [msgspec.structs.replace(step, key=f"again-{number}/{step.key}", thread=f"again-{number}/{step.thread}")]

    def _next_complaint(self) -> Step:
        complaints = [
            step for step in self._steps
            if step.kind == "post" and step.who is not None and step.parent is None and step.topic in _COMPLAINTS
        ]  # fmt: skip
        for step in complaints:
            if step.key not in self._played:
                return step
        number = int(self._played.note(_ROUNDS) or 0)
        self._played.put_note(_ROUNDS, str(number + 1))
        step = complaints[number % len(complaints)]
        return msgspec.structs.replace(step, key=f"again-{number}/{step.key}", thread=f"again-{number}/{step.thread}")

    def _latest(self) -> Step | None:
        noted = self._played.note(_LATEST)
        return msgspec.json.decode(noted, type=Step) if noted else None

    def _standing_post(self) -> Step | None:
        gone = {step.target for step in self._steps if step.kind == "delete" and step.key in self._played}
        posts = [
            step for step in self._steps
            if step.kind in PUBLIC_KINDS and step.who is not None and step.parent is None and step.key in self._played
        ]  # fmt: skip
        latest = self._latest()
        for step in [*([latest] if latest else []), *reversed(posts)]:
            if f"{step.key}/gone" not in self._played and step.key not in gone:
                return step
        return None


def _again(post: Step, who: Person) -> list[Step]:
    texts = _AGAIN.get(who.lang, _AGAIN["en"])
    quoted = post.text.replace("\n", "\n> ")
    mail = Step(
        key=f"{post.key}/mail", thread=f"{post.key}/mail", at_s=0.0, kind="mail", who=who, subject=texts.subject,
        text=texts.mail.format(text=quoted, name=who.name), to=mailbox_of(""),
    )  # fmt: skip
    chat = [
        Step(
            key=f"{post.key}/chat-{place}", thread=f"{post.key}/chat", at_s=0.0, kind="chat", who=who,
            text=line.format(text=" ".join(post.text.split())[:120]),
        )
        for place, line in enumerate(texts.chat)
    ]  # fmt: skip
    return [mail, *chat]
