"""Approved texts: sent filled in, also after the window, with all their parameters; long texts in parts where that may be."""

from typing import Any, ClassVar

import msgspec
import pytest

from tests.kit import House, Scripted
from tests.service.test_sending import delivery, send
from tests.service.test_work import working
from unisono.contract import Template, TemplateChoice, TextLimit
from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.service.answer import Answer, answer


class Approved(Scripted):
    """Knows two templates; one is paused. Takes a long text in two parts."""

    caps: ClassVar = msgspec.structs.replace(Scripted.caps, templates=True, text=TextLimit(maximum=40), max_parts=2)

    async def templates(self) -> list[Template]:
        return [
            Template(name="visit", language="de", text="Guten Tag {{1}}, wir kommen {{2}}.", parameters=("1", "2")),
            Template(name="sale", language="de", text="Rabatt!", usable=False, status="paused"),
        ]


@pytest.fixture
async def scene(house: House) -> Any:
    house.outside.registry._code = Approved  # type: ignore[attr-defined]
    person, _, interaction = await working(house)
    return house, person, interaction


def chosen(name: str = "visit", **parameters: str) -> Answer:
    values = {key.removeprefix("p"): value for key, value in parameters.items()}
    choice = TemplateChoice(name=name, language="de", parameters=values)
    return Answer(message_id=new_id(), text="", visibility="public", template=choice)


async def test_a_template_is_sent_after_the_window_has_closed(scene: Any) -> None:
    house, person, interaction = scene
    await house.sql("update conversation set reply_rule = 'template_only', reply_until = now() - interval '1 year'")
    with pytest.raises(Invalid):
        await answer(house.outside, person.access, interaction, Answer(message_id=new_id(), text="Hallo", visibility="public"))
    await answer(house.outside, person.access, interaction, chosen(p1="Anna", p2="morgen"))
    await send(house)
    assert await delivery(house) == ["sent"]
    [sent] = Scripted.sent
    assert sent.template == TemplateChoice(name="visit", language="de", parameters={"1": "Anna", "2": "morgen"})
    assert (sent.text, sent.details) == ("Guten Tag Anna, wir kommen morgen.", {})


@pytest.mark.parametrize(
    "draft", [chosen(p1="Anna"), chosen(p1="Anna", p2="heute", p3="zu viel"), chosen("sale"), chosen("unknown")]
)
async def test_what_the_network_would_refuse_is_told_before(scene: Any, draft: Answer) -> None:
    house, person, interaction = scene
    with pytest.raises(Invalid):
        await answer(house.outside, person.access, interaction, draft)
    assert await house.sql("select 1 from outbox") == []


async def test_a_long_text_may_go_in_as_many_parts_as_the_network_takes(scene: Any) -> None:
    house, person, interaction = scene
    two = Answer(message_id=new_id(), text="Wort " * 12, visibility="public")
    await answer(house.outside, person.access, interaction, two)
    with pytest.raises(Invalid) as refused:
        three = Answer(message_id=new_id(), text="Wort " * 20, visibility="public")
        await answer(house.outside, person.access, interaction, three)
    assert refused.value.code == "too_long"
