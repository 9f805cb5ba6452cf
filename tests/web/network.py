"""A scripted network for the set-up's tests: settings with secrets, a webhook, pages of its own."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

from tests.kit import Scripted
from unisono.contract import (
    Challenge,
    Deny,
    Health,
    HttpRequest,
    HttpResponse,
    Manifest,
    NotReached,
    OAuth,
    Raw,
    Route,
)
from unisono.contract.connector import ConnectorType
from unisono.domain.errors import NotFound
from unisono.domain.words import ChannelState

CONFIG = {
    "type": "object",
    "required": ["base_url", "token"],
    "properties": {
        "base_url": {"type": "string", "format": "url", "title": {"de": "Adresse", "en": "Address"}},
        "token": {"type": "string", "minLength": 3, "secret": True, "title": {"de": "Schlüssel", "en": "Token"}},
        "page_size": {"type": "integer", "default": 20, "minimum": 1, "maximum": 50},
    },
}


class Network(Scripted):
    """Knows the token `good`; each address is an account of its own."""

    asked: ClassVar[list[tuple[Any, str | None]]] = []

    async def check(self) -> Health:
        token = await self.ctx.secrets.get("token")
        self.asked.append((dict(self.ctx.account.config), token))
        await self.ctx.memory.put("probed", b"yes")
        base = self.ctx.account.config["base_url"]
        if base.endswith("silent"):
            raise NotReached("nobody answers at this address", sent=False)
        if token != "good":
            return Health(state=ChannelState.REAUTH_NEEDED, what="The token is not valid.", field="token")
        return Health(state=ChannelState.OK, remote_id=base, handle="@shop", caps=self.caps)

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        if "challenge" in request.query:
            return Challenge(response=HttpResponse(body=request.query["challenge"][0].encode(), media_type="text/plain"))
        secret = (await self.ctx.secrets.get("token") or "").encode()
        signature = hmac.new(secret, request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, request.headers.get("x-signature", "")):
            return Deny(reason="signature")
        return [
            Raw(
                ingest_key=f"created:{item['id']}:0",
                body=json.dumps(item).encode(),
                received_at=self.ctx.clock.now(),
                account=item.get("account"),
                connector=item.get("connector"),
            )
            for item in json.loads(request.body)
        ]

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path="/", handle=self._page),
            Route(method="GET", path="/rooms/{room}", handle=self._room, cors=True),
            Route(method="POST", path="/rooms/{room}", handle=self._post, cors=True, max_bytes=1_000),
            Route(method="GET", path="/stream", handle=self._stream),
        ]

    async def _page(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(body=b"<!doctype html><p>Hello", media_type="text/html; charset=utf-8")

    async def _room(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(body=json.dumps({"room": request.path_params["room"], "query": request.query}).encode())

    async def _post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=201, body=request.body, headers={"x-own": "1"})

    async def _stream(self, request: HttpRequest) -> HttpResponse:
        async def endless() -> AsyncIterator[bytes]:
            yield b"data: first\n\n"
            await self.ctx.clock.sleep(3_600)
            yield b"data: never\n\n"

        return HttpResponse(stream=endless(), media_type="text/event-stream")


class Authorised(Scripted):
    """A network whose accounts are authorised in the browser; it tells whose a token is by asking the provider."""

    async def check(self) -> Health:
        token = await self.ctx.tokens.access()
        url = f"{self.ctx.account.config['base_url']}/introspect"
        answer = await self.ctx.http.request("POST", url, form={"token": token})
        said = json.loads(answer.body)
        if not said["active"]:
            await self.ctx.tokens.access(refused=token)
        return Health(state=ChannelState.OK, remote_id=said["username"], handle="@" + said["username"], caps=self.caps)


OAUTH = {
    "type": "object",
    "required": ["base_url", "client_id"],
    "properties": {
        "base_url": {"type": "string", "format": "url", "title": {"de": "Adresse", "en": "Address"}},
        "client_id": {"type": "string", "title": {"de": "Client-Id", "en": "Client id"}},
        "client_secret": {"type": "string", "secret": True, "title": {"de": "Client-Secret", "en": "Client secret"}},
    },
}


class Networks:
    """A registry with this network, called `network`, and one that is authorised, beside the kit's `scripted`."""

    def manifests(self) -> Mapping[str, Manifest]:
        return {name: self.manifest(name) for name in ("network", "scripted", "authorised")}

    def manifest(self, connector: str) -> Manifest:
        if connector == "authorised":
            return Manifest(
                id=connector, name=connector, version="1", contract=1, network=connector, medium="post", auth="oauth2",
                title={"de": "Mit Freigabe", "en": "Authorised"}, summary={"de": "Ein Netz", "en": "A network"}, config=OAUTH,
                hosts=("{config.base_url}",),
                oauth=OAuth(
                    authorize_url="{config.base_url}/authorize", token_url="{config.base_url}/token",
                    revoke_url="{config.base_url}/revoke", scopes=("read", "write"),
                ),
            )  # fmt: skip
        if connector not in {"network", "scripted"}:
            raise NotFound(f"No connector {connector!r} is installed.", code="no_connector")
        return Manifest(
            id=connector, name=connector, version="1", contract=1, network=connector, medium="post",
            title={"de": "Netz", "en": "Network"}, summary={"de": "Ein Netz", "en": "A network"}, auth="token",
            config=CONFIG if connector == "network" else {},
        )  # fmt: skip

    def code(self, connector: str) -> ConnectorType:
        self.manifest(connector)
        return {"network": Network, "authorised": Authorised}.get(connector, Scripted)
