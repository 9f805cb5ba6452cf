"""Answering at the desk: canned answers, taking back, later, approval, mentions, third parties, and all that stands around them."""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.kit import browser, command, listen_for_errors, window
from tests.browser.test_desk_channels import desk, violations
from tests.kit import House, Scripted
from tests.service.test_aside import Posting
from tests.web.conftest import EVERYTHING, PASSWORD, MakeHouse
from tests.web.network import Networks
from unisono.contract import Above, Author, MediaLimit, TextLimit, ThreadRef
from unisono.contract.connector import ConnectorType
from unisono.domain.ids import new_id
from unisono.service.sender import Sender
from unisono.service.setup_views import GrantView
from unisono.service.users import add_user

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc00000030101002718e36f"
    "0000000049454e44ae426082"
)
WAV = (
    b"RIFF\x2c\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x08\x00\x00\x00"
    + bytes(8)
)


class Square(Scripted):
    """A public place: comments hang on a post, and can be answered in private."""

    caps: ClassVar = msgspec.structs.replace(
        Scripted.caps, private_reply=True, private_text=TextLimit(maximum=100), context=True,
        media=MediaLimit(max_count=2, types=("image/*",), max_bytes=1_000),
    )  # fmt: skip

    async def context(self, thread: ThreadRef, remote_id: str) -> list[Above]:
        return [
            Above(
                remote_id="post",
                author=Author(remote_id="us", display_name="Brookwatt"),
                text="Heute ohne Strom: Weststadt",
                own=True,
            )
        ]


class Postbox(Posting):
    """Private threads with subject, copies and third parties."""

    caps: ClassVar = msgspec.structs.replace(
        Posting.caps, text=TextLimit(), subject=True, copies=True, forward=True,
        media=MediaLimit(max_count=5, types=("*/*",), max_bytes=1_000_000),
    )  # fmt: skip


class Both(Networks):
    def code(self, connector: str) -> ConnectorType:
        return {"scripted": Square, "network": Postbox}.get(connector) or super().code(connector)


class Story:
    """A house with people in it, whose answers are really sent."""

    def __init__(self, house: Any, url: str) -> None:
        self.house, self.url = house, url
        self.kit = House(house.db, house.bell, house.clock)
        self.kit.outside = house.outside

    async def person(self, login: str, *roles: str) -> UUID:
        person = await add_user(
            self.house.db, EVERYTHING, new_id(), login=login, name=login.title(),
            grants=[GrantView(role=role, scope_kind="organisation") for role in roles],
            password_hash=await self.house.passwords.hash(PASSWORD),
        )  # fmt: skip
        await self.kit.sql("update app_user set locale = 'en' where id = $1", person)
        return person

    async def undo_s(self, seconds: int) -> None:
        await self.kit.sql("update setting set value = to_jsonb($1::int) where name = 'answer.undo_s'", seconds)

    async def files(self, *files: tuple[str, str, bytes]) -> None:
        """Files that came with the only message."""
        for place, (name, kind, content) in enumerate(files):
            file = new_id()
            await self.house.files.put(file, content)
            await self.kit.sql(
                "insert into attachment (id, message_id, name, media_type, size_bytes, position, state) "
                "select $1, id, $2, $3, $4, $5, 'stored' from message", file, name, kind, len(content), place,
            )  # fmt: skip

    async def in_hand(self, login: str, who: str = "anna") -> UUID:
        """The open enquiry of a customer, in this person's hands; returns the conversation."""
        await self.kit.sql("update agent set state = 'busy', capacity = 600")
        [row] = await self.kit.sql(
            "update interaction i set state = 'active', agent_id = (select id from app_user where login = $1), version = i.version + 1 "
            "from conversation c join identity n on n.id = c.identity_id where c.id = i.conversation_id and n.remote_id = $2 "
            "returning i.conversation_id", login, who,
        )  # fmt: skip
        return row["conversation_id"]  # type: ignore[no-any-return]


@asynccontextmanager
async def story(make_house: MakeHouse) -> AsyncIterator[Story]:
    Scripted.sent, Scripted.results, Scripted.found = [], [], []
    async with desk(make_house, Both()) as (house, url):
        sending = asyncio.create_task(Sender(house.outside, "test").run())
        try:
            yield Story(house, url)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending


async def log_in(context: BrowserContext, url: str, login: str, path: str = "/work") -> Page:
    page = await context.new_page()
    await page.goto(f"{url}{path}")
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_role("navigation").first).to_be_visible()
    return page


async def look(page: Page, name: str) -> None:
    """Keep a sight of the page where a folder for them is named."""
    if folder := os.environ.get("UNISONO_TEST_SIGHTS"):
        await page.screenshot(path=Path(folder) / f"answering-{name}.png")


def text(page: Page) -> Any:
    return page.get_by_test_id("composer").locator("textarea")


async def test_texts_are_found_by_typing_and_what_was_sent_is_taken_back_put_off_and_approved(make_house: MakeHouse) -> None:
    async with (
        story(make_house) as it,
        browser() as started,
        window(started, locale="en-GB") as first,
        window(started, locale="en-GB") as second,
    ):
        await it.person("ilka", "agent")
        await it.person("sven", "supervisor")
        await it.undo_s(30)
        channel = await it.kit.channel()
        await it.kit.hear(channel, {"id": "post1", "text": "Wann kommt der Strom?", "name": "Erika Muster", "at": it.house.clock.now().isoformat()})  # fmt: skip
        where = await it.in_hand("ilka")
        await it.files(("zaehler.png", "image/png", PNG), ("ton.wav", "audio/wav", WAV))
        ilka = await log_in(first, it.url, "ilka", "/settings/canned-answers")
        errors = listen_for_errors(ilka)

        # A text of one's own, with a variable that there is not, then with one that there is.
        await expect(ilka.get_by_text("No canned answers yet")).to_be_visible()
        await ilka.get_by_role("button", name="Add canned answer").click()
        dialog = ilka.get_by_role("dialog")
        await dialog.get_by_label("Name", exact=True).fill("Begrüßung")
        await dialog.get_by_label("Short word").fill("hallo")
        await dialog.get_by_label("German").fill("Hallo {customer.vorname}")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("customer.vorname")
        await dialog.get_by_label("German").fill("Hallo ")
        await dialog.get_by_role("button", name="{customer.first_name}").click()
        await dialog.get_by_role("button", name="Save").click()
        await expect(ilka.get_by_role("cell", name="/hallo")).to_be_visible()
        assert await violations(ilka) == []
        await look(ilka, "canned-page")

        # It is found by typing, previewed filled in, and put where it was asked for.
        await ilka.goto(f"{it.url}/conversation/{where}")
        await expect(ilka.get_by_test_id("context")).to_contain_text("Heute ohne Strom")
        await text(ilka).press_sequentially("/ha")
        await expect(ilka.get_by_test_id("canned-preview")).to_have_text("Hallo Erika")
        assert await violations(ilka) == []
        await look(ilka, "canned-picker")
        await text(ilka).press("Enter")
        await expect(text(ilka)).to_have_value("Hallo Erika")

        # Sent, seen to be leaving, and taken back by key before it left.
        await text(ilka).press_sequentially(", um acht.")
        await text(ilka).press("Control+Enter")
        await expect(ilka.get_by_test_id("held")).to_contain_text("Is sent in")
        await look(ilka, "grace")
        await text(ilka).press("Control+z")
        await expect(text(ilka)).to_have_value("Hallo Erika, um acht.")
        await expect(ilka.get_by_test_id("held")).to_have_count(0)
        assert Scripted.sent == []

        # Sent later; then its time is changed, then it is called off.
        await ilka.get_by_role("button", name="More ways to send").click()
        await ilka.get_by_role("menuitem", name="Send later").click()
        await ilka.get_by_role("checkbox", name="Do not send it if the customer writes before").check()
        await look(ilka, "later")
        await ilka.get_by_role("button", name="Tomorrow morning").click()
        await expect(ilka.get_by_test_id("held")).to_contain_text("Not if the customer writes before.")
        await ilka.get_by_role("button", name="Change the time").click()
        at = (it.house.clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT10:30")
        await ilka.get_by_label("Date and time of your own").fill(at)
        await ilka.get_by_role("button", name="Schedule", exact=True).click()
        await expect(ilka.get_by_test_id("held")).to_contain_text("10:30")
        await it.kit.hear(
            channel,
            {"id": "c2", "root": "post1", "parent": "post1", "text": "Schon erledigt!", "at": it.house.clock.now().isoformat()},
        )
        await expect(ilka.get_by_test_id("held")).to_contain_text("customer has written")
        await ilka.get_by_role("button", name="Cancel it").click()
        await expect(ilka.get_by_test_id("held")).to_have_count(0)

        # With a colleague's approval: they find it, see who writes, say what should be better.
        sven = await log_in(second, it.url, "sven")
        await text(ilka).fill("Geht klar.")
        await ilka.get_by_role("button", name="More ways to send").click()
        await ilka.get_by_role("menuitem", name="approval").click()
        await expect(ilka.get_by_test_id("held")).to_contain_text("Waits for a colleague")
        await expect(sven.get_by_test_id("notices")).to_contain_text("1")
        await sven.get_by_role("link", name="For me").click()
        await sven.get_by_role("button", name="Reject").click()
        await sven.get_by_label("What should be better?").fill("Bitte mit Anrede")
        await look(sven, "approvals")
        assert await violations(sven) == []
        await sven.get_by_role("button", name="Reject", exact=True).click()
        await expect(ilka.get_by_test_id("held")).to_contain_text("Sven did not approve it")
        await expect(ilka.get_by_text("Bitte mit Anrede")).to_be_visible()
        await ilka.get_by_role("button", name="Take back and edit").click()
        await expect(text(ilka)).to_have_value("Geht klar.")
        await text(ilka).fill("Liebe Frau Muster, geht klar.")
        await ilka.get_by_role("button", name="More ways to send").click()
        await ilka.get_by_role("menuitem", name="approval").click()
        await sven.get_by_role("button", name="Approve").click()
        await expect(ilka.locator("[data-testid=delivery]")).to_contain_text("Sent")
        assert [message.text for message in Scripted.sent] == ["Liebe Frau Muster, geht klar."]

        # Who else is here and who writes is seen; a note names a colleague, who is told.
        await sven.goto(f"{it.url}/conversation/{where}")
        await expect(ilka.get_by_text("Sven", exact=False).first).to_be_visible()
        await sven.get_by_role("button", name="Note", exact=True).click()
        await text(sven).press_sequentially("@il")
        await sven.get_by_role("option", name="Ilka").click()
        await expect(ilka.get_by_test_id("writing")).to_contain_text("Sven is writing a note")
        await look(ilka, "writing")
        await text(sven).press_sequentially("weißt du mehr?")
        await text(sven).press("Control+Enter")
        await expect(ilka.get_by_test_id("notices")).to_contain_text("1")
        await ilka.get_by_role("link", name="For me").click()
        await expect(ilka.get_by_test_id("mention")).to_contain_text("@Ilka weißt du mehr?")
        assert await violations(ilka) == []
        await look(ilka, "mentions")
        await ilka.get_by_role("button", name="Mark as read").click()
        await expect(ilka.get_by_test_id("notices")).to_have_count(0)

        # Files: seen by keyboard in the page; a pasted one goes out with the private answer to the comment.
        await ilka.goto(f"{it.url}/conversation/{where}")
        await ilka.get_by_role("link", name="zaehler.png").click()
        await expect(ilka.get_by_test_id("lightbox-image").locator("img")).to_be_visible()
        await ilka.keyboard.press("ArrowRight")
        await expect(ilka.get_by_test_id("lightbox-audio").locator("audio")).to_be_visible()
        await look(ilka, "lightbox")
        assert await violations(ilka) == []
        await ilka.keyboard.press("Escape")
        await ilka.get_by_test_id("events").first.locator("summary").click()
        await expect(ilka.get_by_test_id("events").first).to_contain_text("came into")
        await ilka.get_by_role("button", name="Privately instead").click()
        await expect(ilka.get_by_test_id("audience")).to_contain_text("Only Anna reads this")
        await text(ilka).fill("Ihre Nummer bitte")
        await look(ilka, "whisper")
        await ilka.get_by_test_id("send").click()
        await expect(ilka.get_by_test_id("linked")).to_be_visible()
        assert Scripted.sent[-1].private_reply_to == "c2"
        # The browser tells of the variable that there is not; nothing else went wrong.
        assert [error for error in errors if "422" not in error] == []


async def test_a_mail_goes_to_all_and_to_a_third_party_whose_answer_comes_back(make_house: MakeHouse) -> None:
    async with story(make_house) as it, browser() as started, window(started, locale="en-GB") as context:
        await it.person("ilka", "agent")
        await it.kit.sql(
            "insert into brand (id, key, name, signature) values ($1, 'haus', 'Haus', '{agent.name} · {channel.brand}')", new_id()
        )
        channel = await it.kit.channel(medium="mail")
        await it.kit.sql("update channel set connector = 'network', network = 'network', brand_id = (select id from brand)")
        async with it.house.db.read() as tx:
            channel = await tx.channels.facts(channel.id)
        now = it.house.clock.now()
        said = {
            "id": "m1",
            "by": "erika@example.org",
            "name": "Erika Muster",
            "subject": "Zähler",
            "text": "Der Zähler steht.",
            "visibility": "private",
        }
        await it.kit.hear(channel, {**said, "at": (now - timedelta(hours=1)).isoformat()})
        await it.kit.sql('update message_text set details = \'{"cc": ["max@example.org"]}\'')
        where = await it.in_hand("ilka", "erika@example.org")
        page = await log_in(context, it.url, "ilka", f"/conversation/{where}")
        errors = listen_for_errors(page)

        # To all, with the signature below that mails have by themselves; a file by pasting.
        await expect(page.get_by_test_id("signature")).to_contain_text("Ilka · Haus")
        await page.get_by_role("button", name="Reply to all").click()
        await expect(page.get_by_role("textbox", name="Cc", exact=True)).to_have_value("max@example.org")
        await page.get_by_label("Others as well").fill("chef@example.org")
        await text(page).fill("Wir kommen vorbei.")
        await text(page).evaluate(
            """(area) => { const data = new DataTransfer(); data.items.add(new File(['Plan'], 'plan.txt', { type: 'text/plain' }));
            area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }"""
        )
        await expect(page.get_by_test_id("upload")).to_contain_text("plan.txt")
        # Another one is dropped, and a colleague reads along without anybody's seeing it.
        await page.get_by_test_id("composer").evaluate(
            """(one) => { const data = new DataTransfer(); data.items.add(new File(['Bild'], 'karte.txt', { type: 'text/plain' }));
            for (const kind of ['dragover', 'drop']) one.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })); }"""
        )
        await expect(page.get_by_test_id("upload")).to_have_count(2)
        await page.get_by_role("textbox", name="Bcc", exact=True).fill("archiv@example.org")
        await look(page, "mail")
        assert await violations(page) == []
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("delivery")).to_contain_text("Sent")
        [sent] = Scripted.sent
        assert (sent.text, sent.subject) == ("Wir kommen vorbei.\n\nIlka · Haus", "Re: Zähler")
        assert (sent.details["to"], sent.details["cc"]) == (["chef@example.org"], ["max@example.org"])
        assert sent.details["bcc"] == ["archiv@example.org"]
        assert [file.name for file in sent.attachments] == ["plan.txt", "karte.txt"]

        # Passed on to a third party; the customer's answer and theirs cannot be mixed up.
        await text(page).fill("Ein Entwurf für Frau Muster")
        await page.get_by_test_id("message").first.get_by_role("button", name="Forward").click()
        await page.get_by_label("Forward to", exact=True).fill("werk@partner.example")
        await expect(page.get_by_label("What you write to the third party")).to_have_value(
            re.compile("Forwarded message.*Der Zähler steht", re.DOTALL)
        )
        await page.get_by_label("What you write to the third party").press_sequentially("Könnt ihr kommen?")
        await look(page, "forward")
        assert await violations(page) == []
        await page.get_by_test_id("send").click()
        third = page.locator("[data-testid=message]", has=page.get_by_test_id("aside"))
        await expect(third.get_by_test_id("delivery")).to_contain_text("Sent")
        await expect(text(page)).to_have_value("Ein Entwurf für Frau Muster")
        forward = Scripted.sent[-1]
        assert (forward.recipient.handle, forward.references) == ("werk@partner.example", ())
        await it.kit.hear(channel, {
            "id": "p1", "by": "werk@partner.example", "name": "Werk", "subject": "Re: Zähler", "text": "Dienstag um neun.", "visibility": "private",
            "root": f"remote-{forward.key}", "aliases": [f"remote-{forward.key}"], "at": it.house.clock.now().isoformat(),
        })  # fmt: skip
        await expect(third.last).to_contain_text("Dienstag um neun.")
        await expect(third.last).to_contain_text("Third party")
        await look(page, "third")
        # The scripted network puts an at sign before every handle; a mail's is an address.
        await it.kit.sql("update identity set handle = ltrim(handle, '@') where remote_id = 'werk@partner.example'")
        await page.reload()
        await third.last.get_by_role("button", name="Answer the third party").click()
        await expect(page.get_by_test_id("audience")).to_contain_text("never to the customer")
        await page.get_by_label("What you write to the third party").fill("Danke!")
        await page.get_by_test_id("send").click()
        await expect(third).to_have_count(3)
        await expect(third.last.get_by_test_id("delivery")).to_contain_text("Sent")
        assert Scripted.sent[-1].recipient.handle == "werk@partner.example"
        assert Scripted.sent[-1].in_reply_to == "p1"
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("delivery")).to_have_text(["Sent"] * 4)
        assert Scripted.sent[-1].recipient.remote_id == "erika@example.org"
        assert "p1" not in Scripted.sent[-1].references
        assert Scripted.sent[-1].in_reply_to == "m1"

        # The whole history, on all channels, with a word by a key.
        other = await it.kit.channel()
        await it.kit.hear(
            other, {"id": "x1", "by": "erika_m", "text": "Hallo? Auch hier!", "at": (now - timedelta(days=1)).isoformat()}
        )
        await it.kit.sql(
            "update identity set customer_id = (select customer_id from identity where remote_id = 'erika@example.org') where remote_id = 'erika_m'"
        )
        await page.reload()
        await expect(page.get_by_role("button", name="Whole history")).to_be_visible()
        await command(page, "Whole history")
        whole = page.get_by_test_id("whole-history")
        await expect(whole).to_contain_text("Auch hier!")
        await expect(whole).to_contain_text("Der Zähler steht.")
        await look(page, "history")
        assert await violations(page) == []
        assert errors == []
