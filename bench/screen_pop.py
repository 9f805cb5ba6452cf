"""Screen pop: fifty calls ring at once at fifty desks, in a house with a million customers.

The time runs from the driver's being asked to ring until the desk has the card: who calls, what is open, what came last on all
channels. So the board's transaction, the news on the event stream and the question for the card are in it. The baseline is the
smallest thing that goes the same way: fifty desks that ask for one row of work by its primary key, at once.
"""

import asyncio
import json
import os
import secrets
import statistics
import time
from uuid import UUID

from msgspec.structs import replace

from bench.asking import Asker
from bench.place import fresh_house, kept_house, postgres_pid
from bench.processes import family_cpu_s
from bench.results import Figure, quantile
from bench.talk_data import Loaded, load
from unisono.app.build import Running
from unisono.app.webrtc import exchange_of, phone_at
from unisono.calls import Call, heard
from unisono.contract.voice import Connect, Endpoint, EndpointKind, Offered, Park
from unisono.domain.ids import new_id
from unisono.service.actor import TOKEN_PREFIX, hash_of
from unisono.service.ports.calls import NewCall
from unisono.voice.webrtc import acts, visitors
from unisono.voice.webrtc.exchange import Exchange
from unisono.web.app import build_app
from unisono.web.server import WebServer

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "1000000"))
DESKS, ROUNDS, WARM_UP = 50, 12, 2
SEED = 482
BASELINE = "GET /api/v1/interactions/{id} by 50 desks at once: SELECT by primary key through the same API"


async def agents(running: Running) -> dict[UUID, str]:
    """Make people who take calls; returns a token for each."""
    found = {new_id(): TOKEN_PREFIX + secrets.token_urlsafe(32) for _ in range(DESKS)}
    async with running.pool.acquire() as connection:
        for user_id in found:
            await connection.execute(
                "insert into app_user (id, login, login_key, name, name_key) values ($1, $2, $2, $2, $2)",
                user_id,
                f"pop{user_id}",
            )
            await connection.execute("insert into agent (user_id) values ($1)", user_id)
            await connection.execute(
                "insert into role_grant (id, user_id, role, scope_kind) values ($1, $2, 'agent', 'organisation')",
                new_id(),
                user_id,
            )
    async with running.db.write() as tx:
        for user_id, token in found.items():
            await tx.people.add_token(new_id(), user_id, "bench", hash_of(token), None)
    return found


class Desk:
    """One desk: its stream, and the connection by which it asks."""

    def __init__(self, port: int, user_id: UUID, token: str) -> None:
        self._port, self._user, self._token = port, user_id, token
        self.asker = Asker(port, token)
        self.news = asyncio.Event()
        self.listening = asyncio.Event()

    async def listen(self) -> None:
        """Follow the phone's topic until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        path = f"/api/v1/events?topics=live:phone:{self._user}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self._token}\r\n\r\n".encode())
        try:
            while line := await reader.readline():
                if line.startswith(b"event: live"):
                    (self.news if self.listening.is_set() else self.listening).set()
        finally:
            writer.close()

    async def card(self) -> float:
        """Wait for news and ask for the card; returns the moment at which it is here."""
        while True:
            await self.news.wait()
            self.news.clear()
            _, body = await self.asker.get("/api/v1/phone")
            if any(call["card"] for call in json.loads(body)["calls"]):
                return time.monotonic()


async def a_call(running: Running, exchange: Exchange, loaded: Loaded, conversation_id: UUID) -> str:
    """Let a known customer wait in a call; returns its name."""
    made = visitors.pass_of(b"bench", "line", secrets.token_hex(16))
    assert made is not None
    now = running.clock.now()
    change = acts.offer(made.call_id, "line", now, visitor=made.visitor, name="", number="", language="de")
    await exchange.begin(visitors.digest_of(made.token), change)
    await exchange.do(Park(command_id="park", call_id=made.call_id))
    [offered] = [event for event in change.events if isinstance(event, Offered)]
    async with running.db.write() as tx:
        await tx.calls.add(
            NewCall(
                id=new_id(), driver="webrtc", call_id=made.call_id, channel_id=loaded.channels[0], offered_at=now,
                call=heard(Call(), offered)[0], conversation_id=conversation_id,
            )
        )  # fmt: skip
    return made.call_id


async def pops(
    running: Running, exchange: Exchange, loaded: Loaded, desks: dict[UUID, Desk], number: int
) -> tuple[list[float], float]:
    """Let fifty calls ring at once; returns the seconds until each card was there, and what it cost: this process and PostgreSQL.

    The desks' own ends are in this process, too.
    """
    postgres = postgres_pid(running)
    async with running.pool.acquire() as connection:
        rows = await connection.fetch(
            "select id from conversation order by last_said_at desc offset $1 limit $2", number * DESKS * 7, DESKS
        )
    calls = [await a_call(running, exchange, loaded, row["id"]) for row in rows]
    waiting = [asyncio.create_task(desk.card()) for desk in desks.values()]
    await asyncio.sleep(0.2)
    theirs, ours = family_cpu_s(postgres), time.process_time()
    begun = time.monotonic()
    await asyncio.gather(
        *(
            exchange.do(
                Connect(
                    command_id="ring", call_id=call, leg_id="a", timeout_s=60,
                    endpoint=Endpoint(kind=EndpointKind.AGENT, address=str(user)),
                )
            )
            for call, user in zip(calls, desks, strict=True)
        )
    )  # fmt: skip
    done = [at - begun for at in await asyncio.wait_for(asyncio.gather(*waiting), 30)]
    # In this order: to look at PostgreSQL's processes is no part of it.
    spent = time.process_time() - ours
    spent += family_cpu_s(postgres) - theirs
    for call, user in zip(calls, desks, strict=True):
        await exchange.act(call, lambda board, now: acts.leave(board, "caller", now))
        desks[user].news.clear()
    return done, spent


async def measure() -> dict[str, Figure]:
    """Load the house, open the desks, and ring."""
    kept = os.environ.get("BENCH_HOUSE")
    async with kept_house(f"{kept}-pop") if kept else fresh_house() as running:
        began = time.monotonic()
        loaded = await load(running, CUSTOMERS * 10 // 7, SEED, searched=False)
        load_s = round(time.monotonic() - began, 1)
        exchange = exchange_of(running)
        house = replace(running.house(), phone=phone_at(exchange, bytes(32)))
        app, stop = build_app(house)
        server = WebServer(app, "127.0.0.1", 0, on_stop=stop)
        await server.start()
        desks = {user: Desk(server.port, user, token) for user, token in (await agents(running)).items()}
        streams = [asyncio.create_task(desk.listen()) for desk in desks.values()]
        try:
            for desk in desks.values():
                await desk.asker.__aenter__()
            await asyncio.wait_for(asyncio.gather(*(desk.listening.wait() for desk in desks.values())), 60)
            times: list[float] = []
            spent: list[float] = []
            plain: list[float] = []
            for number in range(ROUNDS + WARM_UP):
                found, cpu_s = await pops(running, exchange, loaded, desks, number)
                base = await _plain(running, desks)
                if number >= WARM_UP:
                    times += found
                    spent.append(cpu_s)
                    plain += base
        finally:
            for stream in streams:
                stream.cancel()
            await server.stop()
    more = {
        "customers": CUSTOMERS,
        "rings_at_once": DESKS,
        "rounds": ROUNDS,
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "cpu_ms_per_pop": round(sum(spent) * 1000 / len(times), 2),
        "set_up_s": load_s,
    }
    return {
        "voice.screen_pop_p95_ms": Figure(
            value=quantile(times, 0.95) * 1000,
            unit="ms",
            baseline=BASELINE,
            baseline_value=quantile(plain, 0.95) * 1000,
            more=more,
        )
    }


async def _plain(running: Running, desks: dict[UUID, Desk]) -> list[float]:
    async with running.pool.acquire() as connection:
        rows = await connection.fetch("select id from interaction limit $1", len(desks))
    begun = time.monotonic()

    async def ask(desk: Desk, interaction: UUID) -> float:
        await desk.asker.get(f"/api/v1/interactions/{interaction}")
        return time.monotonic() - begun

    return list(await asyncio.gather(*(ask(desk, row["id"]) for desk, row in zip(desks.values(), rows, strict=False))))
