"""A page's comments and mentions come in whole and at their place; answers stand once, on LinkedIn's two levels."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest

from tests.connectors.linkedin.conftest import Desk, connected
from unisono.connectors.linkedin import LinkedIn
from unisono.contract import (
    Challenge,
    Created,
    Deleted,
    Deny,
    Edited,
    HttpRequest,
    NotSent,
    PullFailed,
    Raw,
    Reauth,
    Reject,
    Sent,
    Undecidable,
    Unreadable,
    load_manifest,
)
from unisono.domain.words import ChannelState, Visibility

_SCHEMAS = Path(__file__).parent / "schemas"


def fits(thing: Any, page: str, name: str) -> None:
    """Hold JSON against what a page of LinkedIn's documentation says."""
    schema = json.loads((_SCHEMAS / f"{page}.json").read_text())
    jsonschema.validate(thing, {"$defs": schema["$defs"], "$ref": f"#/$defs/{name}"})


async def test_what_the_scripted_linkedin_says_is_what_its_documentation_says(desk: Desk) -> None:
    said = desk.comment("Strom weg \U0001f600")
    desk.server.mention(desk.us, desk.anna, "Danke, Firma")
    desk.comment("auch bei mir", below=said)
    desk.server.edit(said, "Strom weg!")
    gone = desk.comment("doch nicht")
    desk.server.remove(gone)
    desk.server.comment(desk.us.urn, said, "Wir sehen nach")
    token = next(iter(desk.us.access))
    headers = {"authorization": f"Bearer {token}", "linkedin-version": "202607", "x-restli-protocol-version": "2.0.0"}
    post, number = said.removeprefix("urn:li:comment:(").removesuffix(")").split(",")
    where = f"{desk.server.url}/rest/socialActions/{post.replace(':', '%3A')}/comments"
    page = desk.us.urn.replace(":", "%3A")
    async with httpx2.AsyncClient(trust_env=False, headers=headers) as client:
        pulled = (
            await client.get(
                f"{desk.server.url}/rest/organizationalEntityNotifications?q=criteria&organizationalEntity={page}&count=100"
            )
        ).json()
        fits(pulled, "notifications", "pull")
        fits((await client.get(f"{where}/{number}")).json(), "comments", "comment")
        fits((await client.get(where)).json(), "comments", "list")
        fits((await client.get(f"{where}?ids=List({number},1)")).json(), "comments", "batch")
    assert {one["action"] for one in pulled["elements"]} == {
        "COMMENT", "SHARE_MENTION", "COMMENT_EDIT", "COMMENT_DELETE", "ADMIN_COMMENT",
    }  # fmt: skip
    fits(json.loads(desk.server.pushed(*desk.server.told[:10])), "notifications", "push")


async def test_what_we_write_is_what_the_documentation_asks_for(desk: Desk) -> None:
    desk.comment("Frage")
    assert isinstance(await desk.connector.send(desk.answer(await desk.said("Frage"), "Antwort"), 1), Sent)
    written = [(target, given) for method, target, given in desk.server.asked if method == "POST"]
    for target, given in written:
        fits(given, "comments", "create")
        assert "urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity" in target, "a URN stands percent-encoded in a path"
    assert len(written) == 1


async def test_a_comment_its_answers_and_a_mention_stand_at_their_places(desk: Desk) -> None:
    first = desk.comment("erstens")
    below = desk.comment("zweitens", below=first)
    desk.comment("drittens", below=below)
    share = desk.server.mention(desk.us, desk.anna, "Firma, hilf")
    found = {event.text: event for event in (await desk.events())[0] if isinstance(event, Created)}
    root = found["erstens"].thread.root_id
    assert [found[text].thread.root_id for text in ("zweitens", "drittens")] == [root, root]
    assert found["erstens"].thread.parent_id == root
    assert [found[text].thread.parent_id for text in ("zweitens", "drittens")] == [first, first], "LinkedIn has two levels"
    mention = found["Firma, hilf"]
    assert (mention.remote_id, mention.thread.root_id, mention.addressed) == (share, share, True)
    assert mention.author.remote_id == desk.anna
    assert mention.url.endswith(f"{share}/")
    assert all(event.thread.visibility is Visibility.PUBLIC for event in found.values())


async def test_a_window_is_read_to_its_end_in_whatever_order_and_nothing_is_left_out(desk: Desk) -> None:
    post = desk.server.post(desk.us.urn, "Neues")
    for number in range(7):
        desk.comment(f"n{number}", below=post)
        desk.clock.advance(1)
    page = await desk.connector.pull("notifications", None, 3)
    desk.comment("unterdessen", below=post)
    events, cursor = await desk.events(page.next_cursor, 3)
    first = [event for raw in page.raws for event in desk.connector.read(raw)]
    texts = [event.text for event in [*first, *events] if isinstance(event, Created)]
    assert sorted(texts) == [f"n{number}" for number in range(7)]
    later, _ = await desk.events(cursor)
    assert [event.text for event in later if isinstance(event, Created)] == ["unterdessen"]


async def test_edits_and_deletions_are_told_and_the_words_taken_back_are_not_stored(desk: Desk) -> None:
    said = desk.comment("Strom weck")
    first, cursor = await desk.events()
    desk.clock.advance(5)
    desk.server.edit(said, "Strom weg")
    changed, cursor = await desk.events(cursor)
    assert [type(event) for event in [*first, *changed]] == [Created, Created, Edited]
    assert isinstance(changed[-1], Edited)
    assert changed[-1].text == "Strom weg"
    desk.clock.advance(5)
    desk.server.remove(said)
    page = await desk.connector.pull("notifications", cursor, 100)
    assert desk.connector.read(page.raws[-1])[0] == Deleted(remote_id=said, occurred_at=desk.clock.now())
    assert b"Strom" not in page.raws[-1].body


async def test_what_the_page_says_elsewhere_is_ours_and_names_whom_it_answers(desk: Desk) -> None:
    said = desk.comment("Frage")
    desk.server.comment(desk.us.urn, said, "Von Hand geantwortet")
    ours = await desk.said("Von Hand geantwortet")
    assert ours.own
    assert ours.thread.customer is not None
    assert ours.thread.customer.remote_id == desk.anna


async def test_an_answer_to_an_answer_stands_beside_it(desk: Desk) -> None:
    first = desk.comment("Frage")
    desk.comment("Nachfrage", below=first)
    sent = await desk.connector.send(desk.answer(await desk.said("Nachfrage"), "Gern"), 1)
    assert isinstance(sent, Sent)
    assert desk.server.comments[sent.remote_id]["parentComment"] == first


async def test_a_mention_is_answered_below_the_post(desk: Desk) -> None:
    share = desk.server.mention(desk.us, desk.anna, "Firma, hilf")
    sent = await desk.connector.send(desk.answer(await desk.said("Firma, hilf"), "Gern"), 1)
    assert isinstance(sent, Sent)
    assert "parentComment" not in desk.server.comments[sent.remote_id]
    assert desk.server.comments[sent.remote_id]["object"] == share


async def test_an_answer_of_unknown_fate_is_found_by_its_words_once_each(desk: Desk) -> None:
    desk.comment("Frage")
    said = await desk.said("Frage")
    first, second = desk.answer(said, "Gern geschehen"), desk.answer(said, "Gern geschehen")
    assert isinstance(await desk.connector.reconcile(first), NotSent)
    sent = await desk.connector.send(first, 1)
    assert isinstance(sent, Sent)
    assert isinstance(await desk.connector.reconcile(second), NotSent), "the words of another answer are no proof"
    await desk.ctx.memory.delete("sent")
    assert await desk.connector.reconcile(second) == Sent(remote_id=sent.remote_id)
    await desk.ctx.memory.delete("sent")
    desk.server.comment(desk.us.urn, said.remote_id, "Gern  geschehen")
    assert isinstance(await desk.connector.reconcile(first), Undecidable)


async def test_our_comment_can_be_taken_back_and_a_members_cannot(desk: Desk) -> None:
    theirs = desk.comment("Frage")
    sent = await desk.connector.send(desk.answer(await desk.said("Frage"), "Falsch"), 1)
    assert isinstance(sent, Sent)
    assert await desk.connector.retract(sent.remote_id) == Sent(remote_id=sent.remote_id)
    assert desk.server.ours(desk.us) == []
    assert await desk.connector.retract(sent.remote_id) == Sent(remote_id=sent.remote_id), "gone already counts"
    assert not isinstance(await desk.connector.retract(theirs), Sent)
    assert theirs in desk.server.comments


async def test_what_is_gone_private_or_too_long_is_not_sent(desk: Desk) -> None:
    said = desk.comment("Frage")
    heard = await desk.said("Frage")
    long = await desk.connector.send(desk.answer(heard, "x" * 1_251), 1)
    private = type(heard.thread)(visibility=Visibility.PRIVATE, root_id=heard.thread.root_id)
    secret = await desk.connector.send(desk.answer(heard, "Ihre Nummer", thread=private), 1)
    desk.server.remove(said)
    gone = await desk.connector.send(desk.answer(heard, "Antwort"), 1)
    assert [result.code for result in (long, secret, gone) if isinstance(result, Reject)] == ["too_long", "visibility", "gone"]
    assert desk.server.ours(desk.us) == []


# -- pushes ----------------------------------------------------------------------------------------------------------


async def test_a_push_is_the_same_item_as_the_pull_and_proves_itself_over_its_raw_bytes(desk: Desk) -> None:
    said = desk.comment("Strom weg \U0001f600")
    body = desk.server.pushed(desk.server.news_of(said))
    taken = await desk.connector.verify(desk.push(body))
    assert isinstance(taken, list)
    pulled = (await desk.connector.pull("notifications", None, 10)).raws
    assert [raw.ingest_key for raw in taken] == [raw.ingest_key for raw in pulled], "one comment by two ways is one item"
    assert taken[0].account == str(desk.us.id)
    assert [event.text for event in desk.connector.read(taken[0]) if isinstance(event, Created)] == ["Strom weg \U0001f600"]
    assert isinstance(await desk.connector.verify(desk.push(body, secret="guessed")), Deny)
    respelt = json.dumps(json.loads(body)).encode()
    request = desk.push(body)
    assert isinstance(await desk.connector.verify(HttpRequest(method="POST", path="", query={}, headers=request.headers,
                                                              body=respelt)), Deny)  # fmt: skip


async def test_a_short_urn_of_a_push_is_the_long_one_of_the_api(desk: Desk) -> None:
    said = desk.comment("Frage")
    news = desk.server.news_of(said)
    short = news | {"generatedActivity": said.replace("(urn:li:activity", "(activity")}
    taken = await desk.connector.verify(desk.push(desk.server.pushed(short)))
    assert isinstance(taken, list)
    assert [event.remote_id for event in desk.connector.read(taken[0]) if isinstance(event, Created)] == [said]


async def test_what_a_push_cannot_tell_is_left_to_the_pull(desk: Desk) -> None:
    said = desk.comment("Frage")
    desk.server.comment(desk.us.urn, said, "Von Hand")
    bare = {name: value for name, value in desk.server.news_of(said).items() if name != "decoratedGeneratedActivity"}
    assert await desk.connector.verify(desk.push(desk.server.pushed(bare, desk.server.told[-1]))) == []
    assert len((await desk.events())[0]) == 2


async def test_the_challenge_is_answered_with_the_apps_secret_and_never_without(desk: Desk) -> None:
    def asked(**query: list[str]) -> HttpRequest:
        return HttpRequest(method="GET", path="", query=query, headers={}, body=b"")

    found = await desk.connector.verify(asked(challengeCode=["890e4665"]))
    assert isinstance(found, Challenge)
    assert json.loads(found.response.body)["challengeCode"] == "890e4665"
    assert isinstance(await desk.connector.verify(asked()), Deny)
    async with connected(desk.server, desk.clock, desk.us, secrets={"client_secret": ""}) as bare:
        assert isinstance(await bare.connector.verify(asked(challengeCode=["890e4665"])), Deny)


def test_what_is_no_notification_is_kept_for_a_person(desk: Desk) -> None:
    told = {
        "notificationId": 1, "organizationalEntity": "urn:li:organization:1", "action": "COMMENT", "lastModifiedAt": 9 * 10**19,
        "decoratedGeneratedActivity": {"comment": {"owner": "urn:li:person:a"}},
    }  # fmt: skip
    for body in (b"<html>", b'{"told": 1}', json.dumps({"told": told}).encode()):
        with pytest.raises(Unreadable):
            desk.connector.read(Raw(ingest_key="x", body=body, received_at=desk.clock.now()))


# -- what is wrong -----------------------------------------------------------------------------------------------------


async def test_check_says_who_we_are_and_what_is_wrong_with_what_to_do(desk: Desk) -> None:
    health = await desk.connector.check()
    assert (health.state, health.handle, health.remote_id) == (ChannelState.OK, "Firma", str(desk.us.id))
    assert health.caps is not None
    assert health.caps.webhook
    desk.us.admin = False
    assert "kein Administrator" in (await desk.connector.check()).texts["de"]
    desk.us.admin = True
    async with connected(desk.server, desk.clock, desk.us, organization_id="1") as other:
        assert (await other.connector.check()).field == "organization_id"
    async with connected(desk.server, desk.clock, desk.us, api_version="202401") as old:
        health = await old.connector.check()
        assert (health.state, health.field) == (ChannelState.MISCONFIGURED, "api_version")
        assert "202401" in health.texts["de"]
    async with connected(desk.server, desk.clock, desk.us, base_url="http://127.0.0.1:9") as nowhere:
        assert (await nowhere.connector.check()).field == "base_url"
    none = {"access_token": "", "refresh_token": ""}
    async with connected(desk.server, desk.clock, desk.us, secrets=none) as fresh:
        assert "noch nicht autorisiert" in (await fresh.connector.check()).texts["de"]
    async with connected(desk.server, desk.clock, desk.us, secrets={"client_secret": "wrong"}) as wrong:
        desk.us.access = set()
        assert (await wrong.connector.check()).field == "client_secret"


async def test_before_its_end_a_version_warns(desk: Desk) -> None:
    assert (await desk.connector.check()).what == ""
    ends = datetime.fromisoformat(load_manifest(LinkedIn.folder).sunset).replace(tzinfo=UTC)
    desk.clock.advance((ends - desk.clock.now()).total_seconds() - 86_400)
    health = await desk.connector.check()
    assert health.state is ChannelState.OK
    assert "2027-07-15" in health.texts["de"]


async def test_an_expired_token_is_renewed_and_a_withdrawn_one_asks_for_a_person(desk: Desk) -> None:
    desk.comment("Frage")
    desk.us.access = set()
    said = await desk.said("Frage")
    assert desk.us.renewals == 1
    desk.us.access, desk.us.refresh = set(), set()
    with pytest.raises(PullFailed) as failed:
        await desk.connector.pull("notifications", None, 10)
    assert failed.value.health.state is ChannelState.REAUTH_NEEDED
    assert "60 Tage" in failed.value.health.texts["de"]
    assert isinstance(await desk.connector.send(desk.answer(said, "Antwort"), 1), Reauth)


async def test_who_is_no_longer_administrator_is_told_and_keeps_the_answer(desk: Desk) -> None:
    desk.comment("Frage")
    said = await desk.said("Frage")
    desk.us.admin = False
    with pytest.raises(PullFailed) as failed:
        await desk.connector.pull("notifications", None, 10)
    assert failed.value.health.state is ChannelState.FORBIDDEN
    assert isinstance(await desk.connector.send(desk.answer(said, "Antwort"), 1), Reauth)


def test_how_long_linkedin_lets_data_be_kept_stands_in_the_manifest() -> None:
    manifest = tomllib.loads((LinkedIn.folder / "manifest.toml").read_text())
    kept = {one["data"]: one["hours"] for one in manifest["compliance"]["keep"]}
    assert kept == {"member profile": 24, "member social activity": 48}
