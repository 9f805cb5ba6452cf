"""The rules' mind: the same every time, in order, each at most once, and nothing goes round."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from unisono.policy.rules.decide import MOST_TIMES, Facts, after, decide, judge, said
from unisono.policy.rules.language import Action, Condition, Op, Rule, Trigger, Verb
from unisono.service.rules.facts import fold


def rule(number: int, *conditions: Condition, actions: tuple[Action, ...] = (), **more: object) -> Rule:
    return Rule(
        id=UUID(int=number), position=number, trigger=Trigger.CREATED, conditions=conditions,
        actions=actions or (Action(verb=Verb.NOTE, value="x"),), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def about(text: str, **facts: object) -> Facts:
    return Facts(words=f" {fold(text)} ", **facts)  # type: ignore[arg-type]


def asks(field: str, op: Op, *values: str) -> Condition:
    return Condition(field=field, op=op, values=values)


CONDITIONS = st.one_of(
    st.builds(asks, st.just("queue"), st.sampled_from([Op.IS, Op.IS_NOT]), st.sampled_from("abc")),
    st.builds(asks, st.just("skill"), st.sampled_from([Op.HAS, Op.HAS_NOT]), st.sampled_from("xyz")),
    st.builds(asks, st.just("priority"), st.sampled_from([Op.AT_LEAST, Op.AT_MOST]), st.sampled_from(["-5", "0", "5"])),
    st.builds(asks, st.just("text"), st.just(Op.CONTAINS_ANY), st.sampled_from(["rechnung", "danke", "rech*"])),
)
ACTIONS = st.one_of(
    st.builds(lambda v: Action(verb=Verb.QUEUE, value=v), st.sampled_from("abc")),
    st.builds(lambda v: Action(verb=Verb.SKILL, value=v), st.sampled_from("xyz")),
    st.builds(lambda v: Action(verb=Verb.PRIORITY, value=v), st.sampled_from(["-5", "0", "5"])),
    st.just(Action(verb=Verb.CLOSE, value="c")),
    st.just(Action(verb=Verb.NOTE, value="n")),
)
RULES = st.lists(
    st.builds(
        Rule,
        id=st.integers(0, 50).map(lambda n: UUID(int=n)), position=st.integers(0, 3), trigger=st.just(Trigger.CREATED),
        conditions=st.lists(CONDITIONS, max_size=3).map(tuple), match_all=st.booleans(),
        actions=st.lists(ACTIONS, min_size=1, max_size=3).map(tuple), stop=st.booleans(),
    ),
    max_size=8, unique_by=lambda r: r.id,
)  # fmt: skip
FACTS = st.builds(
    about, st.sampled_from(["Wo bleibt die Rechnung?", "Danke schön", ""]), queue=st.sampled_from("abc"),
    priority=st.integers(-9, 9),
)  # fmt: skip


@given(RULES, FACTS, st.randoms())
def test_the_order_in_which_rules_are_kept_changes_nothing(rules: list[Rule], facts: Facts, random: object) -> None:
    mixed = list(rules)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert decide(mixed, Trigger.CREATED, facts, fold) == decide(rules, Trigger.CREATED, facts, fold)


@given(RULES, FACTS)
def test_each_rule_is_looked_at_once_at_most_and_nothing_behind_a_stop(rules: list[Rule], facts: Facts) -> None:
    judged = decide(rules, Trigger.CREATED, facts, fold)
    looked_at = [j.rule_id for j in judged]
    in_order = [r.id for r in sorted(rules, key=lambda r: (r.position, r.id))]
    assert looked_at == in_order[: len(looked_at)]
    by_id = {r.id: r for r in rules}
    stops = [n for n, j in enumerate(judged) if j.applies and by_id[j.rule_id].stop]
    assert stops in ([], [len(judged) - 1])
    assert len(looked_at) == len(in_order) or stops


@given(RULES, FACTS)
def test_what_is_done_changes_something_and_done_again_does_not(rules: list[Rule], facts: Facts) -> None:
    """A second look finds only notes to write: no rule moves work to and fro on one occasion for ever."""
    for one in rules:
        there = facts
        for action in judge(one, facts, fold).actions:
            assert action.verb is Verb.NOTE or after(there, action) != there
            there = after(there, action)
        assert all(action.verb is Verb.NOTE for action in judge(one, there, fold).actions)


@given(FACTS)
def test_a_rule_that_was_applied_too_often_rests(facts: Facts) -> None:
    always = rule(1)
    (judged,) = decide([always], Trigger.CREATED, facts, fold, {always.id: MOST_TIMES})
    assert (judged.applies, judged.why_not, judged.actions) == (False, "too_often", ())
    assert decide([always], Trigger.CREATED, facts, fold, {always.id: MOST_TIMES - 1})[0].applies


def test_a_rule_sees_what_the_rules_before_it_did() -> None:
    first = rule(1, actions=(Action(verb=Verb.QUEUE, value="b"),))
    second = rule(2, asks("queue", Op.IS, "b"), actions=(Action(verb=Verb.PRIORITY, value="5"),))
    assert [j.applies for j in decide([second, first], Trigger.CREATED, about("", queue="a"), fold)] == [True, True]
    assert not judge(second, about("", queue="a"), fold).applies


def test_words_are_folded_whole_and_a_star_is_any_ending() -> None:
    words = f" {fold('Die RECHNUNGEN über 20 € fürs Büro')} "
    assert said("buero", words, fold)
    assert said("die rechnungen", words, fold)
    assert not said("rechnung", words, fold)
    assert said("rechnung*", words, fold)
    assert not said("*", words, fold)


def test_a_night_goes_over_midnight_and_nothing_is_both_inside_and_outside() -> None:
    night, day = asks("time", Op.BETWEEN, "22:00", "06:00"), asks("time", Op.BETWEEN, "06:00", "22:00")
    for minute in range(0, 24 * 60, 7):
        facts = about("", minute=minute)
        assert judge(rule(1, night), facts, fold).applies != judge(rule(1, day), facts, fold).applies


def test_one_condition_is_enough_when_not_all_must_hold() -> None:
    conditions = (asks("network", Op.IS, "x"), asks("text", Op.CONTAINS_ALL, "wo", "rechnung"))
    facts = about("Wo bleibt die Rechnung?", network="mastodon")
    assert judge(rule(1, *conditions, match_all=False), facts, fold).applies
    assert not judge(rule(1, *conditions), facts, fold).applies
    assert [f.met for f in judge(rule(1, *conditions), facts, fold).findings] == [(), ("wo", "rechnung")]
