"""Run the endpoint: `python -m unisono.voice.sip.endpoint FD`, with one end of a socket pair whose other end the driver holds."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys

from baresip import BaresipError, Call
from baresip.events import Event, StackEvent

from unisono.voice.sip.endpoint.exchange import Exchange
from unisono.voice.sip.endpoint.sounds import BadSound, Sounds
from unisono.voice.sip.endpoint.stack import CannotStart, Stack
from unisono.voice.sip.frames import Did, Do, Down, Drain, Drained, Look, Plan, Ready, Registered, Seen, Sound, TurnDown, Unable
from unisono.voice.sip.link import Link, LinkBroken

#: After the last hang-up: time for the peers' answers.
_LAST_WORDS_S = 0.5


async def serve(link: Link[Down]) -> None:
    """Work until the driver is gone or says so; the calls end with it."""
    plan = await link.receive()
    if not isinstance(plan, Plan):
        return
    exchange = Exchange(plan, link.send, Sounds())

    def hear(event: StackEvent) -> None:
        if event.event is Event.CALL_INCOMING:
            call = Call._from_incoming(stack.runtime, event)  # noqa: SLF001  (the public way hides whom it is for)
            if event.ua == stack.trunk.handle:
                exchange.arrives(call, event.headers, event.from_ or event.peer or "")
            else:
                exchange.spawn(call.reject())
        elif event.event in {Event.REGISTER_OK, Event.REGISTER_FAIL} and event.ua == stack.trunk.handle:
            link.send(Registered(ok=event.event is Event.REGISTER_OK, text=(event.text or "")[:200]))
        else:
            exchange.hear(event)

    stack = Stack(plan, hear, lambda ok, text: link.send(Registered(ok=ok, text=text)))
    exchange.stack = stack
    try:
        await stack.start()
    except CannotStart as error:
        link.send(Unable(text=str(error)))
        await link.flush()
        return
    exchange.pump.start()
    limits = asyncio.create_task(exchange.keep_limits())
    link.send(Ready(stack="baresip"))
    try:
        await _obey(link, exchange)
    finally:
        limits.cancel()
        exchange.pump.stop()
        await stack.close()


async def _obey(link: Link[Down], exchange: Exchange) -> None:
    async def carry_out(order: Do) -> None:
        link.send(Did(result=await exchange.do(order)))

    while True:
        try:
            frame = await link.receive()
        except LinkBroken:
            # Without the house nobody decides any more; who waits is not kept in a line that leads nowhere.
            now = asyncio.get_running_loop().time()
            since = now if exchange.end_all() else exchange.last_over
            await asyncio.sleep(since + _LAST_WORDS_S - now)
            return
        match frame:
            case Do():
                exchange.spawn(carry_out(frame))
            case Sound(file=file, wave=content):
                with contextlib.suppress(BadSound):
                    exchange.sounds.put(file, content)
            case TurnDown(call_id=call_id, leg_id=leg_id):
                talk = exchange.talks.get(call_id)
                leg = talk.legs.get(leg_id) if talk else None
                if talk is not None and leg is not None:
                    exchange.turn_down(talk, leg)
            case Look(number=number):
                link.send(Seen(number=number, calls=exchange.seen()))
            case Drain(deadline_s=deadline_s):
                exchange.spawn(_drain(link, exchange, deadline_s))
            case Plan():
                continue


async def _drain(link: Link[Down], exchange: Exchange, deadline_s: float) -> None:
    exchange.draining = True
    cut = 0
    try:
        async with asyncio.timeout(deadline_s):
            await exchange.stack.runtime.drain()
    except (TimeoutError, BaresipError):
        cut = exchange.end_all()
        with contextlib.suppress(TimeoutError, BaresipError):
            async with asyncio.timeout(5.0):
                await exchange.stack.runtime.drain()
    link.send(Drained(cut=cut))


async def main() -> None:
    # Who stops the house stops it by its own process; this one ends when the house lets go of it.
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, lambda: None)
    sock = socket.socket(fileno=int(sys.argv[1]))
    reader, writer = await asyncio.open_connection(sock=sock, limit=2**20)
    link: Link[Down] = Link(reader, writer, Down)
    try:
        await serve(link)
        await link.flush()
    except LinkBroken:
        return
    finally:
        link.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    asyncio.run(main())
