"""Log in, stay logged in, log out."""

from tests.web.conftest import PASSWORD, Served


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
