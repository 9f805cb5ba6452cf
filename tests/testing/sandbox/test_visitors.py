"""What the page does for visitors, by its interface."""

import pytest


class Visitor:
    """Somebody at the page."""

    def __init__(self, play, face: str = "zwitscher") -> None:
        self.http, self.face, self.headers = play.http, face, {"authorization": ""}

    async def join(self, name: str) -> dict:
        made = (await self.ask("POST", "people", json={"name": name})).json()
        self.headers = {"authorization": f"Bearer {made['token']}"}
        return made["account"]

    async def ask(self, method: str, path: str, key: str = "", **what):
        headers = self.headers | ({"idempotency-key": key} if key else {})
        return await self.http.request(method, f"/{self.face}/web/{path}", headers=headers, **what)

    async def say(self, key: str = "", **form: str):
        return await self.ask("POST", "items", key, files={name: (None, value) for name, value in form.items()})


@pytest.fixture
async def visitor(play):
    found = Visitor(play)
    found.account = await found.join("Frau Dr. Ünal")
    return found


async def test_a_visitor_posts_comments_changes_and_deletes(play, visitor):
    post = (await visitor.say(text="@brookwatt hallo")).json()
    comment = (await visitor.say(text="noch was", in_reply_to=post["id"])).json()
    assert comment["root_id"] == post["id"]
    assert (await visitor.ask("PATCH", f"items/{post['id']}", json={"text": "anders"})).json()["revision"] == 1
    thread = (await visitor.ask("GET", f"post/{comment['id']}")).json()
    assert [item["text"] for item in thread["items"]] == ["anders", "noch was"]
    assert (await visitor.ask("DELETE", f"items/{comment['id']}")).status_code == 204
    timeline = (await visitor.ask("GET", "timeline")).json()
    assert [(item["text"], item["comments"]) for item in timeline["items"]] == [("anders", 0)]


async def test_the_same_key_is_the_same_post(visitor):
    first, second = [(await visitor.say("step-1", text="@brookwatt einmal")).json()["id"] for _ in range(2)]
    assert first == second


async def test_who_is_nobody_yet_may_look_but_not_speak(play):
    stranger = Visitor(play)
    assert (await stranger.ask("GET", "timeline")).status_code == 200
    refused = await stranger.say(text="anonym")
    assert (refused.status_code, refused.json()["error"]) == (401, "nobody")


async def test_somebody_can_be_played_again_but_a_company_cannot(play, visitor):
    again = (await visitor.ask("POST", f"people/{visitor.account['id']}/enter")).json()
    assert again["account"]["id"] == visitor.account["id"]
    assert (await visitor.ask("POST", f"people/{play.company.id}/enter")).status_code == 403
    assert visitor.account["name"] in [one["name"] for one in (await visitor.ask("GET", "people")).json()]


async def test_a_direct_answer_is_delivered_when_the_list_and_read_when_the_thread_is_opened(play, visitor):
    await visitor.say(text="Frage", to=str(play.company.id))
    answer = play.network.say(play.company.id, "Antwort", to=int(visitor.account["id"]))
    state = lambda: play.network.store.item(answer.id).state  # noqa: E731
    assert (await visitor.ask("GET", "start")).json()["unread"] == 1
    assert state() == "sent"
    assert (await visitor.ask("GET", "threads")).json()[0]["unread"] == 1
    assert state() == "delivered"
    thread = (await visitor.ask("GET", "threads/brookwatt")).json()
    assert [item["text"] for item in thread["items"]] == ["Frage", "Antwort"]
    assert state() == "read"
    assert (await visitor.ask("GET", "start")).json()["unread"] == 0


async def test_a_picture_goes_along_with_its_description(play, visitor):
    png = b"\x89PNG\r\n\x1a\n" + bytes(40)
    files = {
        "text": (None, "Schau"),
        "alt": (None, "Mein Zähler"),
        "file": ("z.png", png, "image/png"),
        "to": (None, str(play.company.id)),
    }
    item = (await visitor.ask("POST", "items", files=files)).json()
    assert item["media"][0]["alt"] == "Mein Zähler"
    answer = await play.http.get(item["media"][0]["url"], headers={"authorization": ""})
    assert (answer.content, answer.headers["x-content-type-options"]) == (png, "nosniff")


async def test_who_deletes_their_account_is_gone(play, visitor):
    await visitor.say(text="@brookwatt hallo")
    assert (await visitor.ask("DELETE", "me")).status_code == 204
    assert (await visitor.ask("GET", "start")).status_code == 401
    visitor.headers = {"authorization": ""}
    assert (await visitor.ask("GET", "timeline")).json()["items"] == []


async def test_older_posts_come_page_by_page(play, visitor):
    for number in range(45):
        play.network.say(play.anna.id, f"Beitrag {number}")
    seen, before = [], ""
    while True:
        page = (await visitor.ask("GET", f"timeline{before}")).json()
        seen += [item["text"] for item in page["items"]]
        if not page["next"]:
            break
        before = f"?before={page['next']}"
    assert seen == [f"Beitrag {n}" for n in reversed(range(45))]


async def test_the_page_asks_nobody_else_and_may_be_framed_by_pages_of_this_machine(play):
    answer = await play.http.get("/zwitscher/", headers={"authorization": ""})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*" in policy
    assert "[[" not in answer.text
    for name in ("app.js", "page.css", "zwitscher.css", "zwitscher.svg"):
        assert (await play.http.get(f"/static/{name}")).status_code == 200
    for name in ("..%2fapp.py", "app.py", "nope.js"):
        assert (await play.http.get(f"/static/{name}")).status_code == 404
    assert (await play.http.get("/nowhere/")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/zwitscher/", "/zwitscher/post/1", "/zwitscher/u/anna", "/zwitscher/messages", "/zwitscher/messages/brookwatt"]
)
async def test_every_address_of_the_page_can_be_opened_directly(play, path):
    assert "<main" in (await play.http.get(path)).text


async def test_the_faces_do_not_know_of_each_other(play, board):
    board_post = board.network.say(board.company.id, "Zettel")
    assert (await board.http.get(f"/zwitscher/web/post/{board_post.id}", headers={"authorization": ""})).status_code == 404
