"""Webhooks: proved by a challenge, signed over the raw bytes, in batches, repeated until they are thanked for.

Source: Meta for Developers, Graph API, "Webhooks: Getting Started". Non-ASCII is escaped before it is signed, as Meta does.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from typing import Any

import httpx2
from msgspec import Struct

from unisono.testing.networks.graph.model import News, Refused, millis, unix
from unisono.testing.networks.graph.network import GraphNetwork
from unisono.testing.sandbox.faults import Effect, Script

SIGNATURE = "x-hub-signature-256"
_PAUSES_S = (0.2, 1.0, 5.0)
_BATCH = 1_000
_GATHER_S = 0.02


class Hook(Struct, kw_only=True):
    """Where one object's news go."""

    url: str
    verify_token: str


def signed(secret: str, body: bytes) -> str:
    """Return the value of the signature header."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def written(news: Sequence[News]) -> bytes:
    """Return the body of a webhook: entries by account, each with its changes or its messaging."""
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for one in news:
        kind = "messaging" if one.field.startswith("messaging:") else "changes"
        at = millis(one.at) if kind == "messaging" else unix(one.at)
        entry = entries.setdefault((one.account, kind), {"id": one.account, "time": at, kind: []})
        entry[kind].append(one.value if kind == "messaging" else {"field": one.field, "value": one.value})
    body = {"object": news[0].object, "entry": list(entries.values())}
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


class Pushes:
    """Sends what the app subscribed to."""

    def __init__(self, network: GraphNetwork, script: Script) -> None:
        self._network = network
        self._script = script
        self._hooks: dict[str, Hook] = {}
        self._waiting: dict[str, list[News]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx2.AsyncClient | None = None
        network.listeners.append(self._note)

    async def subscribe(self, object_: str, url: str, verify_token: str) -> None:
        """Ask the address for its proof, then tell it everything about an object type. Raises Refused (2200)."""
        challenge = str(secrets.randbelow(10**9) + 10**9)
        asked = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
        try:
            answer = await self._http().get(url, params=asked)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Refused(2200, f"(#2200) Callback verification failed: {type(error).__name__}") from error
        if answer.status_code != 200 or answer.text != challenge:
            raise Refused(2200, f"(#2200) Callback verification failed: HTTP Status Code = {answer.status_code}")
        self._hooks[object_] = Hook(url=url, verify_token=verify_token)

    def unsubscribe(self, object_: str) -> None:
        """Tell nothing more about an object type."""
        self._hooks.pop(object_, None)

    async def settle(self) -> None:
        """Wait until everything that was begun is pushed or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=10.0, trust_env=False)
        return self._client

    def _note(self, news: News) -> None:
        if news.object not in self._hooks or not self._installed(news):
            return
        waiting = self._waiting.setdefault(news.object, [])
        waiting.append(news)
        if len(waiting) == 1:
            task = asyncio.get_running_loop().create_task(self._gather(news.object))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _installed(self, news: News) -> bool:
        """Without the app on the page there is silence."""
        return self._network.installed(news.object, news.account, news.field)

    async def _gather(self, object_: str) -> None:
        await asyncio.sleep(_GATHER_S)
        news = self._waiting.pop(object_, [])
        for start in range(0, len(news), _BATCH):
            await self._push(object_, news[start : start + _BATCH])

    async def _push(self, object_: str, news: list[News]) -> None:
        fault = self._script.on_push()
        effect = fault.effect if fault else None
        if effect is Effect.LOSE:
            return
        if effect is Effect.REORDER:
            for place in self._script.shuffled(len(news)):
                await self._deliver(object_, [news[place]])
            return
        copies = fault.copies if fault is not None and effect is Effect.DUPLICATE else 1
        await asyncio.gather(*(self._deliver(object_, news, forged=effect is Effect.FORGE) for _ in range(copies)))

    async def _deliver(self, object_: str, news: list[News], *, forged: bool = False) -> None:
        hook = self._hooks.get(object_)
        if hook is None:
            return
        body = written(news)
        headers = {SIGNATURE: signed("forged" if forged else self._network.app_secret, body), "content-type": "application/json"}
        for pause in (*_PAUSES_S, None):
            with contextlib.suppress(httpx2.HTTPError):
                if (await self._http().post(hook.url, content=body, headers=headers)).is_success:
                    return
            if pause is None or forged:
                return
            await asyncio.sleep(pause)
