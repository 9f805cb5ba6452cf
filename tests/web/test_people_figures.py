"""Permits to look at single people, over HTTP."""

from tests.web.conftest import Browser, Served


async def test_two_people_agree_and_the_third_sees_it(served: Served, root: Browser) -> None:
    council = await served.logged_in("council", "works_council")
    anna = await served.logged_in("anna", "agent")
    body = {"kind": "figures", "reason": "Einarbeitung, zwei Wochen", "days": 14}
    asked = await root.did("POST", "people-permits", body)
    assert asked["state"] == "asked"
    assert (await root.problem("POST", f"people-permits/{asked['id']}/agree"))["status"] == 403
    assert (await anna.problem("GET", "people-permits"))["status"] == 403
    assert (await anna.problem("POST", "people-permits", body))["status"] == 403
    agreed = await council.did("POST", f"people-permits/{asked['id']}/agree")
    assert (agreed["state"], agreed["asked_by_name"], agreed["agreed_by_name"]) == ("holds", "Root", "Council")
    assert [p["id"] for p in (await council.get("people-permits"))["items"]] == [asked["id"]]
    assert (await anna.get("me/looks"))["items"] == []
    await council.did("DELETE", f"people-permits/{asked['id']}")
    assert (await root.get("people-permits"))["items"][0]["state"] == "ended"
    assert (await root.problem("POST", "people-permits", {**body, "reason": "weil"}))["code"] == "bad_reason"


async def test_an_administrator_can_make_somebody_works_council_without_being_it(served: Served, root: Browser) -> None:
    vera = await served.person("vera", "viewer")
    await root.did("PUT", f"users/{vera}/grants", {"roles": [{"role": "works_council"}]})
    assert "people.agree" not in (await root.get("me"))["actions"]


async def test_the_annex_to_a_works_agreement_is_read_by_the_council_and_by_who_reads_settings(
    served: Served, root: Browser
) -> None:
    council = await served.logged_in("council", "works_council")
    rows = (await council.get("works-agreement"))["rows"]
    assert rows == (await root.get("works-agreement"))["rows"]
    assert any(row["place"].startswith("people_look:") for row in rows)
    anna = await served.logged_in("anna", "agent")
    assert (await anna.problem("GET", "works-agreement"))["status"] == 403
