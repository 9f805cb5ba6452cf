"""Every route says what it needs, refuses who may not, and describes itself."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.routes import HTTPRoute

from tests.web.conftest import Browser, Served
from unisono.domain.ids import new_id
from unisono.service.actions import ACTIONS, BUILT_IN_ROLES
from unisono.web.app import _API_ROUTES as API_ROUTES
from unisono.web.app import build_app
from unisono.web.needs import EVERYBODY, NEEDS, PUBLIC, SIGNED_IN

# The same in every worker, or the workers of a run would not agree on the tests.
NOBODYS = "01890000-0000-7000-8000-000000000000"

# What anybody may ask for without logging in; a new one is added here on purpose or not at all.
OPEN_TO_ALL = {
    "/", "/demo", "/{rest:path}", "/api/v1/session", "/api/v1/setup/{token:str}", "/api/v1/health", "/api/v1/openapi.json",
    "/api/v1/openapi.json/{path:str}", "/api/v1/openapi.json/openapi.json", "/hooks/{channel_id:uuid}",
    "/c/{channel_id:uuid}", "/c/{channel_id:uuid}/{rest:path}", "/call/{line:str}", "/call/{line:str}/{rest:path}",
    # A screen on a wall has no log-in: it carries the token of its link.
    "/api/v1/wallboard/screen",
    # A browser comes back here from a network; it asks itself who that is, and leads whoever is nobody to the log-in.
    "/api/v1/channels/oauth/callback",
}  # fmt: skip


def handlers(app: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (method, path template, handler) of every route."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute), f"{route.path} is no HTTP route; give it a test of its own"
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS" or getattr(handler.fn, "__module__", "").startswith("unisono"):
                yield method, route.path, handler


@pytest.fixture
def app(served: Served) -> Any:
    return build_app(served.house)[0]


def filled(path: str) -> str:
    """Return a path with made-up parameters."""
    for part in path.split("/"):
        if part.startswith("{"):
            kind = part.strip("{}").split(":")[1]
            path = path.replace(part, {"uuid": str(new_id()), "int": "482"}.get(kind, "x"))
    return path


def test_every_route_names_an_action_that_exists(app: Any) -> None:
    for method, path, handler in handlers(app):
        need = handler.opt.get(NEEDS)
        assert need in ACTIONS or need in EVERYBODY, f"{method} {path} does not say what it needs"


def test_what_is_open_to_all_is_open_on_purpose(app: Any) -> None:
    assert {path for _, path, handler in handlers(app) if handler.opt.get(NEEDS) == PUBLIC} == OPEN_TO_ALL


def test_every_action_is_needed_somewhere(app: Any) -> None:
    assert {handler.opt[NEEDS] for _, _, handler in handlers(app)} - EVERYBODY == set(ACTIONS)


async def test_nobody_gets_anywhere_without_logging_in(served: Served, app: Any) -> None:
    browser = served.browser()
    await browser.get("session")
    for method, path, handler in handlers(app):
        if handler.opt[NEEDS] != PUBLIC:
            found = await browser.problem(method, filled(path))
            assert (found["status"], found["code"]) == (401, "unauthenticated"), f"{method} {path}"


@pytest.mark.parametrize("role", [role.name for role in BUILT_IN_ROLES])
async def test_a_role_gets_what_it_names_and_nothing_else(served: Served, app: Any, role: str) -> None:
    allowed = set(next(r.actions for r in BUILT_IN_ROLES if r.name == role))
    browser = await served.logged_in("somebody", role)
    for method, path, handler in handlers(app):
        need = handler.opt[NEEDS]
        if need in {PUBLIC, SIGNED_IN} or need in allowed:
            continue
        found = await browser.problem(method, filled(path), {})
        assert (found["status"], found["code"]) == (403, "forbidden"), f"{role}: {method} {path} {found}"
        assert found["action"] == need


async def test_the_interface_describes_every_route_of_the_api(served: Served, app: Any) -> None:
    document = await served.browser().get("openapi.json")
    assert document["openapi"].startswith("3.1")
    described = {(m.upper(), path) for path, item in document["paths"].items() for m in item if m != "parameters"}
    for method, path, handler in handlers(app):
        if path.startswith("/api/v1/") and "openapi.json" not in path and method not in {"OPTIONS", "HEAD"}:
            template = "/".join(f"{{{p.strip('{}').split(':')[0]}}}" if p.startswith("{") else p for p in path.split("/"))
            assert (method, template) in described, f"{method} {path} is not described"
            assert handler.fn.__doc__, f"{method} {path} has no words"


async def test_the_description_loads_nothing_from_elsewhere(served: Served) -> None:
    browser = served.browser()
    for path in ("/schema", "/schema/redoc", "/api/v1/openapi.json/redoc", "/api/v1/redoc"):
        response = await browser.ask("GET", path, headers={"accept": "application/json"})
        assert response.status_code == 404
        assert "jsdelivr" not in response.text
    assert "https://" not in json.dumps(await browser.get("openapi.json"))


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "nothing-here", 404, "not_found"),
        ("GET", "users/not-a-uuid", 404, "not_found"),
        ("DELETE", "users", 405, "method_not_allowed"),
        ("GET", "work?limit=many", 422, "invalid"),
        ("GET", "work?after=garbage", 422, "bad_place"),
        ("GET", "work?view=everything", 422, "not_one_of"),
        ("GET", "events?topics=weather", 422, "no_topic"),
        ("GET", f"conversations/{NOBODYS}", 404, "not_found"),
        ("GET", f"interactions/{NOBODYS}", 404, "not_found"),
        ("GET", f"attachments/{NOBODYS}", 404, "not_found"),
        ("GET", f"customers/{NOBODYS}", 404, "not_found"),
    ],
)
async def test_errors_are_problems_with_a_code(root: Browser, method: str, path: str, status: int, code: str) -> None:
    found = await root.problem(method, path)
    assert (found["status"], found["code"]) == (status, code)


async def test_bad_bodies_are_told_what_is_wrong(root: Browser) -> None:
    assert (await root.problem("POST", "skills", content=b"{no json"))["code"] == "malformed"
    missing = await root.problem("POST", "skills", {"key": "french"})
    assert "name" in missing["detail"]
    unknown = await root.problem("POST", "skills", {"key": "fr", "name": {"de": "a", "en": "b"}, "colour": "red"})
    assert "colour" in unknown["detail"]
    wrong = await root.problem("POST", "users", {"login": 7, "name": "x"})
    assert wrong["field"] == "login"


async def test_a_body_beyond_the_bound_is_refused_with_the_bound(root: Browser) -> None:
    found = await root.problem("POST", "skills", {"key": "a", "name": {"de": "x" * 1_100_000, "en": "b"}})
    assert (found["status"], found["code"], found["limit"]) == (413, "too_large", 1_000_000)


async def test_problems_speak_german_and_english(root: Browser) -> None:
    german = await root.problem("GET", f"interactions/{new_id()}", headers={"accept-language": "de-AT,de;q=0.9,en;q=0.5"})
    english = await root.problem("GET", f"interactions/{new_id()}", headers={"accept-language": "en-GB"})
    assert german["title"] == "Nicht gefunden"
    assert english["title"] == "Not found"
    assert german["code"] == english["code"]


async def test_a_mistake_of_ours_tells_a_number_and_no_trace(
    served: Served, root: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret inner workings")

    monkeypatch.setattr("unisono.web.routes.users.bounded", broken)
    found = await root.problem("GET", "users")
    assert (found["status"], found["code"]) == (500, "internal")
    assert "secret" not in json.dumps(found)
    assert found["trace"]


async def test_every_answer_carries_the_security_headers(root: Browser) -> None:
    for path in ("me", "nothing-here", "/login"):
        headers = (await root.ask("GET", path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "same-origin"


async def test_the_house_is_alive(served: Served) -> None:
    assert (await served.browser().get("health"))["status"] == "ok"


def test_no_two_handlers_answer_the_same_address() -> None:
    """The framework would let one of them win without a word."""
    taken = [(method, path) for handler in API_ROUTES for path in handler.paths for method in handler.http_methods]
    assert [one for one in taken if taken.count(one) > 1] == []
