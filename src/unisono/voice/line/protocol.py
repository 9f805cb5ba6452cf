"""A line as a connector: it reads a ringing call from the inbox as what a customer says. Answers are given by speaking."""

from pathlib import Path
from typing import ClassVar

from unisono.calls.call_back import PREFIX, decode_wish
from unisono.calls.numbers import caller_of, shown
from unisono.contract import (
    MISSHAPEN,
    Author,
    CanReply,
    Caps,
    Created,
    Ctx,
    Event,
    Health,
    OutMessage,
    Page,
    Raw,
    ReconcileResult,
    Reject,
    SendResult,
    ThreadRef,
    Undecidable,
    Unreadable,
)
from unisono.contract.voice import Offered, decode_event
from unisono.domain.words import ChannelState, ReplyRule, Visibility


class Line:
    """Reads what `service.calls.hear` stored. It is no network: the drivers speak with those."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._config = ctx.account.config

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:  # noqa: ARG002 - every thread is alike
        """Nothing is written on a line."""
        return Caps(
            reply=False, visibilities=(Visibility.PRIVATE,), pull=False, push=True, echo=False, threads=False, reconcile=False
        )

    async def check(self) -> Health:
        """A line is well as long as its driver is; the driver's own state stands with the switchboard."""
        return Health(state=ChannelState.OK)

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:  # noqa: ARG002 - calls are told
        """Return nothing: calls are told, not fetched."""
        return Page(raws=[], next_cursor=cursor)

    def read(self, raw: Raw) -> list[Event]:
        """Return a call that rang, or a wish to be called back, as something said by whoever calls. Raises Unreadable."""
        if raw.ingest_key.startswith(PREFIX):
            return [_wish(raw, self._config.get("language") or None)]
        try:
            offered = decode_event(raw.body)
        except MISSHAPEN as error:
            raise Unreadable(f"This is no event of a call ({type(error).__name__}).") from None
        if not isinstance(offered, Offered):
            raise Unreadable("Only a ringing call enters by the inbox.")
        name = f"{offered.driver}:{offered.call_id}"
        return [
            Created(
                remote_id=name, thread=ThreadRef(visibility=Visibility.PRIVATE, root_id=name),
                author=caller_of(offered, str(self._config.get("region") or "DE")), occurred_at=offered.at, text="",
                can_reply=CanReply(rule=ReplyRule.NO, reason="call"), language=self._config.get("language") or None,
                details={"call": "in", "verstat": offered.verstat.value},
            )
        ]  # fmt: skip

    async def send(self, message: OutMessage, attempt: int) -> SendResult:  # noqa: ARG002 - never asked
        """Refuse: a call is answered by speaking."""
        return Reject(code="no_text", human="A call is answered by speaking, not by writing. The text was kept, not sent.")

    async def reconcile(self, message: OutMessage) -> ReconcileResult:  # noqa: ARG002 - never asked
        """Say that nobody can know."""
        return Undecidable(reason="calls carry no text")


def _wish(raw: Raw, language: str | None) -> Created:
    try:
        wish = decode_wish(raw.body)
    except MISSHAPEN as error:
        raise Unreadable(f"This is no wish to be called back ({type(error).__name__}).") from None
    # One thread for each number: who asks twice is called back once, at the time that they said last.
    return Created(
        remote_id=wish.remote_id, thread=ThreadRef(visibility=Visibility.PRIVATE, root_id="call-back"),
        author=Author(remote_id=wish.number, handle=shown(wish.number), display_name=wish.name), occurred_at=wish.at,
        text=wish.note, can_reply=CanReply(rule=ReplyRule.NO, reason="call"), language=wish.language or language,
        details={"call": "call_back"},
    )  # fmt: skip
