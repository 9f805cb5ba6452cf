"""A scripted LinkedIn over HTTP: company pages, their posts, comments on two levels, and what is told of them.

Written after Microsoft Learn, LinkedIn API documentation: "Organization Social Action Notifications", "Comments API",
"Organization Lookup", "Organization Access Control", "Webhook Validation", "API versioning", "Authorization Code Flow
(3-legged OAuth)", "Refresh Tokens with OAuth 2.0". Its notifications, pushes and comments, and the comments that it is sent,
are held against JSON Schemas of the first two pages in the tests.
"""

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode

from msgspec import Struct

KEPT: Final = timedelta(days=60)
SIGNATURE: Final = "x-li-signature"
VERSIONS: Final = frozenset(f"2025{month:02}" for month in (11, 12)) | frozenset(f"2026{month:02}" for month in range(1, 11))
_LONGEST: Final = 1_250
_COMMENT: Final = re.compile(r"urn:li:comment:\((urn:li:\w+:\w+),(\w+)\)")


class Refused(Exception):
    """The API refuses: status, code and message, as LinkedIn words them."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Company(Struct, kw_only=True):
    """A page with its app and what the app was authorised to. `posts`: URNs of its own posts."""

    id: int
    name: str
    client_id: str
    client_secret: str
    member: str
    access: set[str]
    refresh: set[str]
    renewals: int = 0
    admin: bool = True

    @property
    def urn(self) -> str:
        """The page's URN."""
        return f"urn:li:organization:{self.id}"


class Reply(Struct, frozen=True):
    """What is answered."""

    status: int
    body: Any = None
    headers: dict[str, str] = {}


def signature(secret: str, body: bytes) -> str:
    """Return the signature of a push. Source: "Webhook Validation"."""
    return hmac.new(secret.encode(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()


class LinkedInServer:
    """Serves pages on 127.0.0.1 in threads of its own. `now`: the time by which things happen, and are forgotten."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._number = 7_400_000_000_000_000_000
        self.companies: dict[int, Company] = {}
        self.comments: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.codes: dict[str, tuple[str, str]] = {}
        self.told: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, Any]] = []
        self.strange = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    # -- the world outside ---------------------------------------------------------------------------------------------

    def company(self, name: str) -> Company:
        """Make a page, an app, and an administrator who authorised it."""
        with self._lock:
            made = Company(
                id=10_000_000 + secrets.randbelow(80_000_000), name=name, client_id=secrets.token_hex(7),
                client_secret=secrets.token_urlsafe(16), member=self.member(), access=set(), refresh=set(),
            )  # fmt: skip
            self.companies[made.id] = made
            return made

    def authorise(self, company: Company) -> dict[str, str]:
        """Let the administrator authorise the app anew."""
        with self._lock:
            access, refresh = secrets.token_urlsafe(40), secrets.token_urlsafe(40)
            company.access, company.refresh = {access}, {refresh}
            return {"access_token": access, "refresh_token": refresh}

    def member(self) -> str:
        """Return somebody."""
        return f"urn:li:person:{secrets.token_urlsafe(8).replace('-', 'a')[:10]}"

    def post(self, owner: str, text: str) -> str:
        """Publish a post; returns its URN."""
        with self._lock:
            urn = f"urn:li:activity:{self._next()}"
            self.posts[urn] = owner
            self.texts[urn] = text
            return urn

    def mention(self, company: Company, owner: str, text: str) -> str:
        """Let somebody publish a post that names the page."""
        with self._lock:
            share = f"urn:li:share:{self._next()}"
            self.posts[share], self.texts[share] = owner, text
            said = {"share": {"entity": share, "owner": owner, "text": text, "mediaCategory": "NONE"}}
            self._tell(company, "SHARE_MENTION", share, share, said)
            return share

    def comment(self, actor: str, target: str, text: str, *, at: datetime | None = None) -> str:
        """Comment below a post or a comment; returns the comment's URN. Who answers an answer stands beside it."""
        with self._lock:
            return str(self._comment(actor, target, text, at)["$URN"])

    def edit(self, urn: str, text: str) -> None:
        """Let its author change a comment."""
        with self._lock:
            comment = self.comments[urn]
            comment["message"]["text"] = text
            comment["lastModified"] = {"actor": comment["actor"], "time": self._ms()}
            self._tell_of(comment, "COMMENT_EDIT")

    def remove(self, urn: str) -> None:
        """Let its author take a comment back."""
        with self._lock:
            comment = self.comments.pop(urn)
            self._tell_of(comment, "COMMENT_DELETE")

    def news_of(self, urn: str) -> dict[str, Any]:
        """Return the first notification of a thing."""
        with self._lock:
            return next(one for one in self.told if one["generatedActivity"] == urn)

    def ours(self, company: Company) -> list[dict[str, Any]]:
        """Return the page's comments that stand, oldest first."""
        with self._lock:
            return [one for one in self.comments.values() if one["actor"] == company.urn]

    def pushed(self, *told: dict[str, Any]) -> bytes:
        """Return the body of a push, up to ten at once."""
        return json.dumps(
            {"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": told}, ensure_ascii=False
        ).encode()

    def _next(self) -> int:
        self._number += 1 + secrets.randbelow(1_000)
        return self._number

    def _ms(self) -> int:
        return int(self._now().timestamp() * 1_000)

    def _comment(self, actor: str, target: str, text: str, at: datetime | None = None) -> dict[str, Any]:
        parts = _COMMENT.fullmatch(target)
        post = parts[1] if parts else target
        if post not in self.posts:
            raise Refused(404, "NOT_FOUND", "Not found.")
        parent = None
        if parts:
            if target not in self.comments:
                raise Refused(404, "NOT_FOUND", "Not found.")
            parent = self.comments[target].get("parentComment", target)
        number, ms = str(self._next()), int(at.timestamp() * 1_000) if at else self._ms()
        stamp = {"actor": actor, "time": ms}
        made: dict[str, Any] = {
            "actor": actor, "created": stamp, "lastModified": stamp, "id": number, "object": post,
            "message": {"attributes": [], "text": text}, "$URN": f"urn:li:comment:({post},{number})",
        }  # fmt: skip
        if parent:
            made["parentComment"] = parent
        self.comments[made["$URN"]] = made
        company = next((one for one in self.companies.values() if one.urn == actor), None)
        self._tell_of(made, "ADMIN_COMMENT" if company else "COMMENT")
        return made

    def _tell_of(self, comment: dict[str, Any], action: str) -> None:
        """Below whose post it stands is told; below other posts nobody is."""
        company = next((one for one in self.companies.values() if one.urn == self.posts.get(comment["object"])), None)
        if company is None:
            return
        said = {
            "comment": {
                "entity": comment["$URN"], "object": comment["object"], "owner": comment["actor"],
                "text": comment["message"]["text"],
            }
        }  # fmt: skip
        self._tell(company, action, comment["object"], comment["$URN"], None if action == "COMMENT_DELETE" else said)

    def _tell(self, company: Company, action: str, post: str, urn: str, said: dict[str, Any] | None) -> None:
        told = {
            "notificationId": len(self.told) + 5_600_000_000, "organizationalEntity": company.urn, "action": action,
            "sourcePost": post, "lastModifiedAt": self._ms(), "generatedActivity": urn, "subscriber": company.member,
            "decoratedSourcePost": {"entity": post, "owner": self.posts[post], "text": self.texts[post], "mediaCategory": "NONE"},
        } | ({"decoratedGeneratedActivity": said} if said else {})  # fmt: skip
        self.told.append(told)

    # -- the API -------------------------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """Serve a request. Raises Refused."""
        path, _, query = target.partition("?")
        with self._lock:
            if (method, path) == ("GET", "/oauth/v2/authorization"):
                return self._agree(dict(parse_qsl(query)))
            if (method, path) == ("POST", "/oauth/v2/accessToken"):
                return self._token(dict(parse_qsl(body.decode())))
            company = self._authorised(headers)
            if headers.get("x-restli-protocol-version") != "2.0.0":
                raise Refused(400, "PROTOCOL_VERSION", "Rest.li protocol 2.0.0 is expected")
            version = headers.get("linkedin-version", "")
            if not version:
                raise Refused(400, "VERSION_MISSING", "A version must be present. Please specify a version by adding the header.")
            if version not in VERSIONS:
                raise Refused(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
            asked = dict(part.partition("=")[::2] for part in query.split("&") if part)
            given = json.loads(body) if body else None
            self.asked.append((method, target, given))
            return self._served(method, path.removeprefix("/rest/").split("/"), asked, company, given)

    def _served(self, method: str, path: list[str], asked: dict[str, str], company: Company, given: Any) -> Reply:
        match method, path:
            case "GET", ["organizations", number]:
                return self._organization(company, number)
            case "GET", ["organizationAcls"]:
                role = {
                    "role": "ADMINISTRATOR", "state": "APPROVED", "organization": company.urn, "roleAssignee": company.member,
                }  # fmt: skip
                return _listed([role] if company.admin else [], 0, 10)
            case "GET", ["organizationalEntityNotifications"]:
                return self._notifications(company, asked)
            case "GET", ["socialActions", thing, "comments"] if "ids" in asked:
                ids = _list(asked["ids"])
                post = unquote(thing)
                found = {i: self.comments[u] for i in ids if (u := f"urn:li:comment:({post},{i})") in self.comments}
                gone = {i: {"status": 404, "message": "Not found"} for i in ids if i not in found}
                return Reply(200, {"results": found, "statuses": {}, "errors": gone})
            case "GET", ["socialActions", thing, "comments"]:
                return self._below(unquote(thing), asked)
            case "GET", ["socialActions", thing, "comments", number]:
                return Reply(200, self._one(unquote(thing), number))
            case "POST", ["socialActions", thing, "comments"]:
                return self._write(company, unquote(thing), given)
            case "DELETE", ["socialActions", thing, "comments", number]:
                comment = self._one(unquote(thing), number)
                if comment["actor"] != company.urn or unquote(asked.get("actor", "")) != company.urn:
                    raise Refused(403, "ACCESS_DENIED", "Not enough permissions to delete the comment")
                self.remove(comment["$URN"])
                return Reply(204)
        raise Refused(404, "RESOURCE_NOT_FOUND", "No virtual resource found")

    def _authorised(self, headers: dict[str, str]) -> Company:
        token = headers.get("authorization", "").removeprefix("Bearer ")
        for company in self.companies.values():
            if token in company.access:
                return company
        raise Refused(401, "INVALID_ACCESS_TOKEN", "Invalid access token")

    def _agree(self, asked: dict[str, str]) -> Reply:
        """Send the administrator back, who has agreed. Source: "Authorization Code Flow (3-legged OAuth)"."""
        known = any(one.client_id == asked.get("client_id") for one in self.companies.values())
        if not known or asked.get("response_type") != "code" or not asked.get("state") or not asked.get("scope"):
            raise Refused(400, "ILLEGAL_ARGUMENT", "The passed in client_id, response_type, state or scope is invalid")
        code = secrets.token_urlsafe(30)
        self.codes[code] = (asked["client_id"], asked["redirect_uri"])
        where = asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})
        return Reply(302, None, {"location": where})

    def _token(self, form: dict[str, str]) -> Reply:
        """Give tokens for a code or a refresh token, which stays as it is and keeps its end."""
        company = next((one for one in self.companies.values() if one.client_id == form.get("client_id")), None)
        if company is None or form.get("client_secret") != company.client_secret:
            return Reply(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        match form.get("grant_type"):
            case "authorization_code":
                if self.codes.pop(form.get("code", ""), None) != (company.client_id, form.get("redirect_uri")):
                    return Reply(400, {"error": "invalid_request", "error_description": "authorization code not found"})
                given = self.authorise(company)
            case "refresh_token" if form.get("refresh_token") in company.refresh:
                company.renewals += 1
                given = {"access_token": secrets.token_urlsafe(40), "refresh_token": form["refresh_token"]}
                company.access = {given["access_token"]}
            case _:
                return Reply(400, {"error": "invalid_request", "error_description": "The provided refresh token is invalid"})
        return Reply(200, given | {"expires_in": 86_400 * 60, "refresh_token_expires_in": 86_400 * 365})

    def _organization(self, company: Company, number: str) -> Reply:
        if not number.isdecimal() or int(number) not in self.companies:
            raise Refused(404, "NOT_FOUND", "Could not find entity")
        if int(number) != company.id:
            return Reply(200, {"id": int(number), "localizedName": self.companies[int(number)].name})
        return Reply(200, {"id": company.id, "localizedName": company.name, "vanityName": company.name.lower()})

    def _notifications(self, company: Company, asked: dict[str, str]) -> Reply:
        page = unquote(asked.get("organizationalEntity", ""))
        if asked.get("q") != "criteria" or not page:
            raise Refused(400, "ILLEGAL_ARGUMENT", "organizationalEntity is required")
        if page != company.urn or not company.admin:
            raise Refused(403, "ACCESS_DENIED", "Viewer is not an administrator of the organization")
        times = re.fullmatch(r"\(start:(-?\d+),end:(\d+)\)", unquote(asked.get("timeRange", "(start:0,end:9999999999999)")))
        if times is None:
            raise Refused(400, "ILLEGAL_ARGUMENT", "timeRange")
        first = max(int(times[1]), self._ms() - int(KEPT.total_seconds() * 1_000))
        actions = set(_list(asked.get("actions", "List()")))
        # Newest first: the order is not documented, and nobody may rely on the other one.
        found = [
            one for one in reversed(self.told)
            if one["organizationalEntity"] == page and first <= one["lastModifiedAt"] < int(times[2])
            and (not actions or one["action"] in actions)
        ]  # fmt: skip
        start, count = int(asked.get("start", 0)), min(int(asked.get("count", 10)), 100)
        some = found[start : start + count]
        return _listed([_of_next_year(one) for one in some] if self.strange else some, start, count)

    def _one(self, thing: str, number: str) -> dict[str, Any]:
        urn = f"urn:li:comment:({thing},{number})"
        if urn not in self.comments:
            raise Refused(404, "NOT_FOUND", "Comment not found")
        return self.comments[urn]

    def _below(self, thing: str, asked: dict[str, str]) -> Reply:
        parts = _COMMENT.fullmatch(thing)
        if (parts and thing not in self.comments) or (not parts and thing not in self.posts):
            raise Refused(404, "NOT_FOUND", "Not found")
        if parts:
            found = [one for one in self.comments.values() if one.get("parentComment") == thing]
        else:
            found = [one for one in self.comments.values() if one["object"] == thing and "parentComment" not in one]
        start, count = int(asked.get("start", 0)), min(int(asked.get("count", 10)), 100)
        return _listed(found[start : start + count], start, count)

    def _write(self, company: Company, thing: str, given: dict[str, Any]) -> Reply:
        if given.get("actor") != company.urn or not company.admin:
            raise Refused(403, "ACCESS_DENIED", "Not enough permissions to access: socialActions.CREATE")
        text = given["message"]["text"]
        if not text.strip() or len(text) > _LONGEST:
            raise Refused(400, "ILLEGAL_ARGUMENT", "The text of the comment is empty or too long")
        parts = _COMMENT.fullmatch(thing)
        if parts and (given.get("parentComment") != thing or "parentComment" in self.comments.get(thing, {})):
            raise Refused(400, "ILLEGAL_ARGUMENT", "parentComment must be the comment of the first level that is answered")
        made = self._comment(company.urn, thing, text)
        return Reply(201, made, {"x-restli-id": made["id"]})


def _of_next_year(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"mood": {"kind": "curious", "rings": [1, 2]}, "decoratedSourcePost": {"hologram": True}}


def _list(text: str) -> list[str]:
    return [unquote(part) for part in text.removeprefix("List(").removesuffix(")").split(",") if part]


def _listed(elements: list[dict[str, Any]], start: int, count: int) -> Reply:
    return Reply(200, {"elements": elements, "paging": {"start": start, "count": count, "links": []}})


def _handler_of(server: LinkedInServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            given = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                reply = server.answer(self.command, self.path, headers, given)
            except Refused as error:
                reply = Reply(error.status, {"status": error.status, "code": error.code, "message": str(error)})
            body = b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode()
            self.send_response(reply.status)
            self.send_header("content-type", "application/json")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
