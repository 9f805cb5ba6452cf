"""Log in, stay logged in, log out; links; tokens."""

from datetime import timedelta

import pytest

from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, serve
from unisono.service.first_run import make_set_up_link
from unisono.service.setup_views import GrantView


async def test_a_person_logs_in_and_out(served: Served) -> None:
    browser = served.browser()
    before = await browser.get("session")
    assert before["authenticated"] is False
    assert before["setup_needed"] is False
    me = await browser.did("POST", "session", {"login": "ROOT ", "password": PASSWORD})
    assert me["user"]["login"] == "root"
    assert "user.manage" in me["actions"]
    assert (await browser.get("session"))["authenticated"] is True
    assert (await browser.ask("DELETE", "session")).status_code == 204
    assert (await browser.get("session"))["authenticated"] is False
    assert (await browser.problem("GET", "me"))["code"] == "unauthenticated"


async def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(served: Served) -> None:
    browser = served.browser()
    await browser.get("session")
    response = await browser.ask("POST", "session", {"login": "root", "password": PASSWORD})
    cookie = next(c for c in response.headers.get_list("set-cookie") if c.startswith("unisono_session="))
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    assert "secure" not in cookie.lower()
    rows = await served.sql("select id_hash from session")
    value = cookie.split("=", 1)[1].split(";")[0]
    assert all(value.encode() not in row["id_hash"] for row in rows)


async def test_over_https_the_cookies_are_secure(make_house: MakeHouse) -> None:
    house = await make_house(public_url="https://desk.example")
    running = await serve(house)
    try:
        response = await running.browser().ask("GET", "session")
        assert "secure" in response.headers["set-cookie"].lower()
        assert response.headers["strict-transport-security"]
    finally:
        await running.close()


async def test_a_wrong_password_and_an_unknown_login_are_told_alike(served: Served) -> None:
    browser = served.browser()
    await browser.get("session")
    wrong = await browser.problem("POST", "session", {"login": "root", "password": "not the password"})
    unknown = await browser.problem("POST", "session", {"login": "nobody", "password": "not the password"})
    assert wrong == unknown
    assert wrong["code"] == "bad_login"
    assert wrong["status"] == 401


async def test_who_fails_often_waits_and_others_do_not(served: Served) -> None:
    browser = served.browser()
    await browser.get("session")
    codes = [(await browser.problem("POST", "session", {"login": "root", "password": f"wrong {n}"}))["code"] for n in range(8)]
    assert codes[:5] == ["bad_login"] * 5
    assert codes[5:] == ["throttled"] * 3
    response = await browser.ask("POST", "session", {"login": "root", "password": PASSWORD})
    assert response.status_code == 429
    assert 1 <= int(response.headers["retry-after"]) <= 30
    await served.person("anna", "agent")
    await browser.did("POST", "session", {"login": "anna", "password": PASSWORD})


async def test_a_success_forgets_the_failures_before_it(served: Served) -> None:
    browser = served.browser()
    for _ in range(3):
        await browser.get("session")
        for n in range(4):
            await browser.problem("POST", "session", {"login": "root", "password": f"wrong {n}"})
        await browser.log_in("root")


async def test_a_write_without_the_pages_token_is_refused(served: Served, root: Browser) -> None:
    refused = await root.problem("PATCH", "me", {"name": "Mallory"}, headers={"x-csrftoken": "forged"})
    assert refused["code"] == "csrf"
    assert (await root.get("me"))["user"]["name"] == "Root"


async def test_a_token_signed_with_a_lost_key_is_replaced(served: Served) -> None:
    browser = served.browser()
    browser.http.cookies.set("csrftoken", "a" * 128, domain="127.0.0.1")
    await browser.get("session")
    assert browser.http.cookies.get("csrftoken") != "a" * 128
    await browser.log_in("root")


async def test_a_new_password_ends_all_other_sessions(served: Served, root: Browser) -> None:
    elsewhere = served.browser()
    await elsewhere.log_in("root")
    wrong = await root.problem("PATCH", "me", {"password": {"old": "no", "new": "a much longer one"}})
    assert wrong["code"] == "old_password"
    await root.did("PATCH", "me", {"password": {"old": PASSWORD, "new": "a much longer one"}})
    assert (await root.get("session"))["authenticated"] is True
    assert (await elsewhere.get("session"))["authenticated"] is False
    await elsewhere.log_in("root", "a much longer one")


@pytest.mark.parametrize(
    ("password", "code"), [("short", "password_short"), ("aaaaaaaaaaaa", "password_weak"), ("x" * 1001, "password_long")]
)
async def test_a_poor_password_is_refused(root: Browser, password: str, code: str) -> None:
    assert (await root.problem("PATCH", "me", {"password": {"old": PASSWORD, "new": password}}))["code"] == code


async def test_a_session_ends_when_it_is_idle_and_in_any_case(served: Served, root: Browser) -> None:
    await served.sql("update session set last_seen_at = now() - interval '13 hours'")
    assert (await root.get("session"))["authenticated"] is False
    await root.log_in("root")
    await served.sql("update session set expires_at = now() - interval '1 second'")
    assert (await root.get("session"))["authenticated"] is False


async def test_logging_in_again_ends_the_session_that_the_browser_carried(served: Served, root: Browser) -> None:
    await root.log_in("root")
    assert len(await served.sql("select 1 from session")) == 1


async def test_a_disabled_person_is_out_at_once(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    anna_id = (await anna.get("me"))["user"]["id"]
    token = (await anna.did("POST", "me/tokens", {"name": "script"}))["token"]
    await root.did("PATCH", f"users/{anna_id}", {"disabled": True})
    assert (await anna.problem("GET", "me"))["status"] == 401
    assert (await served.browser(authorization=f"Bearer {token}").problem("GET", "me"))["status"] == 401
    assert (await anna.problem("POST", "session", {"login": "anna", "password": PASSWORD}))["code"] == "bad_login"


async def test_an_api_token_works_without_cookies_and_is_stored_as_a_hash(served: Served, root: Browser) -> None:
    made = await root.did("POST", "me/tokens", {"name": "nightly report"})
    program = served.browser(authorization=f"Bearer {made['token']}")
    assert (await program.get("me"))["user"]["login"] == "root"
    await program.did("PATCH", "me", {"name": "Root the Second"}, headers={"x-csrftoken": ""})
    listed = (await root.get("me/tokens"))["items"]
    assert [t["name"] for t in listed] == ["nightly report"]
    assert "token" not in listed[0]
    assert listed[0]["last_used_at"] is not None
    rows = await served.sql("select token_hash from api_token")
    assert made["token"].encode() not in rows[0]["token_hash"]
    await root.did("DELETE", f"me/tokens/{made['id']}")
    assert (await program.problem("GET", "me"))["status"] == 401


async def test_a_bad_token_is_not_rescued_by_a_good_cookie(root: Browser) -> None:
    assert (await root.problem("GET", "me", headers={"authorization": "Bearer uni_nothing"}))["status"] == 401


async def test_a_token_ends_at_its_time(served: Served, root: Browser) -> None:
    soon = (served.house.clock.now() + timedelta(hours=1)).isoformat()
    made = await root.did("POST", "me/tokens", {"name": "short", "expires_at": soon})
    await served.sql("update api_token set expires_at = now() - interval '1 second'")
    assert (await served.browser(authorization=f"Bearer {made['token']}").problem("GET", "me"))["status"] == 401
    past = (served.house.clock.now() - timedelta(hours=1)).isoformat()
    assert (await root.problem("POST", "me/tokens", {"name": "late", "expires_at": past}))["field"] == "expires_at"


async def test_the_first_administrator_comes_by_a_link_that_works_once(make_house: MakeHouse) -> None:
    house = await make_house()
    running = await serve(house)
    try:
        browser = running.browser()
        assert (await browser.get("session"))["setup_needed"] is True
        old = await make_set_up_link(house.db)
        link = await make_set_up_link(house.db)
        assert (await browser.problem("GET", f"setup/{old.token}"))["code"] == "link_gone"
        assert (await browser.get(f"setup/{link.token}"))["purpose"] == "setup"
        answers = {"login": "ada", "name": "Ada Lovelace", "password": PASSWORD, "locale": "en"}
        weak = await browser.problem("POST", f"setup/{link.token}", {**answers, "password": "short"})
        assert weak["field"] == "password"
        me = await browser.did("POST", f"setup/{link.token}", answers)
        assert me["user"]["name"] == "Ada Lovelace"
        assert me["agent"]["state"] == "offline"
        assert (await browser.get("session"))["setup_needed"] is False
        assert (await browser.problem("POST", f"setup/{link.token}", answers))["code"] == "link_gone"
        assert [q["key"] for q in (await browser.get("queues"))["items"]] == ["general"]
        assert (await browser.get("wrap-up-codes"))["items"]
    finally:
        await running.close()


async def test_a_password_link_sets_the_password_and_logs_in(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    anna_id = (await anna.get("me"))["user"]["id"]
    first = await root.did("POST", f"users/{anna_id}/password-link")
    link = await root.did("POST", f"users/{anna_id}/password-link")
    token = link["url"].rsplit("/", 1)[1]
    browser = served.browser()
    assert (await browser.problem("GET", f"setup/{first['url'].rsplit('/', 1)[1]}"))["code"] == "link_gone"
    assert (await browser.get(f"setup/{token}"))["login"] == "anna"
    me = await browser.did("POST", f"setup/{token}", {"password": "something quite new"})
    assert me["user"]["login"] == "anna"
    assert (await anna.problem("GET", "me"))["status"] == 401
    assert (await browser.problem("POST", f"setup/{token}", {"password": "once more then"}))["code"] == "link_gone"


async def test_the_profile_changes_and_is_checked(root: Browser) -> None:
    me = await root.did("PATCH", "me", {"name": "  Grace   Hopper ", "locale": "de", "theme": "dark", "email": "g@navy.example"})
    assert me["user"]["name"] == "Grace Hopper"
    assert (me["user"]["locale"], me["user"]["theme"]) == ("de", "dark")
    assert (await root.problem("PATCH", "me", {"email": "nobody"}))["field"] == "email"
    assert (await root.problem("PATCH", "me", {"theme": "pink"}))["field"] == "theme"


async def test_only_agents_have_a_state_at_work(served: Served, root: Browser) -> None:
    agent = await root.did("PUT", "me/agent-state", {"state": "available", "reason": ""})
    assert agent["state"] == "available"
    viewer = await served.logged_in("vera", GrantView(role="viewer", scope_kind="organisation"))
    assert (await viewer.problem("PUT", "me/agent-state", {"state": "available"}))["status"] == 403
    assert (await viewer.get("me"))["agent"] is None
