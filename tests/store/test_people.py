"""The people's store against the real schema."""

from datetime import UTC, datetime, timedelta

import pytest

from unisono.domain.ids import new_id
from unisono.service.actor import hash_of
from unisono.service.first_run import bring_roles_up_to_date
from unisono.service.log_in import FIRST_PAUSE, LONGEST_PAUSE, counted
from unisono.service.ports.people import Attempts, NewUser, UserChange
from unisono.service.setup_views import GrantView
from unisono.store.database import PgDatabase

NOW = datetime.now(UTC)


def person(login: str) -> NewUser:
    return NewUser(id=new_id(), login=login, login_key=login, name=login, name_key=login, email="", locale="de")


async def test_a_login_is_there_once(db: PgDatabase) -> None:
    anna = person("anna")
    async with db.write() as tx:
        assert await tx.people.add_user(anna)
        assert not await tx.people.add_user(person("anna"))
        bert = person("bert")
        assert await tx.people.add_user(bert)
        assert not await tx.people.change_user(bert.id, UserChange(login="anna", login_key="anna"))
        assert await tx.people.change_user(anna.id, UserChange(login="ANNA", login_key="anna"))
        found = await tx.people.user_by_login("anna")
    assert found is not None
    assert found.login == "ANNA"


async def test_what_a_grant_reaches_follows_brands_teams_queues_and_channels(db: PgDatabase) -> None:
    await bring_roles_up_to_date(db)
    brand, team = new_id(), new_id()
    queues, channels = [new_id(), new_id()], [new_id(), new_id()]
    async with db.pool.acquire() as connection:
        await connection.execute("insert into brand (id, key, name) values ($1, 'b', 'B')", brand)
        await connection.execute("insert into team (id, key, name) values ($1, 't', 'T')", team)
        for n, (queue, channel) in enumerate(zip(queues, channels, strict=True)):
            await connection.execute(
                "insert into queue (id, key, name, team_id) values ($1, $2, '{}', $3)", queue, f"q{n}", team if n == 0 else None
            )
            await connection.execute(
                "insert into channel (id, connector, network, medium, name, queue_id, brand_id) values ($1, 'x', 'x', 'post', 'x', $2, $3)",
                channel, queue, brand if n == 1 else None,
            )  # fmt: skip
    async with db.write() as tx:
        # Each channel's work can stand in each queue.
        classes = {(c, q): await tx.channels.access_class(channels[c], queues[q]) for c in (0, 1) for q in (0, 1)}
        anna = person("anna")
        await tx.people.add_user(anna)
        for kind, scope, expected in (
            ("brand", brand, {classes[1, 0], classes[1, 1]}),
            ("team", team, {classes[0, 0], classes[1, 0]}),
            ("queue", queues[1], {classes[0, 1], classes[1, 1]}),
            ("channel", channels[0], {classes[0, 0], classes[0, 1]}),
            ("organisation", None, set()),
            ("self", None, set()),
        ):
            await tx.people.set_grants(anna.id, [GrantView(role="agent", scope_kind=kind, scope_id=scope)])
            (reach,) = (await tx.people.reach_of([anna.id]))[anna.id]
            assert reach.classes == expected, kind
        await tx.people.change_user(anna.id, UserChange(disabled_at=tx.now))
        assert await tx.people.reach_of([anna.id]) == {}


async def test_roles_are_brought_up_to_date_and_own_roles_stay(db: PgDatabase) -> None:
    await bring_roles_up_to_date(db)
    async with db.pool.acquire() as connection:
        await connection.execute("update role set actions = '{}' where name = 'agent'")
        await connection.execute("insert into role (name, actions) values ('own', '{work.read}')")
    await bring_roles_up_to_date(db)
    async with db.read() as tx:
        roles = {role.name: role for role in await tx.people.roles()}
    assert "work.answer" in roles["agent"].actions
    assert roles["own"].actions == ["work.read"]
    assert not roles["own"].built_in


async def test_a_session_is_good_until_it_is_idle_over_or_its_person_disabled(db: PgDatabase) -> None:
    anna = person("anna")
    key = hash_of("s")
    async with db.write() as tx:
        await tx.people.add_user(anna)
        await tx.people.add_session(key, anna.id, tx.now + timedelta(hours=1), "Browser")
        assert await tx.people.session(key, 60) is not None
        assert await tx.people.good_proofs([key, hash_of("other")], 60) == {key}
        assert await tx.people.session(key, -1) is None
        await tx.people.change_user(anna.id, UserChange(disabled_at=tx.now))
        assert await tx.people.session(key, 60) is None
        assert await tx.people.good_proofs([key], 60) == set()


async def test_a_link_is_withdrawn_by_the_next_of_its_kind(db: PgDatabase) -> None:
    async with db.write() as tx:
        await tx.people.add_link(hash_of("a"), "setup", None, tx.now + timedelta(hours=1))
        await tx.people.withdraw_links("setup", None)
        assert await tx.people.link(hash_of("a")) is None


async def test_failures_are_counted_under_their_keys_and_forgotten_in_time(db: PgDatabase) -> None:
    keys = [hash_of("a"), hash_of("b")]
    async with db.write() as tx:
        assert all(count.failures == 0 for count in (await tx.people.attempts(keys)).values())
        await tx.people.put_attempts({keys[0]: Attempts(failures=3, since=tx.now, blocked_until=None)})
    async with db.write() as tx:
        assert {key: count.failures for key, count in (await tx.people.attempts(keys)).items()} == {keys[0]: 3, keys[1]: 0}
        await tx.people.forget_attempts([keys[1]], tx.now - timedelta(hours=1))
        await tx.people.forget_attempts([], tx.now + timedelta(hours=1))
    async with db.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from log_in_attempt") == 0


@pytest.mark.parametrize("failures", [0, 3, 4, 5, 6, 12, 5_000])
def test_the_pause_doubles_beyond_what_is_allowed_and_has_a_bound(failures: int) -> None:
    after = counted(Attempts(failures=failures, since=NOW, blocked_until=None), 5, NOW)
    assert after.failures == failures + 1
    if failures + 1 < 5:
        assert after.blocked_until is None
    else:
        assert after.blocked_until == NOW + min(FIRST_PAUSE * 2 ** min(failures + 1 - 5, 10), LONGEST_PAUSE)
