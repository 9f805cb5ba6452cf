"""Every list of work that the desk offers is read from an index in its order: no long one is collected and sorted first.

The database says how it would read a page, on a house of 30,000 enquiries of which one in twelve is open.
"""

import itertools
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.db import Cluster
from unisono.service.look import VIEWS
from unisono.service.ports.reading import Sight, WorkFilter
from unisono.store.driver import Connection
from unisono.store.work_lists import ENDED, MOST_CLASSES, list_statement

ROWS = 30_000
LIMIT = 51

FILL = f"""
create function made(kind text, n bigint) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
create function scattered(n bigint, salt int, below int) returns int language sql immutable as $$
  select ((hashint8extended(n, salt) & 1073741823) % below)::int $$;
insert into queue (id, key, name) select made('queue', n), 'q' || n, '{{}}' from generate_series(1, 10) n;
insert into channel (id, connector, network, medium, name, queue_id)
  select made('channel', n), 'sandbox', 'sandbox', 'post', 'c', made('queue', 1) from generate_series(1, 5) n;
insert into access_class (channel_id, queue_id)
  select made('channel', c), made('queue', q) from generate_series(1, 5) c, generate_series(1, 10) q on conflict do nothing;
insert into app_user (id, login, login_key, name, name_key)
  select made('user', n), 'u' || n, 'u' || n, 'u' || n, 'u' || n from generate_series(1, 200) n;
insert into agent (user_id) select made('user', n) from generate_series(1, 200) n;
insert into customer (id) select made('customer', n) from generate_series(1, {ROWS}) n;
insert into identity (id, customer_id, network, remote_id, first_seen_at)
  select made('identity', n), made('customer', n), 'sandbox', n::text, now() from generate_series(1, {ROWS}) n;
insert into conversation (id, channel_id, visibility, root_remote_id, identity_id, access_class, last_message_id, last_said_at)
  select made('conversation', n), made('channel', 1 + scattered(n, 1, 5)), 'public', n::text, made('identity', n),
         (select id from access_class where channel_id = made('channel', 1 + scattered(n, 1, 5))
          and queue_id = made('queue', 1 + scattered(n, 2, 10))), made('message', n), now() - n * interval '1 minute'
  from generate_series(1, {ROWS}) n;
insert into message (id, conversation_id, channel_id, direction, visibility, occurred_at, received_at, said_at, ingest_key)
  select made('message', n), made('conversation', n), made('channel', 1 + scattered(n, 1, 5)), 'in', 'public', now(), now(), now(),
         n::text from generate_series(1, {ROWS}) n;
insert into message_text (message_id, text) select made('message', n), 'Wo ist mein Paket?' from generate_series(1, {ROWS}) n;
insert into interaction (id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, waiting_since, due_at,
                         created_at, updated_at, closed_at, spam)
  select made('interaction', n), c.id, c.channel_id, c.access_class, made('queue', 1 + scattered(n, 2, 10)),
         case when n % 12 > 0 then 'closed' when n % 600 = 12 then 'offered' when n % 60 < 36 then 'waiting'
              when n % 60 = 36 then 'parked' else 'active' end,
         case when n % 12 = 0 and n % 60 < 36 and n % 600 <> 12 then null else made('user', 1 + scattered(n, 3, 200)) end, 12,
         now() - n * interval '1 minute', now() - n * interval '1 minute', now(), now(),
         case when n % 12 > 0 then now() - n * interval '1 minute' end, n % 12 = 7
  from generate_series(1, {ROWS}) n join conversation c on c.id = made('conversation', n);
insert into capacity_hold (interaction_id, agent_id, units)
  select id, agent_id, units from interaction where state in ('offered', 'active');
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(cluster: Cluster) -> Any:
    """A connection to a house with many enquiries."""
    import asyncpg

    dsn = await cluster.create("template_unisono")
    connection = await asyncpg.connect(dsn)
    await connection.execute(FILL)
    await connection.execute("vacuum analyze")
    yield connection
    await connection.close()
    await cluster.drop(dsn)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def all_work(filled: Any) -> list[Any]:
    """Every enquiry."""
    rows = await filled.fetch(
        "select id, queue_id, channel_id, access_class, state, agent_id, due_at, closed_at, spam from interaction"
    )
    return [dict(row) for row in rows]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All steps of a plan."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


async def ids(connection: Connection, kind: str) -> UUID:
    found: UUID = await connection.fetchval("select made($1, 3)", kind)
    return found


SIGHTS = {"everything": None, "many queues": range(1, 41), "some queues": range(1, 16), "one class": range(4, 5)}
CASES = list(itertools.product(VIEWS, ["", "queue", "channel", "queue and channel"], SIGHTS, [False, True]))


async def asked(filled: Any, view: str, by: str, seen: str) -> tuple[Sight, WorkFilter]:
    """What the list is asked for."""
    classes, me = SIGHTS[seen], await ids(filled, "user")
    which = WorkFilter(
        view=view, me=me, queue_id=await ids(filled, "queue") if "queue" in by else None,
        channel_id=await ids(filled, "channel") if "channel" in by else None,
    )  # fmt: skip
    return Sight(classes=None if classes is None else frozenset(classes), own=me), which


def whole_list(everything: list[Any], sight: Sight, which: WorkFilter) -> list[tuple[datetime, UUID]]:
    """The list as somebody would write it down who has all the time in the world."""
    column = "closed_at" if which.view in ENDED else "due_at"
    found = [
        (row[column], row["id"]) for row in everything
        if (row["state"] == ("closed" if which.view == "spam" else which.view) or (which.view in ("open", "mine") and row["state"] != "closed"))
        and (which.view != "mine" or row["agent_id"] == which.me)
        and (row["state"] != "closed" or row["spam"] == (which.view == "spam"))
        and which.queue_id in (None, row["queue_id"]) and which.channel_id in (None, row["channel_id"])
        and (sight.classes is None or row["access_class"] in sight.classes or row["agent_id"] == sight.own)
    ]  # fmt: skip
    return sorted(found, reverse=which.view in ENDED)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("view", "by", "who", "deep"), CASES)
async def test_a_page_is_picked_in_the_order_of_an_index(
    filled: Any, view: str, by: str, who: str, deep: bool, all_work: list[Any]
) -> None:
    sight, which = await asked(filled, view, by, who)
    everything = whole_list(all_work, sight, which)
    start = everything[len(everything) // 2] if deep and everything else None
    statement, values = list_statement(sight, which, start, LIMIT)
    rows = await filled.fetch(statement, *values)
    begin = everything.index(start) + 1 if start else 0
    assert [row["id"] for row in rows] == [one for _, one in everything[begin : begin + LIMIT]]

    (plan,) = json.loads(await filled.fetchval(f"explain (format json) {statement}", *values))
    steps = list(nodes(plan["Plan"]))
    for step in steps:
        # Heads of classes may be merged, a picked page put back in order, a handful of rows collected: never more than that.
        if step["Node Type"] in ("Sort", "Incremental Sort") or step["Node Type"].startswith("Bitmap"):
            rows_in = max(below["Plan Rows"] for below in [step, *step.get("Plans", ())])
            assert rows_in <= (MOST_CLASSES + 1) * LIMIT, json.dumps(plan, indent=1)
    on_work = {step["Node Type"] for step in steps if step.get("Relation Name") == "interaction"}
    assert on_work <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}, json.dumps(plan, indent=1)


def test_there_is_a_plan_for_every_view() -> None:
    assert {case[0] for case in CASES} == {"mine", "waiting", "open", "parked", "closed", "spam"}
