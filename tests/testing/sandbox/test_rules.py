"""What the networks allow, and whom they tell of what."""

import pytest

from tests.testing.sandbox.conftest import Hand, cast
from unisono.testing.sandbox import Refused, SandboxNetwork
from unisono.testing.sandbox.accounts import folded_handle
from unisono.testing.sandbox.feed import pull
from unisono.testing.sandbox.wire import Wire


class Stage:
    """A network without a server."""

    def __init__(self, face: str = "zwitscher") -> None:
        self.clock = Hand()
        self.net = SandboxNetwork(now=self.clock)
        self.company, self.anna, self.ben = cast(self.net, face)
        self.wire = Wire(self.net)

    def told(self, company=None) -> list[tuple[str, str]]:
        """Return (type, why or state) of everything a company was told."""
        page = pull(self.net, self.wire, company or self.company, None, 500)
        return [(e["type"], e.get("why") or e.get("state") or "") for e in page["entries"]]

    def refuses(self, status: int, code: str, work) -> None:
        with pytest.raises(Refused) as refused:
            work()
        assert (refused.value.status, refused.value.code) == (status, code)
        assert str(refused.value)


def test_handles_are_made_of_names_and_are_unique_until_their_owner_leaves():
    stage = Stage()
    first = stage.net.join("zwitscher", "Jörg Groß-Äpfel")
    assert first.handle == "joerg_gross_aepfel"
    assert stage.net.join("zwitscher", "Jörg Groß-Äpfel").handle == "joerg_gross_aepfel_2"
    stage.refuses(409, "taken", lambda: stage.net.join("zwitscher", "X", "joerg_gross_aepfel"))
    stage.net.leave(first.id)
    assert stage.net.join("zwitscher", "X", "joerg_gross_aepfel").id != first.id
    stage.refuses(422, "no_name", lambda: stage.net.join("zwitscher", "!!!"))
    assert folded_handle("Ş. Çelik") == "s_celik"


def test_a_company_hears_of_what_names_it_answers_it_or_stands_in_its_threads_and_of_nothing_else():
    stage = Stage()
    net, anna, ben, us = stage.net, stage.anna, stage.ben, stage.company
    net.say(anna.id, "Schönes Wetter")
    assert stage.told() == []
    root = net.say(anna.id, "@Brookwatt Strom weg")
    answer = net.say(us.id, "Wo denn?", in_reply_to=root.id)
    reply = net.say(anna.id, "Hier", in_reply_to=answer.id)
    net.say(ben.id, "Bei mir auch", in_reply_to=reply.id)
    net.say(ben.id, "mail@brookwatt.example ist keine Erwähnung")
    assert stage.told() == [
        ("item.created", "mention"), ("item.created", "own"), ("item.created", "reply"), ("item.created", "thread"),
    ]  # fmt: skip


def test_on_a_face_with_pages_everything_on_the_page_reaches_its_company():
    stage = Stage("pinnwand")
    net, anna, us = stage.net, stage.anna, stage.company
    other = net.join("pinnwand", "Andere", company=True)
    stage.refuses(422, "no_page", lambda: net.say(anna.id, "Wohin?"))
    own = net.say(us.id, "Neuer Zettel")
    net.say(anna.id, "Schön", in_reply_to=own.id)
    net.say(anna.id, "Und noch einer", page=us.id)
    assert stage.told() == [("item.created", "own"), ("item.created", "page"), ("item.created", "page")]
    assert stage.told(other) == []


def test_a_direct_message_is_told_to_its_two_sides_only_and_never_becomes_public():
    stage = Stage()
    net, anna, ben, us = stage.net, stage.anna, stage.ben, stage.company
    private = net.say(anna.id, "Meine Kundennummer ist geheim", to=us.id)
    assert stage.told() == [("item.created", "direct")]
    stage.refuses(422, "private", lambda: net.say(us.id, "Antwort", in_reply_to=private.id))
    stage.refuses(404, "no_item", lambda: net.say(ben.id, "lauscht", in_reply_to=private.id, to=us.id))
    stage.refuses(404, "no_item", lambda: net.item(private.id, ben.id))
    stage.refuses(422, "no_direct", lambda: net.say(anna.id, "Hallo Ben", to=ben.id))


def test_a_company_may_write_in_private_only_to_who_wrote_first_and_only_for_a_time():
    stage = Stage()
    net, anna, us = stage.net, stage.anna, stage.company
    stage.refuses(403, "not_written_first", lambda: net.say(us.id, "Werbung!", to=anna.id))
    net.configure("zwitscher", direct_window_s=3_600.0)
    net.say(anna.id, "Frage", to=us.id)
    stage.clock.move(minutes=59)
    assert net.say(us.id, "Antwort", to=anna.id).kind == "direct"
    stage.clock.move(minutes=2)
    stage.refuses(403, "window_closed", lambda: net.say(us.id, "Zu spät", to=anna.id))


def test_a_public_post_may_be_answered_in_private_once_and_links_back():
    stage = Stage()
    root = stage.net.say(stage.anna.id, "@brookwatt ärgerlich")
    direct = stage.net.say(stage.company.id, "Wir schreiben dir privat", to=stage.anna.id, in_reply_to=root.id)
    assert (direct.links_to, direct.parent, direct.kind) == (root.id, None, "direct")


@pytest.mark.parametrize(("length", "taken"), [(279, True), (280, True), (281, False)])
def test_the_length_counts_in_the_networks_own_unit(length, taken):
    stage = Stage()
    text = "ü" * (length - 23) + "https://brookwatt.example/" + "x" * 500
    if taken:
        stage.net.say(stage.anna.id, text)
    else:
        stage.refuses(422, "too_long", lambda: stage.net.say(stage.anna.id, text))


def test_a_repeated_key_gives_the_first_item_but_only_within_its_time():
    stage = Stage()
    root = stage.net.say(stage.anna.id, "@brookwatt hallo")
    say = lambda: stage.net.say(stage.company.id, "Moin", in_reply_to=root.id, key="k1")  # noqa: E731
    first = say()
    assert say().id == first.id
    stage.clock.move(seconds=3_601)
    assert say().id != first.id


def test_an_edit_raises_the_revision_and_tells_whoever_is_named_for_the_first_time():
    stage = Stage()
    item = stage.net.say(stage.anna.id, "brookwatt ist lahm")
    assert stage.told() == []
    assert stage.net.edit(stage.anna.id, item.id, "@brookwatt ist lahm").revision == 1
    assert stage.net.edit(stage.anna.id, item.id, "@brookwatt ist sehr lahm").revision == 2
    assert stage.told() == [("item.created", "mention"), ("item.edited", "mention")]
    stage.refuses(403, "not_yours", lambda: stage.net.edit(stage.ben.id, item.id, "gar nicht"))


def test_what_is_deleted_is_gone_from_every_answer_and_only_the_deletion_is_told():
    stage = Stage()
    picture = stage.net.upload(stage.anna.id, "a.png", "image/png", b"x", "Zähler")
    item = stage.net.say(stage.anna.id, "@brookwatt geheim", pictures=[picture.id])
    stage.net.delete(stage.anna.id, item.id)
    assert stage.told() == [("item.deleted", "")]
    assert stage.net.store.content(picture.id) is None
    assert stage.net.store.item(item.id).text == ""
    stage.refuses(410, "gone", lambda: stage.net.say(stage.company.id, "Antwort", in_reply_to=item.id))


def test_who_leaves_takes_everything_along():
    stage = Stage()
    stage.net.say(stage.anna.id, "@brookwatt eins")
    stage.net.say(stage.anna.id, "zwei", to=stage.company.id)
    stage.net.leave(stage.anna.id)
    page = pull(stage.net, stage.wire, stage.company, None, 500)
    assert [(e["type"], e["account"]) for e in page["entries"]] == [("account.deleted", {"id": str(stage.anna.id)})]
    stage.refuses(404, "no_account", lambda: stage.net.account(stage.anna.id))


def test_a_thread_keeps_its_root_at_any_depth_until_the_root_is_deleted():
    stage = Stage()
    net = stage.net
    root = net.say(stage.anna.id, "@brookwatt 0")
    parent = root
    for depth in range(1, 5):
        parent = net.say((stage.company if depth % 2 else stage.anna).id, f"{depth}", in_reply_to=parent.id)
    shown = stage.wire.item(parent, stage.company.id)
    assert (shown["root_id"], shown["parent_id"]) == (str(root.id), str(parent.parent))
    net.delete(stage.anna.id, root.id)
    shown = stage.wire.item(parent, stage.company.id)
    assert (shown["root_id"], shown["parent_id"], shown["thread_author_id"]) == (None, str(parent.parent), None)


def test_an_own_item_names_the_customer_whom_it_answers_also_across_own_items():
    stage = Stage()
    root = stage.net.say(stage.anna.id, "@brookwatt 0")
    first = stage.net.say(stage.company.id, "Teil 1", in_reply_to=root.id)
    second = stage.net.say(stage.company.id, "Teil 2", in_reply_to=first.id)
    assert stage.wire.item(second, stage.company.id)["answers"]["id"] == str(stage.anna.id)


def test_states_of_a_direct_message_are_told_once_and_never_go_back():
    stage = Stage()
    stage.net.say(stage.anna.id, "Frage", to=stage.company.id)
    answer = stage.net.say(stage.company.id, "Antwort", to=stage.anna.id, key="k")
    for state in ("read", "delivered", "read"):
        stage.net.mark(answer.id, state)
    assert stage.told()[2:] == [("item.state", "read")]
    stage.net.report(answer.id, "delivered")
    assert stage.told()[3:] == [("item.state", "delivered")]


def test_a_refresh_token_works_once():
    stage = Stage()
    before = stage.net.account(stage.company.id)
    after = stage.net.renew(before.refresh_token)
    assert after.token != before.token
    stage.refuses(401, "bad_token", lambda: stage.net.holder(before.token))
    stage.refuses(401, "bad_refresh_token", lambda: stage.net.renew(before.refresh_token))
    assert stage.net.holder(after.token).id == before.id


def test_tokens_expire_where_the_network_says_so():
    stage = Stage()
    stage.net.configure("zwitscher", token_life_s=60.0)
    fresh = stage.net.renew(stage.company.refresh_token)
    stage.clock.move(seconds=61)
    stage.refuses(401, "expired_token", lambda: stage.net.holder(fresh.token))


def test_a_network_on_disk_is_there_again_after_a_restart(tmp_path):
    path = str(tmp_path / "network.sqlite")
    first = SandboxNetwork(path=path)
    company, anna, _ = cast(first, "zwitscher")
    first.say(anna.id, "@brookwatt bleibt stehen")
    cursor = pull(first, Wire(first), company, None, 10)["next"]
    first.close()
    second = SandboxNetwork(path=path)
    assert second.by_handle("zwitscher", "@Anna").id == anna.id
    assert pull(second, Wire(second), second.account(company.id), cursor, 10)["entries"] == []
    second.close()


def test_an_upload_of_another_kind_or_size_is_refused():
    stage = Stage()
    stage.refuses(415, "file_type", lambda: stage.net.upload(stage.anna.id, "a.exe", "application/x-msdownload", b"MZ"))
    stage.refuses(413, "file_too_large", lambda: stage.net.upload(stage.anna.id, "a.png", "image/png", bytes(5_000_001)))
    picture = stage.net.upload(stage.anna.id, "a.png", "image/png", b"x")
    stage.refuses(422, "no_file", lambda: stage.net.say(stage.ben.id, "meins", pictures=[picture.id]))
