"""The rules that follow the log."""

from collections.abc import Callable

from tests.laws.law3.scene import MORE, Case, Scene, Step, case
from unisono.domain.ids import new_id
from unisono.policy.rules.language import Action, Verb
from unisono.service.answer import Answer, answer
from unisono.service.ports.rules import StoredRule
from unisono.service.rules.follow import follow_log, look_at_waiting
from unisono.service.rules.manage import add_rule


async def _rule(s: Scene, trigger: str, action: Action, after_s: int | None = None) -> None:
    rule = StoredRule(
        id=new_id(), name="Probe", position=0, trigger=trigger, after_s=after_s, match_all=True, conditions=[], actions=[action],
        stop=False, enabled=True,
    )  # fmt: skip
    await add_rule(s.house.db, s.anna.access, rule)


@case("rules.follow.follow_log")
async def _follow(s: Scene) -> Step:
    await follow_log(s.house.outside)
    await _rule(s, "answered", Action(verb=Verb.NOTE, value="beantwortet"))
    draft = Answer(message_id=new_id(), text="Moin", visibility="public")
    await answer(s.house.outside, s.anna.access, await s.active(), draft)
    return lambda: follow_log(s.house.outside)


@case("rules.follow.look_at_waiting")
async def _waiting(s: Scene) -> Step:
    await _rule(s, "waiting", Action(verb=Verb.QUEUE, value=str(s.other_queue)), after_s=60)
    await s.house.hear(s.channel, {"id": "9", "text": "Noch eine", "by": "c9"})
    return lambda: look_at_waiting(s.house.outside)


def _does(verb: Verb, value: Callable[[Scene], str]) -> Case:
    async def prepared(s: Scene) -> Step:
        await _rule(s, "waiting", Action(verb=verb, value=value(s)), after_s=60)
        await s.house.hear(s.channel, {"id": "9", "text": "Noch eine", "by": "c9"})
        return lambda: look_at_waiting(s.house.outside)

    return prepared


MORE["rules.follow.look_at_waiting: tells somebody"] = _does(Verb.NOTIFY, lambda s: str(s.ben.id))
MORE["rules.follow.look_at_waiting: asks for approval"] = _does(Verb.APPROVAL, lambda s: "everybody")


async def _classed(s: Scene) -> Step:
    [row] = await s.house.sql("select id from work_class where key = 'call'")
    return await _does(Verb.CLASS, lambda _: str(row["id"]))(s)


MORE["rules.follow.look_at_waiting: says what class it is"] = _classed
