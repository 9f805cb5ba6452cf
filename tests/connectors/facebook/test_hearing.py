"""What is said on a page reaches us by pull and by webhook, as one item."""

from tests.connectors.facebook.conftest import PageDesk
from unisono.contract import AuthorGone, Created, Deleted, Edited, HttpRequest
from unisono.testing.labs.facebook import FacebookLab
from unisono.testing.networks.graph import News


def told(desk: PageDesk, subject: str, verb: str = "add") -> News:
    """What a webhook says of a thing."""
    return next(n for n in reversed(desk.network.news) if n.subject == subject and n.value.get("verb") == verb)


async def test_comments_of_all_levels_stand_below_their_post(desk: PageDesk):
    pages = desk.network.pages
    post = pages.post(desk.page, desk.page, "Heute neu: Ökostrom.")
    first = pages.comment(desk.anna, post.id, "Was kostet das?")
    answer = pages.comment(desk.page, first.id, "Das steht auf der Seite.")
    reply = pages.comment(desk.anna, answer.id, "Wo?")
    events = {event.remote_id: event for event in await desk.said()}
    assert set(events) == {first.id, answer.id, reply.id}
    assert {event.thread.root_id for event in events.values()} == {post.id}
    assert [events[one].thread.parent_id for one in (first.id, answer.id, reply.id)] == [post.id, first.id, answer.id]
    assert [events[one].own for one in (first.id, answer.id, reply.id)] == [False, True, False]
    customer = events[answer.id].thread.customer
    assert customer is not None
    assert customer.remote_id == desk.anna.id
    assert events[first.id].details["about"] == "Heute neu: Ökostrom."


async def test_a_visitors_post_and_a_mention_elsewhere_are_heard(desk: PageDesk):
    other = desk.network.pages.add("Nachbarin")
    post = desk.network.pages.post(desk.page, desk.anna, "Mein Zähler steht still!")
    mention = desk.network.pages.post(other, desk.ben, "Ärger mit Brookwatt", tags=[desk.page.id])
    kinds = {event.remote_id: event.details["kind"] for event in await desk.said()}
    assert kinds == {post.id: "post", mention.id: "mention"}


async def test_pushed_and_pulled_are_one_item_with_one_key(desk: PageDesk):
    post = desk.network.pages.post(desk.page, desk.page, "Hallo")
    comment = desk.network.pages.comment(desk.anna, post.id, "Grüße \U0001f469\u200d\U0001f467")
    mine = desk.network.pages.post(desk.page, desk.ben, "Ein Beitrag")
    [pushed] = await desk.pushed(told(desk, comment.id))
    [other] = await desk.pushed(told(desk, mine.id))
    pulled = {raw.ingest_key: raw for raw in (await desk.pulled())[0]}
    assert {pushed.ingest_key, other.ingest_key} == set(pulled)
    [by_push], [by_pull] = desk.read(pushed), desk.read(pulled[pushed.ingest_key])
    assert isinstance(by_push, Created)
    assert isinstance(by_pull, Created)
    assert (by_push.text, by_push.thread, by_push.author) == (by_pull.text, by_pull.thread, by_pull.author)


async def test_a_webhook_tells_of_edits_and_removals_and_leaves_our_own_to_the_pull(desk: PageDesk):
    post = desk.network.pages.post(desk.page, desk.page, "Hallo")
    comment = desk.network.pages.comment(desk.anna, post.id, "Was kostet das?")
    own = desk.network.pages.comment(desk.page, comment.id, "Nichts.")
    desk.network.pages.edit(comment.id, "Was kostet das jetzt?")
    [edited] = await desk.pushed(told(desk, comment.id, "edited"))
    [event] = desk.read(edited)
    assert isinstance(event, Edited)
    assert event.text == "Was kostet das jetzt?"
    desk.network.pages.remove(comment.id)
    [removed] = await desk.pushed(told(desk, comment.id, "remove"))
    assert [type(one) for one in desk.read(removed)] == [Deleted]
    assert await desk.pushed(told(desk, own.id)) == []


async def test_a_batch_for_several_pages_gives_this_page_its_own(desk: PageDesk):
    post = desk.network.pages.post(desk.page, desk.anna, "An Brookwatt")
    other = desk.network.pages.add("Nachbarin")
    theirs = desk.network.pages.post(other, desk.anna, "An die Nachbarin")
    raws = await desk.pushed(told(desk, post.id), told(desk, theirs.id))
    ours = [raw for raw in raws if raw.ingest_key == f"post:{post.id}:0"]
    assert [(raw.account, raw.connector) for raw in ours] == [(desk.page.id, "facebook")]
    assert [(raw.account, raw.ingest_key) for raw in raws if raw not in ours] == [(other.id, f"post:{theirs.id}:0")]


async def test_what_was_missed_of_edits_and_removals_is_found_by_looking_again(desk: PageDesk):
    pages = desk.network.pages
    post = pages.post(desk.page, desk.page, "Hallo")
    kept, changed, gone = (pages.comment(desk.anna, post.id, text) for text in ("Bleibt", "Alt", "Geht"))
    mine = pages.post(desk.page, desk.ben, "Mein Beitrag")
    await desk.pulled()
    _, cursor = await desk.pulled("recheck")
    pages.edit(changed.id, "Neu")
    pages.remove(gone.id)
    pages.remove(mine.id)
    assert (await desk.pulled("recheck", cursor))[0] == [], "It looked again before its time."
    desk.forward(minutes=6)
    raws, cursor = await desk.pulled("recheck", cursor)
    events = [event for raw in raws for event in desk.read(raw)]
    assert {event.remote_id: event.text for event in events if isinstance(event, Edited)} == {changed.id: "Neu"}
    assert {event.remote_id for event in events if isinstance(event, Deleted)} == {gone.id, mine.id}
    desk.forward(minutes=6)
    assert (await desk.pulled("recheck", cursor))[0] == []
    assert kept.id


async def test_a_deletion_that_was_not_stored_is_found_again(desk: PageDesk):
    post = desk.network.pages.post(desk.page, desk.page, "Hallo")
    gone = desk.network.pages.comment(desk.anna, post.id, "Geht")
    await desk.pulled()
    _, before = await desk.pulled("recheck")
    desk.network.pages.remove(gone.id)
    desk.forward(minutes=6)
    first, _ = await desk.pulled("recheck", before)
    desk.forward(minutes=6)
    again, _ = await desk.pulled("recheck", before)
    assert [raw.ingest_key for raw in first] == [raw.ingest_key for raw in again] == [f"deleted:{gone.id}:0"]


async def test_a_busy_post_is_read_to_its_end_over_many_pages(desk: PageDesk):
    post = desk.network.pages.post(desk.page, desk.page, "Gewinnspiel")
    wanted = {desk.network.pages.comment(desk.anna, post.id, f"Ich! {number}").id for number in range(230)}
    first = await desk.connector.pull("main", None, 100)
    assert first.has_more
    raws, cursor = await desk.pulled("main", first.next_cursor)
    events = [event for raw in (*first.raws, *raws) for event in desk.read(raw)]
    assert {event.remote_id for event in events} == wanted
    assert (await desk.pulled("main", cursor))[0] == [], "What was heard comes again."


async def test_an_old_post_with_a_new_comment_is_read_again(desk: PageDesk):
    post = desk.network.pages.post(desk.page, desk.page, "Alt")
    _, cursor = await desk.pulled()
    desk.forward(days=10)
    comment = desk.network.pages.comment(desk.anna, post.id, "Noch eine Frage")
    assert [event.remote_id for event in await desk.said(cursor=cursor)] == [comment.id]


async def test_a_photo_is_fetched_without_our_token(desk: PageDesk):
    post = desk.network.pages.post(desk.page, desk.page, "Hallo")
    photo = desk.network.picture(b"\xff\xd8\xff\xe0photo", "image/jpeg")
    desk.network.pages.comment(desk.anna, post.id, "So sieht es aus", picture=photo)
    [event] = await desk.said()
    [attachment] = event.attachments
    assert await desk.connector.get_media(attachment.ref, 1_000) == photo.content


async def test_the_request_for_deletion_names_the_person_by_all_ids(desk: PageDesk):
    lab = FacebookLab()
    lab._network = desk.network
    [ask, show] = desk.connector.routes()
    body = f"signed_request={lab.signed_request('1007')}".encode()
    answer = await ask.handle(HttpRequest(method="POST", path="/deletion", query={}, headers={"host": "desk.example"}, body=body))
    assert answer.status == 200
    [raw] = desk.ctx.intake.raws
    events = desk.read(raw)
    assert [type(one) for one in events] == [AuthorGone]
    assert answer.body.startswith(b'{"url":"https://desk.example/c/')
    code = answer.body.decode().rpartition(':"')[2].rstrip('"}')
    page = await show.handle(
        HttpRequest(method="GET", path=f"/deletion/{code}", query={}, headers={}, body=b"", path_params={"code": code})
    )
    assert code.encode() in page.body
    forged = await ask.handle(HttpRequest(method="POST", path="/deletion", query={}, headers={}, body=body[:-2] + b"xx"))
    assert forged.status == 400
    assert len(desk.ctx.intake.raws) == 1
