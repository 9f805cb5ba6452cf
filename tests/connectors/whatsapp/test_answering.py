"""Answers go out once, in the window as one likes, afterwards as an approved template; an unknown end is found out."""

import json
from typing import Any

import jsonschema
import msgspec
import pytest

from tests.connectors.graph.test_double import SCHEMAS
from tests.connectors.whatsapp.conftest import NumberDesk
from unisono.contract import (
    NotSent,
    OutAttachment,
    PullFailed,
    Reject,
    Sent,
    TemplateChoice,
    ThreadRef,
    Undecidable,
    Unknown,
)
from unisono.domain.words import Visibility
from unisono.testing.networks.graph import Said, Template
from unisono.testing.sandbox.faults import Effect, Fault

SCHEMA = json.loads((SCHEMAS / "whatsapp_message.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def every_request_is_as_the_api_describes_it(desk: NumberDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold what we hand over to the schema of Meta's own OpenAPI, whatever the test is about."""
    handed_over = desk.connector._answering._graph.handed_over

    async def held(method: str, path: str, **more: Any) -> Any:
        if path.endswith("/messages"):
            jsonschema.validate(more["json"], SCHEMA)
        return await handed_over(method, path, **more)

    monkeypatch.setattr(desk.connector._answering._graph, "handed_over", held)


async def asked(desk: NumberDesk):
    desk.network.whatsapp.write(desk.number, desk.anna, "Was kostet das?")
    return await desk.one()


def ours(desk: NumberDesk) -> list[Said]:
    return [said for said in desk.network.whatsapp.of(desk.number) if said.ours]


def file_of(media_type: str, name: str, content: bytes = b"content") -> OutAttachment:
    async def read() -> bytes:
        return content

    return OutAttachment(name=name, media_type=media_type, size_bytes=len(content), read=read)


async def test_an_answer_names_what_it_answers_and_carries_our_key(desk: NumberDesk):
    event = await asked(desk)
    message = desk.answer(event, "Nichts.")
    assert isinstance(await desk.connector.send(message, 1), Sent)
    [said] = ours(desk)
    assert (said.text, said.context, said.opaque, said.person.id) == ("Nichts.", event.remote_id, message.key, desk.anna.id)


@pytest.mark.parametrize(
    ("media_type", "name", "text", "kind"),
    [
        ("image/png", "a.png", "Bild", "image"),
        ("application/pdf", "a.pdf", "Rechnung", "document"),
        ("video/mp4", "a.mp4", "", "video"),
        ("audio/ogg", "a.ogg", "", "audio"),
    ],
)
async def test_a_file_goes_with_its_caption(desk: NumberDesk, media_type: str, name: str, text: str, kind: str):
    event = await asked(desk)
    result = await desk.connector.send(desk.answer(event, text, attachments=(file_of(media_type, name),)), 1)
    assert isinstance(result, Sent), result
    [said] = ours(desk)
    assert (said.kind, said.text) == (kind, text)
    assert said.picture is not None
    assert said.picture.content == b"content"


@pytest.mark.parametrize(
    ("text", "files", "code"),
    [("x" * 4_097, (), "too_long"), ("x" * 1_025, ("image/png",), "too_long"), ("Hör zu", ("audio/ogg",), "media"),
     ("", ("image/png", "image/png"), "media")],
)  # fmt: skip
async def test_what_does_not_fit_is_not_sent(desk: NumberDesk, text: str, files: tuple[str, ...], code: str):
    event = await asked(desk)
    attachments = tuple(file_of(media_type, "a") for media_type in files)
    result = await desk.connector.send(desk.answer(event, text, attachments=attachments), 1)
    assert isinstance(result, Reject)
    assert result.code == code
    assert ours(desk) == []


async def test_a_public_thread_is_refused(desk: NumberDesk):
    event = await asked(desk)
    thread = ThreadRef(visibility=Visibility.PUBLIC, root_id=event.thread.root_id)
    assert isinstance(await desk.connector.send(desk.answer(event, thread=thread), 1), Reject)


async def test_after_a_day_a_text_fails_by_status_and_a_template_arrives(desk: NumberDesk):
    desk.network.whatsapp.templates[desk.number.account] += [
        Template(name="still_there", language="de", text="Hallo {{1}}, brauchen Sie noch Hilfe zu {{2}}?"),
        Template(name="not_yet", language="de", text="Hallo {{name}}", status="PENDING"),
    ]
    event = await asked(desk)
    desk.forward(hours=25)
    assert isinstance(await desk.connector.send(desk.answer(event), 1), Sent)
    assert desk.told().value["statuses"][0]["errors"][0]["code"] == 131047
    assert ours(desk) == []
    found = {template.name: template for template in await desk.connector.templates()}
    assert (found["still_there"].parameters, found["still_there"].usable) == (("1", "2"), True)
    assert (found["not_yet"].parameters, found["not_yet"].usable, found["not_yet"].status) == (("name",), False, "pending")
    choice = TemplateChoice(name="still_there", language="de", parameters={"2": "Strom", "1": "Anna"})
    result = await desk.connector.send(desk.answer(event, "Hallo Anna", template=choice), 1)
    assert isinstance(result, Sent), result
    [said] = ours(desk)
    parameters = said.body["components"][0]["parameters"]
    assert [parameter["text"] for parameter in parameters] == ["Anna", "Strom"]
    refused = await desk.connector.send(desk.answer(event, template=msgspec.structs.replace(choice, name="not_yet")), 1)
    assert isinstance(refused, Reject)


async def test_what_never_arrived_is_known_by_the_numbers_history(desk: NumberDesk):
    event = await asked(desk)
    assert isinstance(await desk.connector.send(desk.answer(event, "Vorher"), 1), Sent)
    message = desk.answer(event, "Verloren")
    desk.server.fault(Fault(effect=Effect.DROP, methods=("POST",), path="*/messages"))
    assert isinstance(await desk.connector.send(message, 1), Unknown)
    assert isinstance(await desk.connector.reconcile(message), NotSent)


async def test_what_arrived_unseen_stays_open_until_its_status_names_it(desk: NumberDesk):
    event = await asked(desk)
    message = desk.answer(event, "Angekommen")
    desk.server.fault(Fault(effect=Effect.ACCEPT_THEN_DROP, methods=("POST",), path="*/messages"))
    assert isinstance(await desk.connector.send(message, 1), Unknown)
    with pytest.raises(PullFailed):
        await desk.connector.reconcile(message)
    await desk.heard()
    found = await desk.connector.reconcile(message)
    assert isinstance(found, Sent)
    assert found.remote_id == ours(desk)[0].id


async def test_a_status_that_never_comes_leaves_it_to_a_person(desk: NumberDesk):
    event = await asked(desk)
    message = desk.answer(event, "Angekommen")
    desk.server.fault(Fault(effect=Effect.ACCEPT_THEN_DROP, methods=("POST",), path="*/messages"))
    await desk.connector.send(message, 1)
    desk.forward(minutes=20)
    assert isinstance(await desk.connector.reconcile(message), Undecidable)
