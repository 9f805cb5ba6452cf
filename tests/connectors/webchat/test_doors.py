"""The chat over real HTTP, on a real house: what a visitor writes is stored before they are told so, once."""

import asyncio
import base64
import json

import pytest

from tests.connectors.webchat.conftest import Chat, events_of
from unisono.domain.ids import new_id
from unisono.service.ports.files import StoredFile

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
ELSEWHERE = {"origin": "https://www.firma.example"}


def picture(name: str = "zähler.png", content: bytes = PNG, type_: str = "image/png") -> dict[str, str]:
    return {"name": name, "type": type_, "content": base64.b64encode(content).decode()}


async def inbox(chat: Chat) -> int:
    return (await chat.served.sql("select count(*) as n from inbox"))[0]["n"]


async def test_a_message_is_durable_before_it_is_acknowledged_and_becomes_an_enquiry(chat: Chat):
    visitor = chat.visitor()
    answered = await visitor.write("Kein Internet in der Deichstraße", name="Jonte Lührs")
    assert answered.status_code == 201
    assert await inbox(chat) == 1
    await chat.take_in()
    rows = await chat.served.sql(
        "select t.text, i.display_name, i.handle, c.visibility, n.state from message m join message_text t on t.message_id = m.id "
        "join identity i on i.id = m.identity_id join conversation c on c.id = m.conversation_id "
        "join interaction n on n.conversation_id = c.id"
    )
    assert [tuple(row)[:2] + tuple(row)[3:] for row in rows] == [
        ("Kein Internet in der Deichstraße", "Jonte Lührs", "private", "waiting")
    ]


async def test_a_slow_first_message_sent_again_and_again_is_one_session_and_one_message(chat: Chat):
    visitors = [chat.visitor() for _ in range(5)]
    for visitor in visitors:
        visitor.word = visitors[0].word
    answers = await asyncio.gather(*(visitor.write("Hallo?", key="same-key-1") for visitor in visitors))
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["token"].split(".")[0] for a in answers}) == 1
    await chat.take_in()
    assert [line["text"] for line in await visitors[3].lines()] == ["Hallo?"]


async def test_two_visitors_do_not_see_each_other(chat: Chat):
    anna, ben = chat.visitor(), chat.visitor()
    await anna.write("von Anna")
    await ben.write("von Ben")
    await chat.take_in()
    assert [line["text"] for line in await anna.lines()] == ["von Anna"]
    assert [line["text"] for line in await ben.lines()] == ["von Ben"]


async def test_an_answer_shows_once_it_has_left_the_house_with_a_first_name_only(chat: Chat):
    visitor = chat.visitor()
    await visitor.write()
    await chat.take_in()
    await chat.answer("Noch im Ausgang", send=False)
    assert len(await visitor.lines()) == 1
    await chat.answer("Moin!")
    assert [(line["text"], line.get("name")) for line in (await visitor.lines())[1:]] == [
        ("Noch im Ausgang", "Nadine"), ("Moin!", "Nadine"),
    ]  # fmt: skip
    await chat.configure(agent_names="none")
    assert "name" not in (await visitor.lines())[1]


async def test_notes_never_show(chat: Chat):
    visitor = chat.visitor()
    await visitor.write()
    await chat.take_in()
    message = await chat.answer("Moin!")
    await chat.served.sql("update message set direction = 'note' where id = $1", message)
    assert [line["text"] for line in await visitor.lines()] == ["Hallo?"]


async def test_delivered_and_read_are_told_by_the_browser_and_only_for_its_own_conversation(chat: Chat):
    visitor, stranger = chat.visitor(), chat.visitor()
    await stranger.write("Ich bin jemand anders")
    await chat.take_in()
    await visitor.write()
    await chat.take_in()
    message = await chat.answer("Moin!")

    async def delivery() -> str:
        await chat.take_in()
        return (await chat.served.sql("select delivery from message where id = $1", message))[0]["delivery"]

    assert (await visitor.lines())[-1]["unread"]
    assert (await stranger.ask("POST", "/seen", {"ids": [str(message)], "state": "read"})).status_code == 200
    assert await delivery() == "sent"
    for state, expected in (("read", "read"), ("delivered", "read")):
        assert (await visitor.ask("POST", "/seen", {"ids": [str(message), str(new_id())], "state": state})).status_code == 200
        assert await delivery() == expected
    assert "unread" not in (await visitor.lines())[-1]


async def test_a_visitor_changes_deletes_and_leaves(chat: Chat):
    visitor = chat.visitor()
    await visitor.write("Meine PIN ist 1234", key="first-key")
    await visitor.write("Und sonst?", key="second-key")
    await chat.take_in()
    assert (await visitor.ask("POST", "/edit", {"key": "first-key", "text": "Meine PIN sage ich nicht"})).status_code == 200
    await chat.take_in()
    first = (await visitor.lines())[0]
    assert (first["text"], first["edited"]) == ("Meine PIN sage ich nicht", True)
    assert (await visitor.ask("POST", "/delete", {"key": "first-key"})).status_code == 200
    await chat.take_in()
    assert [(line.get("text"), line.get("deleted")) for line in await visitor.lines()] == [(None, True), ("Und sonst?", None)]
    assert (await visitor.ask("POST", "/forget", {})).status_code == 200
    await chat.take_in()
    texts = await chat.served.sql("select text from message_text")
    assert [row["text"] for row in texts] == []
    raws = await chat.served.sql("select body from inbox where body is not null")
    assert all(b"PIN" not in row["body"] for row in raws)
    assert (await visitor.ask("GET", "/lines")).status_code == 410
    assert (await visitor.write("Noch da?")).json()["error"] == "ended"


async def test_consent_to_mail_stands_in_the_message_and_nothing_without_consent(chat: Chat):
    visitor = chat.visitor()
    refused = await visitor.write("Bitte melden", email="jonte@post.example")
    assert (refused.status_code, refused.json()["error"]) == (422, "consent")
    for email in ("jonte", "jonte@post", "a b@c.example", "x@y.example,z@y.example", "<x@y.example>"):
        assert (await visitor.write("Bitte melden", email=email, consent=True)).json()["error"] == "email"
    assert await inbox(chat) == 0
    await visitor.write("", email="jonte@post.example", consent=True, consent_text="Ja, per E-Mail", language="de")
    await chat.take_in()
    [row] = await chat.served.sql("select t.text, t.details from message_text t")
    assert row["text"] == "Bitte antworten Sie mir per E-Mail an jonte@post.example."
    assert (row["details"]["email"], row["details"]["reply_by"], row["details"]["consent_text"]) == (
        "jonte@post.example", "email", "Ja, per E-Mail",
    )  # fmt: skip
    assert row["details"]["consent_at"].startswith("20")


async def test_files_go_both_ways_and_only_to_their_conversation(chat: Chat):
    visitor, stranger = chat.visitor(), chat.visitor()
    await stranger.write()
    await chat.take_in()
    await visitor.write("Schau", files=[picture()])
    await chat.take_in()
    (own,) = (await visitor.lines())[0]["files"]
    assert (own["name"], own["type"], own["size"]) == ("zähler.png", "image/png", len(PNG))
    stored: StoredFile = await chat.outside.files.put(file_id := new_id(), b"%PDF-1.7 Rechnung")
    await chat.served.sql(
        "insert into attachment (id, name, media_type, size_bytes, sha256, state) values ($1, 'rechnung.pdf', 'application/pdf', $2, $3, 'stored')",
        file_id, stored.size_bytes, stored.sha256,
    )  # fmt: skip
    await chat.answer("Hier die Rechnung", files=(file_id,))
    (theirs,) = (await visitor.lines())[1]["files"]
    for one, content, shown in ((own, PNG, "inline"), (theirs, b"%PDF-1.7 Rechnung", "attachment")):
        down = await visitor.ask("GET", f"/files/{one['id']}")
        assert (down.content, down.headers["content-disposition"]) == (content, shown)
        assert down.headers["x-content-type-options"] == "nosniff"
        assert (await stranger.ask("GET", f"/files/{one['id']}")).status_code == 404
    assert (await visitor.ask("GET", f"/files/{new_id()}")).status_code == 404
    assert (await visitor.ask("GET", "/files/nonsense")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"{", 422, "body"), (b"", 422, "body"), (b"[]", 422, "body"), (b"\xff\xfe", 422, "body"), (b'{"text":"x"}', 422, "body"),
        (b'{"key":"k","text":"x"}', 401, "session"), (b'{"key":"abcdefgh","text":1}', 422, "body"),
        (json.dumps({"key": "k", "text": "x", "word": "ab" * 16}).encode(), 422, "key"),
        (json.dumps({"key": "abcdefgh", "text": "  ", "word": "ab" * 16}).encode(), 422, "empty"),
        (json.dumps({"key": "abcdefgh", "text": "x" * 8_001, "word": "ab" * 16}).encode(), 413, "too_long"),
        (json.dumps({"key": "abcdefgh", "text": "x", "word": "ab" * 16, "files": [{"name": "x"}]}).encode(), 422, "body"),
    ],
)  # fmt: skip
async def test_what_no_browser_of_ours_sends_is_refused_in_a_word_and_nothing_is_stored(chat: Chat, body, status, error):
    answered = await chat.visitor().http.post("/messages", content=body, headers={"content-type": "application/json"})
    assert (answered.status_code, answered.json()["error"]) == (status, error)
    assert await inbox(chat) == 0


async def test_a_body_beyond_all_bounds_is_refused_before_it_is_read(chat: Chat):
    answered = await chat.visitor().http.post("/messages", content=b"x" * 10_000_000)
    assert answered.status_code == 413
    assert await inbox(chat) == 0


@pytest.mark.parametrize("text", ["NUL \x00 inside", "🙈 emoji 👩‍👩‍👧", "\u202ertl\u202c", "<script>alert(1)</script>", "a\r\nb"])
async def test_any_text_arrives(chat: Chat, text: str):
    visitor = chat.visitor()
    assert (await visitor.write(text)).status_code == 201
    await chat.take_in()
    (line,) = await visitor.lines()
    assert line["text"] == text.replace("\x00", "").replace("\r\n", "\n")


async def test_an_eager_stranger_is_asked_to_slow_down_and_others_are_not(chat: Chat):
    visitor = chat.visitor()
    statuses = [(await visitor.write(f"{n}")).status_code for n in range(35)]
    assert statuses == [201] * 30 + [429] * 5
    refused = await visitor.write("noch eins")
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["error"] == "slow_down"
    assert (await chat.visitor().write("Ich nicht")).status_code == 201


async def test_one_address_cannot_begin_any_number_of_sessions(chat: Chat):
    statuses = [(await chat.visitor().write("x")).status_code for _ in range(14)]
    assert statuses == [201] * 12 + [429] * 2
    assert await inbox(chat) == 12


async def test_other_websites_are_answered_only_if_they_are_named(chat: Chat):
    foreign = chat.visitor(**ELSEWHERE)
    refused = await foreign.write("von anderswo")
    assert (refused.status_code, "access-control-allow-origin" in refused.headers) == (403, False)
    assert (await foreign.ask("OPTIONS", "/messages")).status_code == 403
    await chat.configure(allowed_origins="https://www.firma.example")
    asked = await foreign.ask("OPTIONS", "/messages", **{"access-control-request-method": "POST"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "https://www.firma.example"
    assert "authorization" in asked.headers["access-control-allow-headers"]
    taken = await foreign.write("von anderswo")
    assert (taken.status_code, taken.headers["access-control-allow-origin"]) == (201, "https://www.firma.example")
    own = chat.visitor(origin=chat.served.base)
    assert (await own.write("von der eigenen Seite")).status_code == 201


async def test_the_page_sets_no_cookie_and_allows_nobody_else(chat: Chat):
    await chat.configure(title="Brookwatt & Söhne <b>", allowed_origins="https://www.firma.example", language="de")
    visitor = chat.visitor()
    for path in ("/", "/chat.js", "/page.css", "/icon.svg"):
        answered = await visitor.http.get(path)
        assert answered.status_code == 200
        assert "set-cookie" not in answered.headers
        again = await visitor.http.get(path, headers={"if-none-match": answered.headers["etag"]})
        assert again.status_code == 304
    page = await visitor.http.get("/")
    assert "Brookwatt &amp; Söhne &lt;b&gt;" in page.text
    assert 'lang="de"' in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self' https://www.firma.example" in policy
    assert (await visitor.write()).headers.get("set-cookie") is None


async def test_a_paused_channel_says_so(chat: Chat):
    await chat.served.sql("update channel set paused = true where id = $1", chat.channel.id)
    assert (await chat.visitor().write()).status_code == 503


async def test_what_a_stranger_sends_is_in_no_log(chat: Chat, caplog, capsys):
    visitor = chat.visitor()
    await visitor.write("Meine Kundennummer ist 4711-0815", name="Jonte Lührs", email="jonte@post.example", consent=True)
    await visitor.http.post("/messages", content=b'{"text":"4711-0815')
    await chat.take_in()
    logged = caplog.text + "".join(capsys.readouterr())
    for secret in ("4711", "Jonte", "jonte@", visitor.token, visitor.word):
        assert secret not in logged


# -- live


async def listened(visitor, mark: str = "", until: str = "lines", count: int = 1) -> list:
    """Return what a stream says until an event was heard so often."""
    headers = {"authorization": f"Bearer {visitor.token}"} | ({"last-event-id": mark} if mark else {})
    text = ""
    async with visitor.http.stream("GET", "/events", headers=headers) as answered:
        assert answered.status_code == 200
        assert answered.headers["content-type"].startswith("text/event-stream")
        async with asyncio.timeout(20):
            async for chunk in answered.aiter_text():
                text += chunk
                if sum(name == until for name, _ in events_of(text)) >= count:
                    break
    return events_of(text)


async def test_an_answer_arrives_while_the_visitor_looks(chat: Chat):
    visitor = chat.visitor()
    await visitor.write()
    await chat.take_in()
    listening = asyncio.ensure_future(listened(visitor, count=2))
    await asyncio.sleep(0.5)
    await chat.answer("Moin!")
    (_, whole), (_, change) = await listening
    assert whole["all"]
    assert [line["text"] for line in whole["lines"]] == ["Hallo?"]
    assert not change["all"]
    assert [line["text"] for line in change["lines"]] == ["Moin!"]


async def test_who_comes_back_hears_only_what_has_changed(chat: Chat):
    visitor = chat.visitor()
    await visitor.write()
    await chat.take_in()
    mark = (await visitor.ask("GET", "/lines")).json()["mark"]
    assert (await listened(visitor, mark, until="same"))[0][0] == "same"
    await chat.answer("Moin!")
    (name, data), *_ = await listened(visitor, mark)
    assert (name, [line["text"] for line in data["lines"]]) == ("lines", ["Hallo?", "Moin!"])


async def test_without_streams_the_answer_is_waited_for(chat: Chat):
    visitor = chat.visitor()
    await visitor.write()
    await chat.take_in()
    mark = (await visitor.ask("GET", "/lines")).json()["mark"]
    waiting = asyncio.ensure_future(visitor.ask("GET", f"/lines?since={mark}&wait=20"))
    await asyncio.sleep(0.3)
    await chat.answer("Moin!")
    lines = (await asyncio.wait_for(waiting, 10)).json()["lines"]
    assert [line["text"] for line in lines] == ["Hallo?", "Moin!"]
    mark = (await visitor.ask("GET", "/lines")).json()["mark"]
    assert (await visitor.ask("GET", f"/lines?since={mark}")).json()["lines"] is None


async def test_that_somebody_writes_is_shown(chat: Chat):
    from unisono.contract import ThreadRef
    from unisono.domain.words import Visibility

    visitor = chat.visitor()
    await visitor.write()
    await chat.take_in()
    session = visitor.token.split(".")[0]
    await chat.connector().typing(ThreadRef(visibility=Visibility.PRIVATE, root_id=session), True)
    assert ("typing", {"on": True}) in await listened(visitor, until="typing")


async def test_a_deletion_leaves_the_screen_while_the_visitor_looks(chat: Chat):
    visitor = chat.visitor()
    await visitor.write("geheim", key="first-key")
    await chat.take_in()
    listening = asyncio.ensure_future(listened(visitor, count=2))
    await asyncio.sleep(0.5)
    await visitor.ask("POST", "/delete", {"key": "first-key"})
    await chat.take_in()
    change = (await listening)[-1][1]
    assert [(line.get("text"), line["deleted"]) for line in change["lines"]] == [(None, True)]


async def test_a_stream_needs_a_session(chat: Chat):
    assert (await chat.visitor().ask("GET", "/events")).status_code == 401
    assert (await chat.visitor().ask("GET", "/lines", authorization="Bearer made.1.up")).json()["error"] == "session"


async def test_a_long_conversation_shows_whole_and_in_order(chat: Chat):
    visitor = chat.visitor()
    await visitor.write("0")
    await chat.take_in()
    from unisono.connectors.webchat.read import Wrote, item

    session, now = visitor.token.split(".")[0], chat.outside.clock.now()
    await chat.connector()._ctx.intake.put(
        [item(Wrote(session=session, key=f"key-{n:06}", at=now, text=str(n)), now) for n in range(1, 450)]
    )
    await chat.take_in()
    shown = [line["text"] for line in await visitor.lines()]
    assert len(shown) == 450
    assert sorted(shown, key=int) == [str(n) for n in range(450)]
