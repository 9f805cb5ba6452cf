"""What stands at a NATS server, for whoever looks whether listening is shared as it should be. Looks, and makes nothing."""

import asyncio
from typing import Any, Final

from msgspec import Struct
from nats.aio.client import Client
from nats.errors import Error, NoRespondersError
from nats.js.api import AckPolicy, DiscardPolicy, RetentionPolicy
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

from unisono.bus.nats import STREAM, SUBJECT
from unisono.domain.errors import Unavailable
from unisono.service.ports.lanes import LANES

_CONNECT_S: Final = 5.0
_ANSWER_S: Final = 5.0


class LanesState(Struct, frozen=True, kw_only=True):
    """What was found. jetstream: the server keeps anything at all; made: our stream is there.

    otherwise: what somebody set otherwise than Unisono does, in words. missing: lanes without a consumer. waiting, oldest_s: what
    waits, and since when. full: share of the room that is taken. readers: lanes at which somebody waits for the next message.
    again: messages that were handed out more than once.
    """

    version: str
    jetstream: bool
    made: bool = False
    otherwise: list[str] = []
    missing: list[int] = []
    waiting: int = 0
    oldest_s: float = 0.0
    full: float = 0.0
    readers: int = 0
    again: int = 0


async def lanes_state(url: str, now: float) -> LanesState:
    """Return what stands at a server. now: seconds since 1970. Raises Unavailable when nobody answers."""
    client = Client()
    try:
        async with asyncio.timeout(_CONNECT_S):
            await client.connect(
                url.replace(",", " ").split(), name="unisono doctor", connect_timeout=3, allow_reconnect=False, error_cb=_nothing
            )
        return await _look(client, now)
    except (Error, OSError, TimeoutError) as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error
    finally:
        await client.close()


async def _look(client: Client, now: float) -> LanesState:
    js = client.jetstream(timeout=_ANSWER_S)
    version = str(client.connected_server_version)
    try:
        await js.account_info()
    except (ServiceUnavailableError, NoRespondersError, APIError):
        return LanesState(version=version, jetstream=False)
    try:
        found = await js.stream_info(STREAM)
    except NotFoundError:
        return LanesState(version=version, jetstream=True)
    oldest_s = 0.0
    if found.state.messages:
        try:
            first = await js.get_msg(STREAM, seq=found.state.first_seq)
            oldest_s = max(0.0, now - first.time.timestamp()) if first.time is not None else 0.0
        except NotFoundError:
            # It was done between the two looks.
            pass
    missing, otherwise, readers, again = [], _otherwise(found.config), 0, 0
    for lane in range(LANES):
        try:
            reader = await js.consumer_info(STREAM, f"lane-{lane}")
        except NotFoundError:
            missing.append(lane)
            continue
        config = reader.config
        if (config.max_ack_pending, config.ack_policy, config.filter_subject) != (1, AckPolicy.EXPLICIT, f"{SUBJECT}.{lane}"):
            otherwise.append(f"consumer lane-{lane}: not one message at a time, acknowledged, of its own lane")
        readers += bool(reader.num_waiting) or bool(reader.num_ack_pending)
        again += reader.num_redelivered or 0
    room = found.config.max_bytes or 0
    return LanesState(
        version=version, jetstream=True, made=True, otherwise=otherwise, missing=missing, waiting=found.state.messages,
        oldest_s=oldest_s, full=found.state.bytes / room if room > 0 else 0.0, readers=readers, again=again,
    )  # fmt: skip


def _otherwise(config: Any) -> list[str]:
    """Return what would lose, double or mix up what is heard."""
    found = []
    if config.retention != RetentionPolicy.WORK_QUEUE:
        found.append("stream: what is done is not taken off (retention is not workqueue)")
    if config.discard != DiscardPolicy.NEW:
        found.append("stream: the oldest goes when it is full (discard is not new)")
    if f"{SUBJECT}.*" not in (config.subjects or []):
        found.append(f"stream: it does not take {SUBJECT}.*")
    if config.max_age:
        found.append("stream: what waits too long is dropped (max_age)")
    return found


async def _nothing(_error: Exception) -> None:
    """What goes wrong is raised."""
