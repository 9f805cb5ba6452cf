"""What the network tells by itself: webhooks that prove their address and are signed, the activity stream, the filtered stream.

CRC: `GET ?crc_token=` is answered with `sha256=` and the base64 HMAC-SHA256 of the token under the app's consumer secret; pushes
carry the same over their raw body in `x-twitter-webhooks-signature`. A wrong answer makes the webhook invalid at once.
Source: X developer documentation, webhooks/quickstart and webhooks/introduction.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import msgspec

from unisono.testing.networks.x.api import matcher
from unisono.testing.networks.x.asked import Answer, Asked
from unisono.testing.networks.x.model import Hook, Post, Refused, Rule, Subscription, invalid, missing
from unisono.testing.networks.x.network import XNetwork
from unisono.testing.networks.x.wire import Wire, when
from unisono.testing.sandbox.faults import Effect, Script

SIGNATURE = "x-twitter-webhooks-signature"
_TIMEOUT_S = 10.0
_KEEP_ALIVE_S = 20.0
PRIVATE_EVENTS = frozenset({"post.mention.create", "post.reply.create", "post.quote.create", "dm.received", "dm.sent"})


def signed(secret: str, message: bytes) -> str:
    """Return a signature as X writes it."""
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


class Pushing:
    """Subscriptions and who is told of them. quiet: nothing is pushed by itself (a test pushes what it wants)."""

    def __init__(self, network: XNetwork, wire: Wire, script: Script) -> None:
        self._network = network
        self._wire = wire
        self._script = script
        self.quiet = False
        self.hooks: dict[int, Hook] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.rules: dict[int, Rule] = {}
        self._streams: dict[tuple[str, str], set[asyncio.Queue[bytes]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx2.AsyncClient | None = None
        self._waiting: list[tuple[Subscription, bytes]] = []
        network.listen(self._told)

    def routes(self) -> list[tuple[str, str, Callable[[Asked], Any]]]:
        """Return the handlers."""
        return [
            ("GET", "/2/webhooks", self.list_hooks),
            ("POST", "/2/webhooks", self.add_hook),
            ("PUT", "/2/webhooks/*", self.validate_hook),
            ("DELETE", "/2/webhooks/*", self.remove_hook),
            ("GET", "/2/activity/subscriptions", self.list_subscriptions),
            ("POST", "/2/activity/subscriptions", self.subscribe),
            ("DELETE", "/2/activity/subscriptions/*", self.unsubscribe),
            ("GET", "/2/activity/stream", self.activity_stream),
            ("GET", "/2/tweets/search/stream/rules", self.list_rules),
            ("POST", "/2/tweets/search/stream/rules", self.change_rules),
            ("GET", "/2/tweets/search/stream", self.filtered_stream),
        ]

    # -- webhooks ------------------------------------------------------------------------------------------------------

    def list_hooks(self, asked: Asked) -> Answer:
        """Tell the app's webhooks, and whether they are valid."""
        app = asked.app()
        found = [_hook(hook) for hook in self.hooks.values() if hook.app == app.client_id]
        return Answer(data={"data": found, "meta": {"result_count": len(found)}} if found else {"meta": {"result_count": 0}})

    async def add_hook(self, asked: Asked) -> Answer:
        """Register an address, which must answer the challenge."""
        app = asked.app()
        url = str(asked.json().get("url") or "")
        if any(hook.url == url for hook in self.hooks.values()):
            raise invalid("This webhook url is registered already.")
        if not await self._answers(url, app.consumer_secret):
            raise invalid("CRC GET request failed: the response_token did not match or the url did not answer.")
        hook = Hook(id=self._network.mint(), app=app.client_id, url=url, at=self._network.now())
        self.hooks[hook.id] = hook
        return Answer(data={"data": _hook(hook)}, status=201)

    async def validate_hook(self, asked: Asked) -> Answer:
        """Ask an address again."""
        app = asked.app()
        hook = self.hooks.get(int(asked.path[0]))
        if hook is None or hook.app != app.client_id:
            raise missing("webhook", asked.path[0])
        hook.valid = await self._answers(hook.url, app.consumer_secret)
        return Answer(data={"data": {"valid": hook.valid}})

    def remove_hook(self, asked: Asked) -> Answer:
        """Forget an address."""
        asked.app()
        if self.hooks.pop(int(asked.path[0]), None) is None:
            raise missing("webhook", asked.path[0])
        return Answer(data={"data": {"deleted": True}})

    async def _answers(self, url: str, secret: str) -> bool:
        token = secrets.token_urlsafe(24)
        try:
            answer = await self._http().get(url, params={"crc_token": token})
            said = msgspec.json.decode(answer.content) if answer.status_code == 200 else None
        except (httpx2.HTTPError, httpx2.InvalidURL, msgspec.DecodeError):
            return False
        return isinstance(said, dict) and said.get("response_token") == signed(secret, token.encode())

    # -- the Activity API ----------------------------------------------------------------------------------------------

    def list_subscriptions(self, asked: Asked) -> Answer:
        """Tell what the app is told of."""
        app = asked.app()
        found = [_subscription(one) for one in self.subscriptions.values() if one.app == app.client_id]
        return Answer(data={"data": found, "meta": {"result_count": len(found)}})

    def subscribe(self, asked: Asked) -> Answer:
        """Be told of something; what is private needs the user's own token."""
        body = asked.json()
        event_type, user = str(body.get("event_type")), str((body.get("filter") or {}).get("user_id") or "")
        if not user.isdigit() or int(user) not in self._network.users:
            raise invalid("The filter names no user.")
        if event_type in PRIVATE_EVENTS:
            grant = asked.grant()
            if grant.user != int(user):
                raise Refused(403, "Private events need the authorisation of the user whom they are about.")
            app = grant.app
        else:
            app = asked.grant().app if asked.holder is not None and not hasattr(asked.holder, "bearer") else asked.app().client_id
        webhook = str(body.get("webhook_id") or "")
        if any(
            s.app == app and s.event_type == event_type and s.user == int(user) and str(s.webhook or "") == webhook
            for s in self.subscriptions.values()
        ):
            raise invalid("DuplicateSubscription: a subscription with this filter exists already.")
        made = Subscription(
            id=self._network.mint(), app=app, event_type=event_type, user=int(user), webhook=int(webhook) if webhook else None,
            tag=str(body.get("tag") or ""),
        )  # fmt: skip
        self.subscriptions[made.id] = made
        return Answer(data={"data": {"subscription": _subscription(made)}}, status=201)

    def unsubscribe(self, asked: Asked) -> Answer:
        """Be told no more."""
        if self.subscriptions.pop(int(asked.path[0]), None) is None:
            raise missing("subscription", asked.path[0])
        return Answer(data={"data": {"deleted": True}})

    def activity_stream(self, asked: Asked) -> AsyncIterator[bytes]:
        """Hold the line and tell what happens."""
        return self._stream("activity", asked.app().client_id)

    # -- the filtered stream -------------------------------------------------------------------------------------------

    def list_rules(self, asked: Asked) -> Answer:
        """Tell the app's rules."""
        app = asked.app()
        found = [{"id": str(r.id), "value": r.value, "tag": r.tag} for r in self.rules.values() if r.app == app.client_id]
        meta = {"result_count": len(found)}
        return Answer(data={"data": found, "meta": meta} if found else {"meta": meta})

    def change_rules(self, asked: Asked) -> Answer:
        """Add or remove rules."""
        app, body = asked.app(), asked.json()
        for one in (body.get("delete") or {}).get("ids") or ():
            self.rules.pop(int(one), None)
        added = []
        for one in body.get("add") or ():
            rule = Rule(id=self._network.mint(), app=app.client_id, value=str(one.get("value")), tag=str(one.get("tag") or ""))
            self.rules[rule.id] = rule
            added.append({"id": str(rule.id), "value": rule.value, "tag": rule.tag})
        meta: dict[str, Any] = {"summary": {"created": len(added), "not_created": 0}}
        return Answer(data={"data": added, "meta": meta} if added else {"meta": meta}, status=201 if added else 200)

    def filtered_stream(self, asked: Asked) -> AsyncIterator[bytes]:
        """Hold the line and give what the rules find."""
        app = asked.app()
        if not any(rule.app == app.client_id for rule in self.rules.values()):
            raise Refused(409, "You must define rules before connecting to this stream.", title="ConnectionException")
        return self._stream("filtered", app.client_id)

    async def _stream(self, kind: str, app: str) -> AsyncIterator[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        listening = self._streams.setdefault((kind, app), set())
        listening.add(queue)
        try:
            yield b"\r\n"
            while True:
                try:
                    async with asyncio.timeout(_KEEP_ALIVE_S):
                        yield await queue.get() + b"\r\n"
                except TimeoutError:
                    yield b"\r\n"
        finally:
            listening.discard(queue)

    def listening(self, kind: str) -> int:
        """Tell how many lines are held."""
        return sum(len(queues) for (one, _), queues in self._streams.items() if one == kind)

    # -- telling -------------------------------------------------------------------------------------------------------

    def _told(self, event_type: str, user: int, what: Any) -> None:
        if event_type == "post.create":
            self._filter(what)
        for one in list(self.subscriptions.values()):
            if one.event_type == event_type and one.user == user:
                self.deliver(one, self.body(event_type, user, what, tag=one.tag))

    def body(self, event_type: str, user: int, what: Any, *, tag: str = "") -> bytes:
        """Return an event as it is delivered; its id is another each time, and may be negative."""
        uuid = secrets.randbits(63) * secrets.choice((1, -1))
        return msgspec.json.encode(self._wire.event(event_type, user, what, uuid, tag))

    def _filter(self, post: Post) -> None:
        for rule in self.rules.values():
            if self._streams.get(("filtered", rule.app)) and matcher(rule.value, self._network)(post):
                data = {
                    "data": self._wire.post(post, old_names=True), "includes": self._wire.page([post], old_names=True),
                    "matching_rules": [{"id": str(rule.id), "tag": rule.tag}],
                }  # fmt: skip
                for queue in self._streams[("filtered", rule.app)]:
                    queue.put_nowait(msgspec.json.encode(data))

    def deliver(self, to: Subscription, body: bytes) -> None:
        """Tell by the stream, or by the webhook, with what the script does to it."""
        if to.webhook is None:
            for queue in self._streams.get(("activity", to.app), ()):
                queue.put_nowait(body)
            return
        if self.quiet:
            return
        fault = self._script.on_push()
        effect = fault.effect if fault else None
        if effect is Effect.LOSE:
            return
        if effect is Effect.REORDER:
            # It waits for the next one and comes after it.
            self._waiting.append((to, body))
            return
        for _ in range(fault.copies if fault is not None and effect is Effect.DUPLICATE else 1):
            self._start(self._send(to, body, forged=effect is Effect.FORGE))
        for late_to, late in self._waiting:
            self._start(self._send(late_to, late, after_s=0.05))
        self._waiting = []

    async def _send(self, to: Subscription, body: bytes, *, forged: bool = False, after_s: float = 0.0) -> None:
        await asyncio.sleep(after_s)
        hook = self.hooks.get(to.webhook or 0)
        if hook is None or not hook.valid:
            return
        secret = self._network.apps[to.app].consumer_secret
        headers = {SIGNATURE: signed(f"{secret}x" if forged else secret, body), "content-type": "application/json"}
        for pause in (0.2, 1.0, None):
            with contextlib.suppress(httpx2.HTTPError):
                answer = await self._http().post(hook.url, content=body, headers=headers)
                if answer.is_success or forged:
                    return
            if pause is None:
                return
            await asyncio.sleep(pause)

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, verify=False)
        return self._client

    async def settle(self) -> None:
        """Wait until everything that was begun is told or given up."""
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


def _hook(hook: Hook) -> dict[str, Any]:
    return {"id": str(hook.id), "url": hook.url, "valid": hook.valid, "created_at": when(hook.at)}


def _subscription(one: Subscription) -> dict[str, Any]:
    made: dict[str, Any] = {
        "subscription_id": str(one.id), "event_type": one.event_type, "filter": {"user_id": str(one.user)},
    }  # fmt: skip
    return made | ({"tag": one.tag} if one.tag else {}) | ({"webhook_id": str(one.webhook)} if one.webhook else {})
