"""Fill large tables quickly: without their indexes, which are built at the end, two statements at a time, as a restore does."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from unisono.store.driver import Connection, Pool

#: While loading: what a crash would cost is made again. Each start of the server and the end of loading put them back.
_SERVER: Final = {
    "fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_wal_size": "'8GB'", "checkpoint_timeout": "'1h'",
}  # fmt: skip
_SESSION: Final = (
    "set session_replication_role = replica; set synchronous_commit = off; set work_mem = '256MB'; "
    "set maintenance_work_mem = '768MB'; set max_parallel_maintenance_workers = 0; set max_parallel_workers_per_gather = 0; "
    "set jit = off; set idle_in_transaction_session_timeout = 0"
)
_AT_ONCE: Final = 2
_TIMEOUT_S: Final = 3_600
#: Indexes of these tables that no foreign key needs, the constraint that each stands for ('' where none), those of the parts.
_INDEXES: Final = """
select t.relname as of_table, i.relname as name, pg_get_indexdef(x.indexrelid) as made_by,
       coalesce(c.conname, '') as constraint_name,
       array(select p.relname from pg_inherits h join pg_class p on p.oid = h.inhrelid where h.inhparent = i.oid
             order by 1) as parts,
       array(select pg_get_indexdef(h.inhrelid) from pg_inherits h join pg_class p on p.oid = h.inhrelid where h.inhparent = i.oid
             order by p.relname) as parts_made_by
from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
left join pg_constraint c on c.conindid = x.indexrelid and c.contype = 'u'
where t.relname = any($1::text[]) and not x.indisprimary order by i.relname
"""


async def together(pool: Pool, statements: Iterable[tuple[str, Sequence[object]]]) -> None:
    """Run statements with their values, as many at a time as there are connections for it; the first ones first."""
    waiting = list(reversed(list(statements)))

    async def work() -> None:
        async with pool.acquire() as connection:
            await connection.execute(_SESSION)
            try:
                while waiting:
                    statement, values = waiting.pop()
                    await connection.execute(statement, *values, timeout=_TIMEOUT_S)
            finally:
                await connection.execute("reset all; set timezone = 'UTC'; set jit = off")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(_AT_ONCE):
            tasks.create_task(work())


@asynccontextmanager
async def filling(pool: Pool, tables: Sequence[str]) -> AsyncIterator[None]:
    """Take the indexes of some tables away; afterwards they are there again, as they were, and the tables are analysed.

    Foreign keys are not looked at meanwhile by what runs through `together`. Parts of a table must not be made meanwhile.
    """
    async with pool.acquire() as connection:
        await _server(connection, _SERVER)
        rows = await connection.fetch(_INDEXES, list(tables))
        for row in rows:
            if row["constraint_name"]:
                await connection.execute(f'alter table {row["of_table"]} drop constraint "{row["constraint_name"]}"')
            else:
                await connection.execute(f'drop index "{row["name"]}"')
    yield
    await together(pool, [(f"vacuum (analyze) {table}", ()) for table in tables])
    split = [row for row in rows if row["parts"]]
    async with pool.acquire() as connection:
        for row in split:
            await connection.execute(row["made_by"])
    # Those of the parts first: they take longest, the newest month's begins last otherwise.
    statements = [made for row in split for made in reversed(row["parts_made_by"])]
    await together(pool, [(made, ()) for made in (*statements, *(row["made_by"] for row in rows if not row["parts"]))])
    async with pool.acquire() as connection:
        for row in split:
            for part in row["parts"]:
                await connection.execute(f'alter index "{row["name"]}" attach partition "{part}"')
        for row in rows:
            if row["constraint_name"]:
                await connection.execute(
                    f'alter table {row["of_table"]} add constraint "{row["constraint_name"]}" unique using index "{row["name"]}"'
                )
        await _server(connection, dict.fromkeys(_SERVER, ""))
        await connection.execute("checkpoint", timeout=_TIMEOUT_S)


async def _server(connection: Connection, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        await connection.execute(f"alter system set {name} = {value}" if value else f"alter system reset {name}")
    await connection.execute("select pg_reload_conf()")
