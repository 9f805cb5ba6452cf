"""The data-deletion callback: a person removes the app and asks that what it holds of them be deleted.

Source: Meta for Developers, "Data Deletion Request Callback": POST with `signed_request`, answered with an address where the
person can see what became of it, and a code.
"""

import base64
import hashlib
import hmac
from urllib.parse import parse_qs

import msgspec

from unisono.connectors._graph.api import Graph
from unisono.contract import MISSHAPEN, Ctx, HttpRequest, HttpResponse, PullFailed, Raw, Route

PATH = "/deletion"
_WORDS = (
    "<!DOCTYPE html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    "<title>Deletion request</title><h1>Deletion request {code}</h1>"
    "<p>Received. Your messages and your name are deleted from this company's conversations; what the law makes it keep lies "
    "sealed until its time is over.</p><p lang='de'>Eingegangen. Ihre Nachrichten und Ihr Name werden aus den Gesprächen dieser "
    "Firma gelöscht; was das Gesetz aufzubewahren verlangt, liegt bis zum Ende der Frist versiegelt.</p></html>"
)


def user_of(signed_request: str, app_secret: str) -> str | None:
    """Return the id of the person who asks, None when it does not come from the network."""
    signature, _, payload = signed_request.partition(".")
    try:
        given = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        found = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except MISSHAPEN:
        return None
    expected = hmac.new(app_secret.encode(), payload.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(expected, given) or not isinstance(found, dict) or found.get("algorithm") != "HMAC-SHA256":
        return None
    return str(found["user_id"]) if found.get("user_id") else None


class Deletion:
    """Serves the callback, and the page that tells what became of a request."""

    def __init__(self, ctx: Ctx, graph: Graph) -> None:
        self._ctx = ctx
        self._graph = graph

    def routes(self) -> list[Route]:
        """Return the two routes."""
        return [
            Route(method="POST", path=PATH, handle=self._ask, max_bytes=20_000),
            Route(method="GET", path=PATH + "/{code}", handle=self._show),
        ]

    async def _ask(self, request: HttpRequest) -> HttpResponse:
        secret = await self._ctx.secrets.get("app_secret")
        try:
            asked = parse_qs(request.body.decode("ascii"), max_num_fields=20).get("signed_request", [""])[0]
        except ValueError:
            asked = ""
        user = user_of(asked, secret) if secret and asked else None
        if user is None:
            return HttpResponse(status=400, body=b'{"error": "The request is not signed by the network. Nothing was done."}')
        people = sorted({user, *await self._page_scoped(user)})
        code = hashlib.sha256(f"{self._ctx.account.channel_id}:{user}".encode()).hexdigest()[:16]
        body = msgspec.json.encode({"kind": "gone", "people": people})
        await self._ctx.intake.put([Raw(ingest_key=f"gone:{user}:0", body=body, received_at=self._ctx.clock.now())])
        url = f"https://{request.headers.get('host', '')}/c/{self._ctx.account.channel_id}{PATH}/{code}"
        return HttpResponse(body=msgspec.json.encode({"url": url, "confirmation_code": code}))

    async def _page_scoped(self, user: str) -> list[str]:
        """The request names a person by the app's id; comments and messages name them by each page's."""
        if not self._ctx.account.config.get("app_id"):
            return []
        try:
            found = await self._graph.as_app(f"{user}/ids_for_pages")
        except PullFailed:
            self._ctx.log.warning("ids_for_pages_failed")
            return []
        data = found.get("data")
        return [str(one["id"]) for one in data if isinstance(one, dict) and "id" in one] if isinstance(data, list) else []

    async def _show(self, request: HttpRequest) -> HttpResponse:
        code = request.path_params.get("code", "")
        if not (code.isalnum() and len(code) == 16):
            return HttpResponse(status=404, body=b"", media_type="text/plain")
        headers = {"content-security-policy": "default-src 'none'", "referrer-policy": "no-referrer"}
        return HttpResponse(body=_WORDS.format(code=code).encode(), media_type="text/html; charset=utf-8", headers=headers)
