"""The networks over real HTTP: interfaces, limits, trouble by script, pushes and streams."""

import asyncio
import contextlib
import json

import httpx2
import pytest

from unisono.testing.sandbox import Effect, Fault, PauseHeader, Rate

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


async def test_a_program_reads_answers_and_takes_back(play):
    post = play.network.say(play.anna.id, "@brookwatt 🙈 äöü")
    page = (await play.http.get(f"{play.api}/items")).json()
    assert page["entries"][0]["item"]["text"] == "@brookwatt 🙈 äöü"
    made = await play.http.post(f"{play.api}/items", json={"text": "Moin", "in_reply_to": str(post.id)})
    assert made.status_code == 201
    assert (await play.http.get(f"{play.api}/own")).json()["items"][0]["id"] == made.json()["id"]
    changed = await play.http.patch(f"{play.api}/items/{made.json()['id']}", json={"text": "Moin!"})
    assert changed.json()["revision"] == 1
    assert (await play.http.delete(f"{play.api}/items/{made.json()['id']}")).status_code == 204
    assert (await play.http.get(f"{play.api}/items/{made.json()['id']}")).status_code == 410


async def test_files_go_up_with_their_description_and_come_down_for_those_who_may_see_them(play):
    up = await play.http.post(f"{play.api}/media", files={"file": ("bild.png", PNG, "image/png")}, data={"alt": "Ein Zähler"})
    assert (up.status_code, up.json()["alt"], up.json()["size"]) == (201, "Ein Zähler", len(PNG))
    play.network.say(play.anna.id, "Frage", to=play.company.id)
    sent = await play.http.post(f"{play.api}/items", json={"text": "", "to": str(play.anna.id), "media": [up.json()["id"]]})
    assert sent.json()["media"][0]["alt"] == "Ein Zähler"
    down = await play.http.get(f"{play.api}/media/{up.json()['id']}")
    assert (down.content, down.headers["content-type"]) == (PNG, "image/png")
    other = play.network.join("zwitscher", "Andere", company=True)
    refused = await play.http.get(f"{play.api}/media/{up.json()['id']}", headers={"authorization": f"Bearer {other.token}"})
    assert refused.status_code == 404


@pytest.mark.parametrize(("token", "status"), [("", 401), ("nonsense", 401), ("a person's", 403), ("of another face", 401)])
async def test_only_a_company_of_this_face_is_let_in(play, token, status):
    visitor = (await play.http.post("/zwitscher/web/people", json={"name": "Wer"}, headers={"authorization": ""})).json()
    other = play.network.join("pinnwand", "Brookwatt", company=True)
    token = {"a person's": visitor["token"], "of another face": other.token}.get(token, token)
    answer = await play.http.get(f"{play.api}/items", headers={"authorization": f"Bearer {token}" if token else ""})
    assert answer.status_code == status
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("header", "name"),
    [(PauseHeader.RETRY_AFTER, "retry-after"), (PauseHeader.RESET, "x-ratelimit-reset"), (PauseHeader.NONE, "")],
)
async def test_too_many_requests_are_refused_in_each_of_the_ways_that_networks_have(play, header, name):
    play.network.configure("zwitscher", rate=Rate(requests=2, per_s=10, header=header))
    first = await play.http.get(f"{play.api}/me")
    assert (first.status_code, first.headers["x-ratelimit-remaining"]) == (200, "1")
    await play.http.get(f"{play.api}/me")
    refused = await play.http.get(f"{play.api}/me")
    told = {"retry-after", "x-ratelimit-reset"} & set(refused.headers)
    assert (refused.status_code, told) == (429, {name} - {""})
    if name == "retry-after":
        assert refused.headers[name] == "10"
    if name == "x-ratelimit-reset":
        assert int(refused.headers[name]) == play.clock.at.timestamp() + 10
    play.clock.move(seconds=10)
    assert (await play.http.get(f"{play.api}/me")).status_code == 200


async def test_accepted_and_then_silence_means_it_was_done(play):
    post = play.network.say(play.anna.id, "@brookwatt hallo")
    for effect in (Effect.ACCEPT_THEN_DROP, Effect.ACCEPT_THEN_HANG, Effect.TRUNCATE):
        play.server.fault(Fault(effect=effect, methods=("POST",), delay_s=0.2))
        with pytest.raises(httpx2.TransportError):
            await play.http.post(f"{play.api}/items", json={"text": effect, "in_reply_to": str(post.id)})
    own = (await play.http.get(f"{play.api}/own")).json()["items"]
    assert [item["text"] for item in own] == ["truncate", "accept_then_hang", "accept_then_drop"]
    assert [s.fault for s in play.server.seen if s.fault] == ["accept_then_drop", "accept_then_hang", "truncate"]


async def test_refused_by_script_means_it_was_not_done(play):
    post = play.network.say(play.anna.id, "@brookwatt hallo")
    body = {"text": "Moin", "in_reply_to": str(post.id)}
    play.server.fault(Fault(effect=Effect.DROP, methods=("POST",)))
    with pytest.raises(httpx2.TransportError):
        await play.http.post(f"{play.api}/items", json=body)
    for effect, status in ((Effect.STATUS, 503), (Effect.HTML, 502), (Effect.RATE_LIMIT, 429), (Effect.MALFORMED, 200)):
        play.server.fault(Fault(effect=effect, methods=("POST",), status=status))
        assert (await play.http.post(f"{play.api}/items", json=body)).status_code == status
    assert (await play.http.get(f"{play.api}/own")).json()["items"] == []


async def test_answers_can_be_large_slow_late_or_of_a_later_version(play):
    play.server.fault(Fault(effect=Effect.LARGE, size=200_000))
    assert len((await play.http.get(f"{play.api}/me")).content) > 200_000
    for effect in (Effect.SLOW, Effect.DELAY):
        play.server.fault(Fault(effect=effect, delay_s=0.3))
        started = asyncio.get_running_loop().time()
        assert (await play.http.get(f"{play.api}/me")).json()["handle"] == "brookwatt"
        assert asyncio.get_running_loop().time() - started > 0.25
    play.network.say(play.anna.id, "@brookwatt hallo")
    play.server.fault(Fault(effect=Effect.UNKNOWN))
    item = (await play.http.get(f"{play.api}/items")).json()["entries"][0]["item"]
    assert (item["kind"], "since_next_year" in item) == ("hologram", True)


async def test_faults_happen_as_often_and_as_likely_as_written_and_the_same_way_each_time(play):
    def drawn(seed: int) -> list[bool]:
        from unisono.testing.sandbox.faults import Script

        script = Script(seed)
        script.add(Fault(effect=Effect.STATUS, share=0.3, count=None))
        return [script.on_request("GET", "/x/api/me") is not None for _ in range(1_000)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 230 < sum(drawn(1)) < 370
    play.server.fault(Fault(effect=Effect.STATUS, skip=1, count=2))
    assert [(await play.http.get(f"{play.api}/me")).status_code for _ in range(4)] == [200, 503, 503, 200]


async def test_only_the_admin_stages_the_play(play):
    fault = {"effect": "status", "path": "/zwitscher/api/me"}
    assert (await play.http.post("/admin/faults", json=fault)).status_code == 401
    admin = {"authorization": f"Bearer {play.server.admin_token}"}
    assert (await play.http.post("/admin/faults", json=fault, headers=admin)).status_code == 201
    assert (await play.http.get(f"{play.api}/me")).status_code == 503
    rate = {"rate": {"requests": 1, "per_s": 60}, "key_window_s": 5}
    assert (await play.http.patch("/admin/faces/zwitscher", json=rate, headers=admin)).json()["rate"]["requests"] == 1
    assert (await play.http.patch("/admin/faces/zwitscher", json={"colour": 1}, headers=admin)).status_code == 422
    company = (
        await play.http.post("/admin/faces/zwitscher/accounts", json={"name": "Neu", "company": True}, headers=admin)
    ).json()
    assert play.network.holder(company["token"]).handle == "neu"
    seen = (await play.http.get("/admin/requests", headers=admin)).json()
    assert seen[1]["path"] == "/admin/faults"


class Receiver:
    """A web address of a company: it proves itself, and keeps what it was told."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.got: list[tuple[str, bytes]] = []
        self.answers: list[int] = []

    async def __call__(self, scope, receive, send) -> None:
        from urllib.parse import parse_qs

        from unisono.testing.sandbox.pushes import answer_to

        assert scope["type"] == "http"
        body = b""
        while (message := await receive()).get("more_body"):
            body += message["body"]
        body += message.get("body", b"")
        reply = b""
        if scope["method"] == "GET":
            challenge = parse_qs(scope["query_string"].decode())["challenge"][0]
            reply = json.dumps({"response": answer_to(self.secret, challenge)}).encode()
        else:
            self.got.append((dict(scope["headers"])[b"x-sandbox-signature"].decode(), body))
        await send({"type": "http.response.start", "status": self.answers.pop(0) if self.answers else 200, "headers": []})
        await send({"type": "http.response.body", "body": reply})

    @property
    def seqs(self) -> list[list[str]]:
        return [[entry["seq"] for entry in json.loads(body)["entries"]] for _, body in self.got]


@pytest.fixture
async def receiver():
    import uvicorn

    found = Receiver("s3cret")
    server = uvicorn.Server(uvicorn.Config(found, port=0, lifespan="off", log_config=None, ws="none"))
    server.capture_signals = contextlib.nullcontext
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    found.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    yield found
    server.should_exit = True
    await task


async def test_a_push_goes_only_to_who_proved_to_know_the_secret_and_is_signed_over_its_raw_bytes(play, receiver):
    import hashlib
    import hmac

    wrong = await play.http.post(f"{play.api}/webhook", json={"url": receiver.url, "secret": "wrong"})
    assert (wrong.status_code, wrong.json()["error"]) == (422, "wrong_answer")
    nobody = await play.http.post(f"{play.api}/webhook", json={"url": "http://127.0.0.1:9/", "secret": "x"})
    assert nobody.json()["error"] == "no_answer"
    assert (await play.http.post(f"{play.api}/webhook", json={"url": receiver.url, "secret": "s3cret"})).status_code == 204
    play.network.say(play.anna.id, "@brookwatt 🙈")
    await play.server.pushes.settle()
    ((signature, body),) = receiver.got
    at, given = signature.removeprefix("t=").split(",v1=")
    assert hmac.compare_digest(given, hmac.new(b"s3cret", at.encode() + b"." + body, hashlib.sha256).hexdigest())
    assert int(at) == play.clock.at.timestamp()
    assert (await play.http.delete(f"{play.api}/webhook")).status_code == 204
    play.network.say(play.anna.id, "@brookwatt noch einmal")
    await play.server.pushes.settle()
    assert len(receiver.got) == 1


async def test_pushes_come_twice_out_of_order_not_at_all_or_again_after_an_error(play, receiver):
    await play.http.post(f"{play.api}/webhook", json={"url": receiver.url, "secret": "s3cret"})

    async def pushed(effect: Effect | None, posts: int) -> list[list[str]]:
        receiver.got.clear()
        if effect is not None:
            play.server.fault(Fault(effect=effect))
        for number in range(posts):
            play.network.say(play.anna.id, f"@brookwatt {number}")
        await play.server.pushes.settle()
        return receiver.seqs

    assert await pushed(Effect.DUPLICATE, 2) == [["1", "2"]] * 3
    shuffled = [seq for seqs in await pushed(Effect.REORDER, 5) for seq in seqs]
    assert sorted(shuffled) == ["3", "4", "5", "6", "7"] != shuffled
    assert await pushed(Effect.LOSE, 1) == []
    assert await pushed(None, 1) == [["9"]]
    receiver.answers = [500]
    assert await pushed(None, 1) == [["10"], ["10"]]


async def test_the_stream_says_at_once_that_there_is_something(play):
    async with play.http.stream("GET", f"{play.api}/stream") as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == ": welcome"
        play.network.say(play.anna.id, "@brookwatt hallo")
        heard = [await asyncio.wait_for(anext(lines), 5) for _ in range(3)]
    assert heard[1:] == ["event: entry", 'data: {"type":"entry","seq":1}']


async def test_the_server_stops_although_somebody_listens(play):
    async with play.http.stream("GET", f"{play.api}/stream") as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        await asyncio.wait_for(play.server.stop(), 5)
        assert [line async for line in lines if line] == []


async def test_thousands_of_items_are_pulled_each_once_and_in_order(play):
    with play.network.together():
        said = [play.network.say(play.anna.id, f"@brookwatt Meldung {number}").id for number in range(3_000)]
    cursor, got = None, []
    while True:
        page = (await play.http.get(f"{play.api}/items", params={"limit": "200"} | ({"after": cursor} if cursor else {}))).json()
        got += [int(entry["item"]["id"]) for entry in page["entries"]]
        cursor = page["next"]
        if not page["more"]:
            break
    assert got == said
