"""People can look at the scripted networks and see an answer arrive."""

import httpx2
import pytest

from unisono.testing.networks.graph import GraphNetwork, GraphServer, Refused, restore, saved
from unisono.testing.networks.graph.show import page_of


async def test_answers_stand_on_the_pages_and_what_people_wrote_is_escaped():
    network = GraphNetwork()
    page, anna = network.pages.add("Brookwatt"), network.join("Anna <b>Muster")
    comment = network.pages.comment(anna, network.pages.post(page, page, "Heute neu").id, "<script>alert(1)</script>")
    network.pages.comment(page, comment.id, "Moin von der Seite")
    us = network.instagram.add(page, "brookwatt")
    remark = network.instagram.comment(anna, network.instagram.publish(us, "Unser Werk").id, "Schön")
    network.instagram.comment(us, remark.id, "Danke von Instagram")
    number = network.whatsapp.add("Brookwatt")
    network.whatsapp.write(number, anna, "Hallo")
    network.whatsapp.send(number, {"messaging_product": "whatsapp", "to": anna.id, "type": "text", "text": {"body": "Moin!"}})
    network.chats.write("messenger", page.id, anna, "Privat")
    async with GraphServer(network) as server, httpx2.AsyncClient(base_url=server.url, trust_env=False) as browser:
        first = (await browser.get("/show")).text
        for link in (f"/show/page/{page.id}", f"/show/instagram/{us.id}", f"/show/whatsapp/{number.id}"):
            assert link in first
        shown = await browser.get(f"/show/page/{page.id}")
        assert "Moin von der Seite" in shown.text
        assert "Privat" in shown.text
        assert "<script>" not in shown.text
        assert "<b>" not in shown.text
        assert "default-src 'none'" in shown.headers["content-security-policy"]
        assert "Danke von Instagram" in (await browser.get(f"/show/instagram/{us.id}")).text
        chat = (await browser.get(f"/show/whatsapp/{number.id}")).text
        assert "Moin!" in chat
        assert "sent" in chat
        assert (await browser.get("/show/page/1")).status_code == 404


def test_a_network_is_kept_over_a_restart():
    network = GraphNetwork(app_secret="s3cret")
    page, anna = network.pages.add("Brookwatt"), network.join("Anna Muster")
    comment = network.pages.comment(
        anna, network.pages.post(page, page, "Neu").id, "Frage", picture=network.picture(b"x", "image/png")
    )
    network.pages.answer_privately(page, comment.id)
    us = network.instagram.add(page, "brookwatt")
    network.instagram.comment(anna, network.instagram.publish(us, "Werk").id, "Schön")
    number = network.whatsapp.add("Brookwatt")
    network.whatsapp.write(number, anna, "Hallo")
    network.chats.write("messenger", page.id, anna, "Privat")
    again = GraphNetwork(app_secret="s3cret")
    restore(again, saved(network))
    for path in ("", f"page/{page.id}", f"instagram/{us.id}", f"whatsapp/{number.id}"):
        assert page_of(again, path) == page_of(network, path)
    assert again.tokens.holder(page.token, None).node == page.id
    with pytest.raises(Refused):
        again.pages.answer_privately(page, comment.id)
    again.people[anna.id].gone = True
    with pytest.raises(Refused):
        again.chats.send(again.chats.chat("messenger", page.id, anna), "Moin")
    assert again.join("Neu").id not in network.people
