"""A scripted identity provider over HTTP: a page that asks for consent, refresh tokens that rotate, access tokens that end, and
what a mail server asks.

Written after RFC 6749 (token endpoint, errors in section 5.2), RFC 9700 section 4.14 (a refresh token that is used twice
ends its authorisation), RFC 7662 (introspection), RFC 6749 section 4.1 and RFC 7636 (authorisation code with PKCE).
"""

import hashlib
import html
import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct

CLIENT_ID: Final = "unisono-client"
CLIENT_SECRET: Final = "client-secret-4711"
APP_SCOPE: Final = "https://outlook.office365.com/.default"
_MAX_BYTES: Final = 100_000


class Answer(Struct, frozen=True, kw_only=True):
    """An answer by script instead of the right one."""

    status: int
    body: bytes = b"{}"
    headers: dict[str, str] = {}


class Asked(Struct, frozen=True, kw_only=True):
    """What somebody asked the token address, and the status of the answer."""

    path: str
    form: dict[str, str]
    status: int


class _Code(Struct):
    username: str
    redirect_uri: str
    challenge: str


class _Access(Struct):
    username: str
    until: float


class IdentityProvider:
    """Serves on 127.0.0.1 in threads of its own. `now` gives the time by which tokens end, in seconds since 1970.

    rotates: each renewal gives a new refresh token and ends the old one, as Microsoft does; Google's stay.
    """

    def __init__(self, *, rotates: bool = True, lifetime_s: int = 3_600, now: Callable[[], float] = time.time) -> None:
        self.rotates = rotates
        self.lifetime_s = lifetime_s
        self.script: deque[Answer] = deque()
        self.asked: list[Asked] = []
        self._now = now
        self._lock = threading.Lock()
        self._refresh: dict[str, str] = {}
        self._used: dict[str, str] = {}
        self._access: dict[str, _Access] = {}
        self._codes: dict[str, _Code] = {}
        #: Who is logged in at the provider's page.
        self.person = "shop"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "IdentityProvider":
        self.start()
        return self

    def __exit__(self, *why: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token_url(self) -> str:
        """Where tokens are renewed."""
        return f"{self.url}/token"

    @property
    def authorize_url(self) -> str:
        """The page on which a person agrees."""
        return f"{self.url}/authorize"

    @property
    def introspection_url(self) -> str:
        """Where a mail server asks about a token."""
        return f"{self.url}/introspect"

    # -- what the owner of a mailbox does --------------------------------------------------------------------------------

    def authorise(self, username: str) -> str:
        """Give an authorisation for this person: a refresh token."""
        token = f"refresh-{secrets.token_urlsafe(12)}"
        with self._lock:
            self._refresh[token] = username
        return token

    def revoke(self, username: str) -> None:
        """Withdraw all that was given for this person."""
        with self._lock:
            self._withdraw(username)

    def expire(self, username: str) -> None:
        """End this person's access tokens now; the refresh token stays good."""
        with self._lock:
            for access in self._access.values():
                if access.username == username:
                    access.until = 0.0

    def issue(self, username: str) -> str:
        """Give this person an access token directly, for another program of theirs."""
        with self._lock:
            return self._new_access(username)

    def renewals(self) -> int:
        """Count how often a token was given."""
        return sum(1 for one in self.asked if one.status == 200)

    def owner_of(self, token: str) -> str | None:
        """Return for whom an access token is good now."""
        with self._lock:
            access = self._access.get(token)
            return access.username if access is not None and access.until > self._now() else None

    def _withdraw(self, username: str) -> None:
        self._refresh = {token: owner for token, owner in self._refresh.items() if owner != username}
        self._access = {token: access for token, access in self._access.items() if access.username != username}

    # -- what is asked over HTTP -----------------------------------------------------------------------------------------

    def answer(self, path: str, form: dict[str, str]) -> Answer:
        """Answer a request."""
        if path == "/introspect":
            owner = self.owner_of(form.get("token", ""))
            return _json(200, {"active": True, "username": owner} if owner else {"active": False})
        if path == "/revoke":
            return self._taken_back(form)
        if path.rsplit("/", 1)[-1] != "token":
            return _json(404, {"error": "not_found"})
        with self._lock:
            given = self.script.popleft() if self.script else self._token(form)
            self.asked.append(Asked(path=path, form=form, status=given.status))
        return given

    def _taken_back(self, form: dict[str, str]) -> Answer:
        """Take a token back; one that is not known is no error (RFC 7009, section 2.2)."""
        if form.get("client_id") != CLIENT_ID or form.get("client_secret", CLIENT_SECRET) != CLIENT_SECRET:
            return _json(401, {"error": "invalid_client"})
        token = form.get("token", "")
        with self._lock:
            self._refresh.pop(token, None)
            self._access.pop(token, None)
            self.asked.append(Asked(path="/revoke", form=form, status=200))
        return _json(200, {})

    def page(self, query: dict[str, str]) -> Answer:
        """Ask the person who is logged in whether they agree; refuse what is no proper request (RFC 6749, section 4.1.2.1)."""
        if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code" or not query.get("redirect_uri"):
            return Answer(status=400, body=b"<h1>This is no request that could be answered.</h1>", headers=_HTML)
        code = secrets.token_urlsafe(16)
        with self._lock:
            self._codes[code] = _Code(
                username=self.person, redirect_uri=query["redirect_uri"], challenge=query.get("code_challenge", "")
            )
        back, state = query["redirect_uri"], query.get("state", "")
        yes = html.escape(f"{back}?{urlencode({'code': code, 'state': state})}")
        no = html.escape(f"{back}?{urlencode({'error': 'access_denied', 'state': state})}")
        page = (
            f'<!doctype html><html lang="en"><title>Allow?</title><h1>May Unisono act for {html.escape(self.person)}?</h1>'
            f'<p>{html.escape(query.get("scope", ""))}</p><a href="{yes}">Allow</a> <a href="{no}">Deny</a>'
        )
        return Answer(status=200, body=page.encode(), headers=_HTML)

    def _by_code(self, form: dict[str, str]) -> Answer:
        code = self._codes.pop(form.get("code", ""), None)
        proof = urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if code is None or code.redirect_uri != form.get("redirect_uri") or (code.challenge and code.challenge != proof):
            return _json(400, {"error": "invalid_grant", "error_description": "No such code, or not for you."})
        fresh = f"refresh-{secrets.token_urlsafe(12)}"
        self._refresh[fresh] = code.username
        return self._given(code.username, fresh)

    def _token(self, form: dict[str, str]) -> Answer:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret", CLIENT_SECRET) != CLIENT_SECRET:
            return _json(401, {"error": "invalid_client", "error_description": "Unknown client or wrong secret."})
        if form.get("grant_type") == "client_credentials":
            if "client_secret" not in form:
                return _json(401, {"error": "invalid_client"})
            if form.get("scope") != APP_SCOPE:
                return _json(400, {"error": "invalid_scope"})
            return self._given("application@shop.example", None)
        if form.get("grant_type") == "authorization_code":
            return self._by_code(form)
        if form.get("grant_type") != "refresh_token":
            return _json(400, {"error": "unsupported_grant_type"})
        token = form.get("refresh_token", "")
        if token in self._used:
            self._withdraw(self._used[token])
        owner = self._refresh.get(token)
        if owner is None:
            return _json(400, {"error": "invalid_grant", "error_description": "The authorisation was withdrawn."})
        if not self.rotates:
            return self._given(owner, None)
        del self._refresh[token]
        self._used[token] = owner
        fresh = f"refresh-{secrets.token_urlsafe(12)}"
        self._refresh[fresh] = owner
        return self._given(owner, fresh)

    def _new_access(self, username: str) -> str:
        token = f"access-{secrets.token_urlsafe(24)}"
        self._access[token] = _Access(username=username, until=self._now() + self.lifetime_s)
        return token

    def _given(self, username: str, refresh: str | None) -> Answer:
        token = self._new_access(username)
        said: dict[str, Any] = {"token_type": "Bearer", "access_token": token, "expires_in": self.lifetime_s}
        return _json(200, said | ({"refresh_token": refresh} if refresh else {}))


_HTML: Final = {"content-type": "text/html; charset=utf-8"}


def _json(status: int, said: dict[str, Any]) -> Answer:
    return Answer(status=status, body=json.dumps(said).encode())


def _handler_of(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            page = (
                provider.page(dict(parse_qsl(query)))
                if path == "/authorize"
                else Answer(status=204 if path == "/favicon.ico" else 404, headers=_HTML)
            )
            self._send(page)

        def do_POST(self) -> None:
            length = min(int(self.headers.get("content-length") or 0), _MAX_BYTES)
            form = dict(parse_qsl(self.rfile.read(length).decode("utf-8", "replace"), keep_blank_values=True))
            kind, _, pair = self.headers.get("authorization", "").partition(" ")
            if kind.lower() == "basic":
                form["client_id"], _, form["client_secret"] = b64decode(pair).decode().partition(":")
            self._send(provider.answer(self.path.partition("?")[0], form))

        def _send(self, given: Answer) -> None:
            self.send_response(given.status)
            for name, value in {"content-type": "application/json", **given.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tokens belong into no log."""

    return Handler
