"""Who may see and do what follows from grants alone."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.domain.errors import Forbidden, NotFound
from unisono.service.access import GrantReach, resolve
from unisono.service.actions import ACTIONS, ADMINISTRATOR, BUILT_IN_ROLES, Reach

ME, OTHER = uuid4(), uuid4()


def grant(*actions: str, scope: str = "organisation", classes: frozenset[int] = frozenset()) -> GrantReach:
    return GrantReach(role="r", actions=actions, scope_kind=scope, scope_id=None, classes=classes)


def test_without_grants_nothing_is_allowed() -> None:
    access = resolve(ME, [])
    assert not any(access.may(action) for action in ACTIONS)
    assert access.visible_classes() == frozenset()
    assert not access.sees(1, ME)


def test_the_whole_organisation_is_every_class() -> None:
    access = resolve(ME, [grant("work.read")])
    assert access.visible_classes() is None
    assert access.sees(4711)


def test_a_queue_is_its_classes_only() -> None:
    access = resolve(ME, [grant("work.read", scope="queue", classes=frozenset({1, 2}))])
    assert access.visible_classes() == {1, 2}
    assert access.sees(2)
    assert not access.sees(3)


def test_classes_of_several_grants_add_up_for_each_action_apart() -> None:
    access = resolve(
        ME,
        [
            grant("work.read", scope="queue", classes=frozenset({1})),
            grant("work.read", "work.answer", scope="channel", classes=frozenset({2})),
        ],
    )
    assert access.visible_classes("work.read") == {1, 2}
    assert access.visible_classes("work.answer") == {2}
    with pytest.raises(Forbidden):
        access.demand(1, action="work.answer")
    access.demand(2, action="work.answer")


def test_scope_self_reaches_ones_own_work_whatever_its_class() -> None:
    access = resolve(ME, [grant("work.read", "work.answer", scope="self")])
    assert access.sees(9, ME)
    assert not access.sees(9, OTHER)
    assert not access.sees(9, None)


def test_what_may_not_be_seen_does_not_exist() -> None:
    access = resolve(ME, [grant("work.read", "work.answer", scope="queue", classes=frozenset({1}))])
    with pytest.raises(NotFound):
        access.demand(2, action="work.answer")


@pytest.mark.parametrize("action", [name for name, reach in ACTIONS.items() if reach is Reach.HOUSE])
@pytest.mark.parametrize("scope", ["brand", "team", "queue", "channel", "self"])
def test_the_house_is_managed_by_grants_for_the_whole_house_only(action: str, scope: str) -> None:
    assert not resolve(ME, [grant(action, scope=scope, classes=frozenset({1}))]).may(action)
    assert resolve(ME, [grant(action)]).may(action)


def test_an_action_of_another_version_allows_nothing() -> None:
    access = resolve(ME, [grant("time.travel")])
    assert not access.may("time.travel")
    with pytest.raises(Forbidden, match=r"time\.travel"):
        access.require("time.travel")


def test_built_in_roles_name_actions_that_exist() -> None:
    for role in BUILT_IN_ROLES:
        assert set(role.actions) <= ACTIONS.keys()
        assert len(set(role.actions)) == len(role.actions)


def test_an_administrator_may_everything_but_open_the_sealed_archive_and_agree_for_the_works_council() -> None:
    (administrator,) = [role for role in BUILT_IN_ROLES if role.name == ADMINISTRATOR]
    assert set(ACTIONS) - set(administrator.actions) == {"archive.open", "people.agree"}


GRANTS = st.lists(
    st.builds(
        lambda actions, scope, classes: grant(*actions, scope=scope, classes=classes),
        st.lists(st.sampled_from(sorted(ACTIONS)), max_size=4),
        st.sampled_from(["organisation", "brand", "team", "queue", "channel", "self"]),
        st.frozensets(st.integers(1, 5), max_size=3),
    ),
    max_size=5,
)


@given(GRANTS, GRANTS, st.integers(1, 6), st.sampled_from([ME, OTHER, None]), st.sampled_from(sorted(ACTIONS)))
def test_more_grants_never_allow_less(
    some: list[GrantReach], more: list[GrantReach], access_class: int, agent: UUID | None, action: str
) -> None:
    before, after = resolve(ME, some), resolve(ME, some + more)
    assert before.actions <= after.actions
    if before.sees(access_class, agent, action):
        assert after.sees(access_class, agent, action)


@given(GRANTS, st.integers(1, 6), st.sampled_from([ME, OTHER, None]), st.sampled_from(sorted(ACTIONS)))
def test_one_item_is_seen_exactly_if_a_list_would_show_it(
    grants: list[GrantReach], access_class: int, agent: UUID | None, action: str
) -> None:
    access = resolve(ME, grants)
    classes = access.visible_classes(action)
    listed = classes is None or access_class in classes or (action in access.own and agent == ME)
    assert access.sees(access_class, agent, action) == listed
