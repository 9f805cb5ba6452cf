"""The event log: nothing is missed, whatever the order of ids and commits; leases fence."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from unisono.domain.ids import new_id
from unisono.service.ports import NewEvent
from unisono.store.database import PgDatabase
from unisono.store.epoch import ensure_epoch, raise_epoch
from unisono.store.log import append
from unisono.store.maintenance import clean_up, ensure_months
from unisono.store.sql import load

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


async def types_after(db: PgDatabase, cursor: object) -> list[str]:
    async with db.read() as tx:
        events = await tx.log.after(cursor, 100)  # type: ignore[arg-type]
        assert events is not None
        return [event.type for event in events]


async def test_an_event_that_commits_late_is_not_missed(db: PgDatabase) -> None:
    async with db.read() as tx:
        start = await tx.log.head()
    async with db.pool.acquire() as early, db.pool.acquire() as late:
        slow = early.transaction()
        await slow.start()
        await append(early, NOW, [NewEvent(type="slow.one")])
        async with late.transaction():
            await append(late, NOW, [NewEvent(type="fast.one")])
        assert await types_after(db, start) == []
        await slow.commit()
    assert await types_after(db, start) == ["slow.one", "fast.one"]


async def test_a_reader_that_follows_under_load_sees_everything_once_and_in_cursor_order(db: PgDatabase) -> None:
    async with db.read() as tx:
        cursor = await tx.log.head()
    seen: list[str] = []

    async def write(writer: int) -> None:
        for n in range(25):
            async with db.write() as tx:
                tx.emit(NewEvent(type=f"w{writer}.n{n}"))
                await asyncio.sleep(0.001 * (writer % 3))

    async def follow() -> None:
        nonlocal cursor
        while len(seen) < 200:
            async with db.read() as tx:
                events = await tx.log.after(cursor, 7)
                assert events is not None
            for event in events:
                assert event.cursor > cursor
                cursor = event.cursor
                seen.append(event.type)
            await asyncio.sleep(0.002)

    await asyncio.wait_for(asyncio.gather(follow(), *(write(n) for n in range(8))), 60)
    assert sorted(seen) == sorted(f"w{w}.n{n}" for w in range(8) for n in range(25))


async def test_after_a_move_to_another_cluster_new_events_follow_the_old_ones(db: PgDatabase, dsn: str) -> None:
    async with db.write() as tx:
        tx.emit(NewEvent(type="before.move"))
    async with db.pool.acquire() as connection:
        await connection.execute("update event set xid = '900000000000'")
    async with db.read() as tx:
        old = (await tx.log.after(type(await tx.log.head())(0, 0, (await tx.log.head()).id), 10)) or []
    assert [e.type for e in old] in ([], ["before.move"])
    async with db.pool.acquire() as connection:
        assert await raise_epoch(connection) == 2
    async with db.write() as tx:
        tx.emit(NewEvent(type="after.move"))
    async with db.read() as tx:
        everything = await tx.log.after(type(await tx.log.head())(0, 0, (await tx.log.head()).id), 10)
    assert everything is not None
    assert [e.type for e in everything] == ["before.move", "after.move"]


async def test_the_epoch_rises_once_when_the_database_stands_in_another_cluster(db: PgDatabase, dsn: str) -> None:
    first = await ensure_epoch(dsn)
    assert await ensure_epoch(dsn) == first
    async with db.pool.acquire() as connection:
        await connection.execute("update cluster_epoch set system_identifier = 'another'")
    assert await ensure_epoch(dsn) == first + 1
    assert await ensure_epoch(dsn) == first + 1


async def test_a_reader_whose_place_was_pruned_is_told_to_start_anew(db: PgDatabase) -> None:
    async with db.read() as tx:
        start = await tx.log.head()
    async with db.pool.acquire() as connection:
        await append(connection, NOW - timedelta(days=900), [NewEvent(type="old.one")])
    await clean_up(db.pool, NOW)
    async with db.read() as tx:
        assert await tx.log.after(start, 10) is None
        assert await tx.log.after(await tx.log.head(), 10) == []


async def test_events_land_in_the_partition_of_their_month(db: PgDatabase) -> None:
    await ensure_months(db.pool, NOW, NOW + timedelta(days=35))
    async with db.pool.acquire() as connection:
        await append(connection, NOW, [NewEvent(type="this.month")])
        assert await connection.fetchval("select count(*) from event_2026_11") == 1
        assert await connection.fetchval("select to_regclass('event_2026_12')") is not None


async def test_emitting_while_reading_is_refused(db: PgDatabase) -> None:
    async with db.read() as tx:
        with pytest.raises(RuntimeError, match="reading transaction"):
            tx.emit(NewEvent(type="never.mind"))


async def test_a_lease_changes_hands_only_when_it_is_over_and_its_token_rises(db: PgDatabase) -> None:
    async with db.write() as tx:
        first = await tx.leases.acquire("router", "a", 60)
        assert await tx.leases.acquire("router", "a", 60) == first
        assert await tx.leases.acquire("router", "b", 60) is None
        await tx.leases.release("router", "b")
        assert await tx.leases.acquire("router", "b", 60) is None
        await tx.leases.release("router", "a")
        second = await tx.leases.acquire("router", "b", 60)
    assert first is not None
    assert second == first + 1


async def test_a_timer_is_one_for_each_kind_and_subject_and_comes_back_after_a_crash(db: PgDatabase) -> None:
    from unisono.domain.ids import new_id

    subject = new_id()
    async with db.write() as tx:
        await tx.timers.set("park", subject, tx.now - timedelta(seconds=5), {"n": 1})
        await tx.timers.set("park", subject, tx.now - timedelta(seconds=1), {"n": 2})
    with pytest.raises(ZeroDivisionError):
        async with db.write() as tx:
            assert len(await tx.timers.take_due(["park"], 10)) == 1
            raise ZeroDivisionError
    async with db.write() as tx:
        [timer] = await tx.timers.take_due(["park"], 10)
        assert timer.body == {"n": 2}
        assert await tx.timers.next_due() is None


async def test_who_follows_the_log_reads_what_is_new_and_never_the_whole_of_it(db: PgDatabase) -> None:
    """Not even when nearly all of it is of the one type that is left out, as on a day of many offers."""
    async with db.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            "insert into event (epoch, id, at, type, body) "
            "select 1, md5(n::text)::uuid, now(), 'interaction.offered', '{}' from generate_series(1, 10000) n"
        )
        await connection.execute("analyze event")
        await connection.execute("set local plan_cache_mode = force_generic_plan")
        plans = [
            "\n".join([row[0] for row in await connection.fetch(f"explain (costs off) {statement}", *values)])
            for statement, values in (
                (load("log")["after_without"], [1, "5", new_id(), 500, "interaction.offered"]),
                (load("log")["after_without"], [1, "5", new_id(), 500, ""]),
            )
        ]
        await transaction.rollback()
    for plan in plans:
        assert "epoch_xid_id_idx" in plan
        steps = [line.strip().removeprefix("->").strip() for line in plan.splitlines()]
        assert "Sort" not in steps
        assert not [step for step in steps if step.startswith("Seq Scan on event")]
