"""The organisation's directory, read from a real LDAP server: found, followed, and never believed against reason."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.peers import slapd
from tests.web.conftest import Browser, Served
from unisono.service.directory.follow import MANY, follow_directory
from unisono.testing.networks.directory.slapd import BASE, READER, Slapd, person
from unisono.workplace.ldap import LdapReader

pytestmark = [pytest.mark.workplace, pytest.mark.peer]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[Slapd]:
    """One server for all tests here; each test fills it."""
    slapd()
    server = Slapd()
    await server.start()
    yield server
    await server.end()


@pytest_asyncio.fixture
async def server(running: Slapd) -> AsyncIterator[Slapd]:
    """The server with three people; those whom a test adds are taken out."""
    await running.add_person(
        "okafor", "Chidi Okafor", mail="chidi@stadtwerke.test", title="Zählerwesen", departmentNumber="Netz",
        telephoneNumber="02561 555-17", mobile="+49 151 23456789", homePhone="02561 4711",
    )  # fmt: skip
    await running.add_person("mueller", "Käthe Müller", mail="kaethe@stadtwerke.test", departmentNumber="Vertrieb", l="Ahaus")
    await running.add_person("printer", "Drucker im Flur")
    yield running
    await running.clear()


def at(server: Slapd, **change: Any) -> dict[str, Any]:
    return {"url": server.url, "start_tls": False, "base": BASE, "bind_dn": READER, "password": server.password, **change}


async def names(browser: Browser, q: str = "") -> list[str]:
    return [one["name"] for one in (await browser.get("directory", params={"q": q}))["items"]]


async def test_people_are_found_by_name_department_and_number_beside_who_has_an_account(
    served: Served, root: Browser, server: Slapd
) -> None:
    anna = await served.logged_in("anna", "agent")
    assert "Anna" in await names(anna)
    found = await root.did("POST", "directory/source/try", at(server))
    # Whoever has neither an address nor a number is no person for the default filter.
    assert found == {"people": 2, "names": ["Chidi Okafor", "Käthe Müller"]}
    assert "Chidi Okafor" not in await names(anna)
    state = await root.did("PUT", "directory/source", at(server))
    assert (state["has_password"], "password" in state["place"]) == (True, False)
    assert await root.did("POST", "directory/source/read", {}) == {"people": 2, "changed": 2, "gone": 0}
    assert await root.did("POST", "directory/source/read", {}) == {"people": 2, "changed": 0, "gone": 0}
    for words, who in {
        "okaf": "Chidi Okafor", "MUELLER": "Käthe Müller", "kathe": "Käthe Müller", "zahler chidi": "Chidi Okafor", "netz": "Chidi Okafor",
        "02561/555-17": "Chidi Okafor", "17": "Chidi Okafor", "+49 151 234": "Chidi Okafor", "ahaus vertr": "Käthe Müller",
    }.items():  # fmt: skip
        assert await names(anna, words) == [who], words
    assert await names(anna, "okafor ahaus") == []
    # What is somebody's home number is nobody's business here.
    assert await names(anna, "4711") == []
    (chidi,) = (await anna.get("directory", params={"q": "okafor"}))["items"]
    assert chidi["phones"] == [
        {"kind": "work", "shown": "02561 555-17", "number": "+49256155517"},
        {"kind": "mobile", "shown": "+49 151 23456789", "number": "+4915123456789"},
    ]


async def test_who_has_an_account_with_the_same_address_is_one_person(served: Served, root: Browser, server: Slapd) -> None:
    anna = await served.logged_in("anna", "agent")
    chidi = await served.person("chidi", "agent")
    await served.sql("update app_user set email = 'Chidi@Stadtwerke.test' where id = $1", chidi)
    await root.did("PUT", "directory/source", at(server))
    await root.did("POST", "directory/source/read", {})
    assert await names(anna, "chidi") == ["Chidi Okafor"]
    (one,) = (await anna.get("directory", params={"q": "chidi"}))["items"]
    assert one["user_id"] == str(chidi)
    # An address that two accounts have proves neither.
    await served.sql("update app_user set email = 'chidi@stadtwerke.test' where login = 'anna'")
    await root.did("POST", "directory/source/read", {})
    assert {row["user_id"] for row in (await anna.get("directory", params={"q": "okafor"}))["items"]} == {None}


async def test_changes_are_followed_through_a_restart_and_who_is_gone_goes(served: Served, root: Browser, server: Slapd) -> None:
    outside = served.house.outside
    await root.did("PUT", "directory/source", at(server))
    follower = asyncio.create_task(follow_directory(outside, LdapReader(), "here"))
    try:
        await _until(root, lambda state: state["people"] == 2)
    finally:
        follower.cancel()
    before = (await root.get("directory", params={"q": "muller"}))["items"][0]["id"]
    await server.change(lambda it: it.modify(person("mueller"), {"displayName": [("MODIFY_REPLACE", ["Käthe Grün"])]}))
    await server.change(lambda it: it.delete(person("okafor")))
    await server.stop()
    told = await root.problem("POST", "directory/source/read", {})
    assert told["code"] == "directory_unreachable"
    state = (await root.get("directory/source"))["source"]
    assert (state["problem"], state["people"]) == ("directory_unreachable", 2)
    assert await names(root, "okafor") == ["Chidi Okafor"]
    await server.run()
    assert await root.did("POST", "directory/source/read", {}) == {"people": 1, "changed": 1, "gone": 1}
    (kaethe,) = (await root.get("directory", params={"q": "grün"}))["items"]
    assert kaethe["id"] == before
    state = (await root.get("directory/source"))["source"]
    assert (state["problem"], state["people"]) == ("", 1)
    await root.did("DELETE", "directory/source")
    assert await names(root, "grün") == []
    assert (await root.get("directory/source"))["source"] is None
    told = await root.problem("POST", "directory/source/read", {})
    assert (told["status"], told["code"]) == (409, "directory_busy")
    assert await served.sql("select 1 from secret where owner_kind = 'directory'") == []


async def test_more_people_than_a_page_are_read_and_half_of_them_are_not_believed_to_be_gone(
    served: Served, root: Browser, server: Slapd
) -> None:
    # The server gives no more than a hundred without pages.
    for number in range(120):
        await server.add_person(f"n{number}", f"Nora Nummer{number}", telephoneNumber=f"02561 66{number:03}")
    await root.did("PUT", "directory/source", at(server))
    assert (await root.did("POST", "directory/source/read", {}))["people"] == 122 > MANY
    page = await root.get("directory", params={"q": "nora", "limit": 100})
    more = await root.get("directory", params={"q": "nora", "limit": 100, "after": page["next"]})
    assert len({one["id"] for one in page["items"] + more["items"]}) == 120
    await root.did("PUT", "directory/source", at(server, filter="(uid=mueller)"))
    told = await root.problem("POST", "directory/source/read", {})
    assert (told["status"], told["code"]) == (409, "directory_shrunk")
    assert (await root.get("directory/source"))["source"]["people"] == 122
    assert await root.did("POST", "directory/source/read", {"shrunk": True}) == {"people": 1, "changed": 0, "gone": 121}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"password": "wrong"}, "directory_refused", "bind_dn"),
        ({"bind_dn": "", "password": ""}, "directory_refused", "bind_dn"),
        ({"base": "dc=nobody,dc=test"}, "directory_bad_base", "base"),
        ({"base": "no name"}, "directory_bad_base", "base"),
        ({"filter": "(broken"}, "directory_bad_filter", "filter"),
        ({"url": "ldap://127.0.0.1:1"}, "directory_unreachable", None),
        ({"url": "http://127.0.0.1"}, "directory_bad_url", "url"),
        ({"url": "ldap://ldap.firma.test"}, "directory_insecure", "start_tls"),
        ({"start_tls": True}, "directory_insecure", None),
        ({"base": " "}, "empty", "base"),
        ({"region": "D1"}, "directory_no_country", "region"),
        ({"every_s": 5}, "out_of_range", "every_s"),
    ],
)  # fmt: skip
async def test_what_does_not_work_is_said_in_words_and_nothing_is_kept(
    root: Browser, server: Slapd, change: dict[str, Any], code: str, field: str | None
) -> None:
    told = await root.problem("POST", "directory/source/try", at(server, **change))
    assert (told["code"], told.get("field")) == (code, field), told
    assert (await root.get("directory/source"))["source"] is None


async def test_over_tls_only_a_certificate_that_is_trusted_for_that_name_gets_the_password(
    root: Browser, server: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe = {"start_tls": True, "url": f"ldap://localhost:{server.port}"}
    assert (await root.problem("POST", "directory/source/try", at(server, **safe)))["code"] == "directory_insecure"
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    assert (await root.did("POST", "directory/source/try", at(server, **safe)))["people"] == 2
    wrong_name = {**safe, "url": f"ldap://127.0.0.1:{server.port}"}
    assert (await root.problem("POST", "directory/source/try", at(server, **wrong_name)))["code"] == "directory_insecure"


async def test_a_password_is_kept_for_its_own_server_alone_and_only_who_may_sets_any_of_it(
    served: Served, root: Browser, server: Slapd
) -> None:
    await root.did("PUT", "directory/source", at(server))
    assert (await root.did("POST", "directory/source/try", at(server, password=None)))["people"] == 2
    told = await root.problem("PUT", "directory/source", at(server, password=None, url="ldaps://elsewhere.test"))
    assert (told["code"], told["field"]) == ("directory_other_server", "password")
    assert (await root.problem("POST", "directory/source/try", at(server, password=None, url="ldap://127.0.0.1:1")))["code"] == (
        "directory_unreachable"
    )
    lead = await served.logged_in("lead", "supervisor")
    for method, path in (
        ("GET", "source"),
        ("PUT", "source"),
        ("DELETE", "source"),
        ("POST", "source/try"),
        ("POST", "source/read"),
    ):
        body = {} if path == "source/read" else at(server)
        assert (await lead.problem(method, f"directory/{path}", None if method in ("GET", "DELETE") else body))["status"] == 403
    stranger = await served.logged_in("eve", "auditor")
    assert (await stranger.problem("GET", "directory"))["status"] == 403


async def _until(root: Browser, is_so: Any) -> None:
    for _ in range(200):
        if is_so((await root.get("directory/source"))["source"]):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("The directory was not read.")
