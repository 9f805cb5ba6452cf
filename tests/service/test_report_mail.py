"""Scheduled reports: each time once, missed ones too, with the rights of whoever set them up; what went wrong is told."""

import io
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from uuid import UUID

import openpyxl
import pytest

from tests.kit import House, Person
from unisono.app.registry import Connectors
from unisono.app.report_files import FileMaker
from unisono.app.report_post import ChannelPost
from unisono.domain.errors import Forbidden, Invalid
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.ports.report_files import Sheet
from unisono.service.ports.report_mail import Letter, Maybe, NotSentYet
from unisono.service.reports.ask import Question
from unisono.service.reports.fold import fold_reports
from unisono.service.reports.post import ATTEMPTS, send_due
from unisono.service.reports.schedules import Wish, add_schedule, change_schedule, remove_schedule, schedules, send_now
from unisono.testing.mailhouse.submission import Submission

ANY = date(2000, 1, 1)
WISH = Wish(
    name="Jeden Morgen", question=Question(report="volume", first=ANY, last=ANY), form="xlsx", locale="de", rhythm="daily",
    minute=7 * 60, recipients=["chefin@firma.example", "leitung@firma.example"],
)  # fmt: skip


class Files:
    """Makes no files: what stands in them is looked at elsewhere."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []

    async def make(self, form: str, sheet: Sheet) -> bytes:
        self.sheets.append(sheet)
        return b"file"


class Post:
    """Takes mails, or fails as it is told."""

    def __init__(self) -> None:
        self.taken: list[Letter] = []
        self.fails: list[Exception] = []

    async def send(self, channel_id: UUID | None, letter: Letter) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.taken.append(letter)


async def chief_of(house: House) -> Person:
    person = await house.agent()
    actions = frozenset(ACTIONS)
    await house.sql("update role set actions = $1 where name = 'tester'", sorted(actions))
    return Person(id=person.id, access=Access(user_id=person.id, actions=actions, classes=dict.fromkeys(actions)))


async def set_up(house: House, **changes: object) -> tuple[Person, UUID]:
    house.clock.advance((datetime(2026, 11, 3, 12, tzinfo=UTC) - house.clock.now()).total_seconds())
    chief = await chief_of(house)
    wish = Wish(**{**{name: getattr(WISH, name) for name in WISH.__struct_fields__}, **changes})  # type: ignore[arg-type]
    return chief, await add_schedule(house.db, chief.access, new_id(), wish)


async def test_it_goes_out_at_its_time_once_about_the_day_before(house: House) -> None:
    await set_up(house)
    files, post = Files(), Post()
    assert await send_due(house.db, files, post) == 0
    house.clock.advance(18 * 3_600 + 60)
    assert await send_due(house.db, files, post) == 1
    assert await send_due(house.db, files, post) == 0
    [letter] = post.taken
    assert letter.recipients == ("chefin@firma.example", "leitung@firma.example")
    assert letter.file_name == "unisono-volume-2026-11-03-2026-11-03.xlsx"
    assert "03.11.2026" in letter.subject
    assert files.sheets[0].title == "Aufkommen"


async def test_what_was_missed_is_sent_once_each_about_its_own_day(house: House) -> None:
    await set_up(house)
    house.clock.advance(3 * 86_400)
    files, post = Files(), Post()
    await send_due(house.db, files, post)
    await send_due(house.db, files, post)
    assert [letter.file_name[15:25] for letter in post.taken] == ["2026-11-03", "2026-11-04", "2026-11-05"]
    house.clock.advance(60 * 86_400)
    before = len(post.taken)
    await send_due(house.db, files, post)
    assert 30 <= len(post.taken) - before <= 36, "nobody wants two months of mails at once"


async def test_two_nodes_send_it_once(house: House) -> None:
    import asyncio

    await set_up(house)
    house.clock.advance(86_400)
    post = Post()
    await asyncio.gather(*(send_due(house.db, Files(), post) for _ in range(4)))
    assert len(post.taken) == 1


async def test_what_cannot_be_sent_now_is_tried_again_and_then_told(house: House) -> None:
    chief, _ = await set_up(house)
    house.clock.advance(86_400)
    post = Post()
    post.fails = [NotSentYet("the server is away")]
    await send_due(house.db, Files(), post)
    [one] = await schedules(house.db, chief.access)
    assert (one.runs[0].state, one.runs[0].problem) == ("retrying", "the server is away")
    house.clock.advance(301)
    assert await send_due(house.db, Files(), post) == 1
    post.fails = [NotSentYet("the server is away")] * ATTEMPTS
    house.clock.advance(86_400)
    for _ in range(ATTEMPTS):
        await send_due(house.db, Files(), post)
        house.clock.advance(3_600)
    [one] = await schedules(house.db, chief.access)
    assert [run.state for run in one.runs][:2] == ["failed", "sent"]
    assert [e["type"] for e in await house.sql("select type from event where type like 'report.%' order by at")] == [
        "report.sent", "report.not_sent",
    ]  # fmt: skip


async def test_of_an_unknown_fate_is_told_and_nothing_is_sent_twice(house: House) -> None:
    chief, _ = await set_up(house)
    house.clock.advance(86_400)
    post = Post()
    post.fails = [Maybe("no answer after the text")]
    await send_due(house.db, Files(), post)
    await house.sql("update report_run set state = 'sending', next_at = $1", house.clock.now())
    house.clock.advance(1)
    assert await send_due(house.db, Files(), post) == 0, "a node that ended while it handed the mail over"
    [one] = await schedules(house.db, chief.access)
    assert one.runs[0].state == "unknown"
    assert post.taken == []


async def test_it_is_made_with_the_rights_of_its_owner_at_that_time(house: House) -> None:
    chief, made = await set_up(house)
    await house.sql("update app_user set disabled_at = now() where id = $1", chief.id)
    house.clock.advance(86_400)
    post = Post()
    await send_due(house.db, Files(), post)
    assert post.taken == []
    [one] = await schedules(house.db, chief.access)
    assert one.runs[0].state == "failed"
    assert "report.read" in one.runs[0].problem
    await send_now(house.db, chief.access, made)
    await remove_schedule(house.db, chief.access, made)
    assert await schedules(house.db, chief.access) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recipients": []}, "bad_recipients"), ({"recipients": ["nobody"]}, "bad_email"), ({"form": "odt"}, "not_one_of"),
        ({"minute": 1_440}, "bad_time"), ({"question": Question(report="people", first=ANY, last=ANY)}, "not_by_mail"),
    ],
)  # fmt: skip
async def test_what_cannot_go_out_is_refused(house: House, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as error:
        await set_up(house, **changes)
    assert error.value.code == code
    anna = await house.agent()
    with pytest.raises(Forbidden):
        await schedules(house.db, anna.access)


async def test_a_real_mail_server_gets_it_and_another_program_reads_the_workbook(house: House) -> None:
    chief, made = await set_up(house)
    queue = await house.queue()
    channel = await house.channel(queue)
    await house.hear(channel, *({"id": str(n), "by": f"c{n}", "text": "Hallo"} for n in range(3)))
    await house.sql("update channel set connector = 'elsewhere' where id = $1", channel.id)
    assert await fold_reports(house.db) > 0
    server = Submission()
    server.start()
    try:
        mailbox = await house.channel(queue, medium="mail")
        config = {
            "address": "berichte@firma.example", "sender_name": "Unisono", "imap_host": "127.0.0.1", "imap_port": 1,
            "imap_security": "none", "smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none",
        }  # fmt: skip
        await house.sql(
            "update channel set connector = 'email', network = 'email', config = $2 where id = $1", mailbox.id, config
        )
        wish = Wish(**{**{name: getattr(WISH, name) for name in WISH.__struct_fields__}, "channel_id": mailbox.id})
        await change_schedule(house.db, chief.access, made, wish)
        house.clock.advance(86_400)
        from msgspec.structs import replace

        outside = replace(house.outside, registry=Connectors(), secrets=NoSecrets())
        assert await send_due(house.db, FileMaker(), ChannelPost(outside)) == 1
        [taken] = server.taken
    finally:
        server.stop()
    assert taken.recipients == ("chefin@firma.example", "leitung@firma.example")
    mail = message_from_bytes(taken.content, policy=policy.default)
    assert mail["Auto-Submitted"] == "auto-generated"
    [file] = list(mail.iter_attachments())  # type: ignore[attr-defined]
    assert file.get_filename() == "unisono-volume-2026-11-03-2026-11-03.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(file.get_content())).active
    [total] = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Gesamt"]
    assert total[1] == 3


class NoSecrets:
    """A mailbox that asks for no log-in."""

    async def get(self, channel_id: UUID, name: str) -> str | None:
        return None
