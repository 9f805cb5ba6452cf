"""Lanes over NATS JetStream, for listening on several machines.

One stream that keeps a message until it is done (a work queue), one durable consumer a lane with one message in flight, so that
order holds over all nodes. The stream takes no more when it is full rather than dropping what is oldest: a source then stops
where it is, and goes on from there.
Source: docs.nats.io, JetStream streams and consumers; written for servers from 2.9 on.
"""

import asyncio
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error
from nats.errors import TimeoutError as NothingThere
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from unisono.domain.errors import Unavailable
from unisono.service.ports.lanes import LANES, Carried

STREAM: Final = "UNISONO_LISTENING"
SUBJECT: Final = "unisono.listening"
#: After so long without an answer a message goes to another node.
ACK_WAIT_S: Final = 8.0
_CONNECT_S: Final = 10.0
_ANSWER_S: Final = 5.0
_AGAIN_WITHIN_S: Final = 120.0
_log = structlog.get_logger("lanes")


class NatsLanes:
    """Implements `service.ports.Lanes`. Connects when it is first used, and by itself again when the server was away."""

    def __init__(self, url: str, max_bytes: int) -> None:
        self._servers = url.replace(",", " ").split()
        self._max_bytes = max_bytes
        self._client: Client | None = None
        self._stream = ""
        self._lock = asyncio.Lock()
        self._readers: dict[int, JetStreamContext.PullSubscription] = {}
        self._open: dict[int, Msg] = {}

    async def put(self, lane: int, key: str, body: bytes) -> None:
        """Return once the server keeps it."""
        js = await self._ready()
        try:
            await js.publish(f"{SUBJECT}.{lane}", body, timeout=_ANSWER_S, headers={"Nats-Msg-Id": key})
        except APIError as error:
            full = error.err_code in {10047, 10077}
            raise self._failed(error, "lanes_full" if full else "lanes_silent") from error
        except (Error, OSError) as error:
            raise self._failed(error) from error

    async def take(self, lane: int, wait_s: float) -> Carried | None:
        """Return the next message of a lane."""
        js = await self._ready()
        try:
            if lane not in self._readers:
                self._readers[lane] = await js.pull_subscribe_bind(durable=f"lane-{lane}", stream=STREAM)
            (message,) = await self._readers[lane].fetch(1, timeout=wait_s)
        except NothingThere:
            return None
        except (Error, OSError) as error:
            raise self._failed(error) from error
        number = message.metadata.sequence.stream
        self._open[lane] = message
        return Carried(lane, self._stream, number, message.data)

    async def done(self, carried: Carried) -> None:
        """Acknowledge a message; it is gone then."""
        message = self._open.get(carried.lane)
        if message is None or carried.stream != self._stream:
            return
        try:
            await message.ack()
        except (Error, OSError) as error:
            raise self._failed(error) from error

    async def waiting(self) -> list[int]:
        """Return how much stands in each lane."""
        js = await self._ready()
        try:
            state = (await js.stream_info(STREAM, subjects_filter=f"{SUBJECT}.>")).state
        except (Error, OSError) as error:
            # A stream that somebody took away is made anew with the next use.
            self._forget()
            raise self._failed(error) from error
        counts = state.subjects or {}
        return [counts.get(f"{SUBJECT}.{lane}", 0) for lane in range(LANES)]

    async def close(self) -> None:
        """Hang up."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _ready(self) -> JetStreamContext:
        async with self._lock:
            if self._client is None:
                self._client = await self._connect()
            js = self._client.jetstream(timeout=_ANSWER_S)
            if not self._stream:
                try:
                    self._stream = await self._made(js)
                except (Error, OSError) as error:
                    raise self._failed(error) from error
            return js

    async def _connect(self) -> Client:
        client = Client()
        try:
            async with asyncio.timeout(_CONNECT_S):
                await client.connect(
                    self._servers, name="unisono", connect_timeout=5, max_reconnect_attempts=-1, reconnect_time_wait=1,
                    error_cb=_told, disconnected_cb=_lost, reconnected_cb=_found,
                )  # fmt: skip
        except (Error, OSError, TimeoutError) as error:
            await client.close()
            raise self._failed(error) from error
        return client

    async def _made(self, js: JetStreamContext) -> str:
        """Have the stream and its consumers; as somebody set them, where they are there already. Returns which stream it is."""
        try:
            info = await js.stream_info(STREAM)
        except NotFoundError:
            info = await js.add_stream(
                StreamConfig(
                    name=STREAM, subjects=[f"{SUBJECT}.*"], retention=RetentionPolicy.WORK_QUEUE, storage=StorageType.FILE,
                    discard=DiscardPolicy.NEW, max_bytes=self._max_bytes, duplicate_window=_AGAIN_WITHIN_S,
                )
            )  # fmt: skip
        for lane in range(LANES):
            try:
                await js.consumer_info(STREAM, f"lane-{lane}")
            except NotFoundError:
                await js.add_consumer(
                    STREAM,
                    ConsumerConfig(
                        durable_name=f"lane-{lane}", filter_subject=f"{SUBJECT}.{lane}", ack_policy=AckPolicy.EXPLICIT,
                        max_ack_pending=1, ack_wait=ACK_WAIT_S,
                    ),
                )  # fmt: skip
        return str(info.created)

    def _forget(self) -> None:
        self._stream = ""
        self._readers.clear()
        self._open.clear()

    def _failed(self, error: BaseException, code: str = "lanes_silent") -> Unavailable:
        why = "takes no more for now" if code == "lanes_full" else "does not answer"
        return Unavailable(
            f"NATS {why} ({type(error).__name__}: {error}). Nothing is lost: sources stand still where they are, and go on from "
            "there by themselves.",
            code=code,
        )  # fmt: skip


async def _told(error: Exception) -> None:
    _log.debug("nats_error", error=type(error).__name__)


async def _lost() -> None:
    _log.warning("nats_lost")


async def _found() -> None:
    _log.info("nats_again")
