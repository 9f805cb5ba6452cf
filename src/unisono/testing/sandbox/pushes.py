"""Pushes: a company is told over HTTP, signed. They are hints with holes; the pull is the truth.

Signature: header `x-sandbox-signature: t=<unix seconds>,v1=<hex>`, where v1 is HMAC-SHA256 over `<t>.` and the raw body,
keyed with the secret. To subscribe, the address must answer `GET ?challenge=...` with `{"response": <hex HMAC-SHA256 over
"challenge:" and the challenge>}`. The word in front keeps anybody from having a push signed by asking for its challenge.
"""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from typing import Any

import httpx2
import msgspec

from unisono.testing.sandbox.faults import Effect, Script
from unisono.testing.sandbox.model import Account, Refused
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.wire import Wire

SIGNATURE = "x-sandbox-signature"
_PAUSES_S = (0.2, 1.0, 5.0)
_BATCH = 50
_GATHER_S = 0.02
_TIMEOUT_S = 10.0
_DAY_S = 86_400


def signed(secret: str, body: bytes, at_unix_s: int) -> str:
    """Return the value of the signature header."""
    return f"t={at_unix_s},v1=" + hmac.new(secret.encode(), b"%d." % at_unix_s + body, hashlib.sha256).hexdigest()


def answer_to(secret: str, challenge: str) -> str:
    """Return what proves that somebody knows the secret."""
    return hmac.new(secret.encode(), b"challenge:" + challenge.encode(), hashlib.sha256).hexdigest()


class Pushes:
    """Sends what companies subscribed to. Three retries, then a push is given up, as networks do."""

    def __init__(self, network: SandboxNetwork, wire: Wire, script: Script) -> None:
        self._network = network
        self._wire = wire
        self._script = script
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: dict[int, list[int]] = {}
        self._client: httpx2.AsyncClient | None = None
        self._heard: set[int] = set()
        for face in network.faces:
            for company in network.store.living(face.key, companies=True):
                if network.store.hook(company.id) is not None:
                    self._hear(company.id)

    async def subscribe(self, company: Account, url: str, secret: str) -> None:
        """Ask the address for proof, then push to it from now on. Raises Refused (422) with what was wrong."""
        challenge = secrets.token_hex(16)
        try:
            answer = await self._http().get(url, params={"challenge": challenge})
            said = msgspec.json.decode(answer.content)
            proof = said.get("response", "") if answer.status_code == 200 and isinstance(said, dict) else ""
        except (httpx2.HTTPError, httpx2.InvalidURL, msgspec.DecodeError) as error:
            raise Refused(422, "no_answer", f"{url} did not answer the challenge ({type(error).__name__}).") from error
        if not isinstance(proof, str) or not hmac.compare_digest(proof.encode(), answer_to(secret, challenge).encode()):
            raise Refused(422, "wrong_answer", f"{url} did not answer the challenge rightly. Do both sides have the same secret?")
        self._network.store.set_hook(company.id, url, secret)
        self._hear(company.id)

    def unsubscribe(self, company: Account) -> None:
        """Push no more."""
        self._network.store.remove_hook(company.id)

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
            self._client = httpx2.AsyncClient(timeout=_TIMEOUT_S, trust_env=False)
        return self._client

    def _hear(self, company: int) -> None:
        if company not in self._heard:
            self._heard.add(company)
            self._network.live.call(f"company:{company}", lambda message: self._note(company, message["seq"]))

    def _note(self, company: int, seq: int) -> None:
        if self._network.store.hook(company) is None:
            return
        waiting = self._waiting.setdefault(company, [])
        waiting.append(seq)
        if len(waiting) == 1:
            self._start(self._gather(company))

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _gather(self, company: int) -> None:
        """Entries that come close together go in one push."""
        await asyncio.sleep(_GATHER_S)
        seqs = self._waiting.pop(company, [])
        for start in range(0, len(seqs), _BATCH):
            await self._push(company, seqs[start : start + _BATCH])

    async def _push(self, company: int, seqs: list[int]) -> None:
        fault = self._script.on_push()
        effect = fault.effect if fault else None
        if effect is Effect.LOSE:
            return
        if effect is Effect.REORDER:
            # One by one, the last first: also within a batch nothing is where it belongs.
            for place in self._script.shuffled(len(seqs)):
                await self._deliver(company, [seqs[place]])
            return
        copies = fault.copies if fault is not None and effect is Effect.DUPLICATE else 1
        await asyncio.gather(
            *(self._deliver(company, seqs, forged=effect is Effect.FORGE, stale=effect is Effect.STALE) for _ in range(copies))
        )

    async def _deliver(self, company: int, seqs: list[int], *, forged: bool = False, stale: bool = False) -> None:
        hook = self._network.store.hook(company)
        found = [entry for seq in seqs if (entry := self._network.store.entry(seq)) is not None]
        lines = self._wire.entries(found)
        if hook is None or not lines:
            return
        url, secret = hook
        body = msgspec.json.encode({"account": str(company), "entries": lines})
        for pause in (*_PAUSES_S, None):
            at = int(self._network.now().timestamp()) - (_DAY_S if stale else 0)
            headers = {SIGNATURE: signed(secret + "x" if forged else secret, body, at), "content-type": "application/json"}
            with contextlib.suppress(httpx2.HTTPError):
                if (await self._http().post(url, content=body, headers=headers)).is_success:
                    return
            if pause is None or forged or stale:
                return
            await asyncio.sleep(pause)
