"""One process owns the embedded server, others join, and it ends with its owner."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.postgres_kit import (
    PATIENCE_S,
    SOURCES,
    WHO,
    House,
    Process,
    a_house,
    children,
    is_alive,
    kill_hard,
    query,
    wait_for,
)

EVERY = [(source, who) for source in SOURCES for who in WHO]
# Each source and each user once, for what does not hang on their combination.
EACH = [("wheel", WHO[0]), ("system", WHO[-1])]


@pytest.fixture(params=EACH, ids="-".join)
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    with a_house(*request.param) as made:
        yield made


@pytest.fixture(params=EACH, ids="-".join)
def empty_house(request: pytest.FixtureRequest) -> Iterator[House]:
    with a_house(*request.param, empty=True) as made:
        yield made


every_house = pytest.mark.parametrize("house", EVERY, ids="-".join, indirect=True)


@every_house
def test_a_second_process_joins_and_sees_the_same_database(house: House) -> None:
    owner, guest = house.process(), house.process()
    first = owner.ask("start")
    second = guest.ask("start")
    assert (first["owner"], second["owner"]) == (True, False)
    assert first["dsn"] == second["dsn"]
    query(first["dsn"], "create table said (what text)", "insert into said values ('Grüße') returning what")
    assert query(second["dsn"], "select what from said") == ["Grüße"]
    guest.ask("stop")
    assert query(first["dsn"], "select what from said") == ["Grüße"], "a guest that leaves takes nothing with it"


def test_what_was_written_is_there_after_an_orderly_stop(house: House) -> None:
    owner = house.process()
    query(owner.ask("start")["dsn"], "create table said (what text)", "insert into said values ('bleibt') returning 1")
    server = house.server_pid()
    owner.ask("stop")
    assert not is_alive(server)
    assert query(owner.ask("start")["dsn"], "select what from said") == ["bleibt"]


@every_house
def test_the_server_ends_when_its_owner_is_killed(house: House) -> None:
    owner = house.process()
    owner.ask("start")
    server = house.server_pid()
    assert is_alive(server)
    owner.kill()
    wait_for(lambda: not is_alive(server), "the server ends")
    assert not (house.cluster / "postmaster.pid").exists(), "it was an orderly shutdown"


def test_the_server_ends_when_owner_and_watchdog_are_killed_together(house: House) -> None:
    owner = house.process()
    owner.ask("start")
    server = house.server_pid()
    (watchdog,) = children(owner.popen.pid)
    kill_hard(watchdog)
    owner.kill()
    wait_for(lambda: not is_alive(server), "the server ends")


def test_a_forked_child_of_a_killed_owner_keeps_neither_server_nor_lock(house: House) -> None:
    owner = house.process()
    owner.ask("start")
    owner.ask("fork")
    server = house.server_pid()
    forked = [pid for pid in children(owner.popen.pid) if b"-c" in _command(pid)]
    assert len(forked) == 1
    owner.kill()
    wait_for(lambda: not is_alive(server), "the server ends")
    assert house.process().ask("start")["owner"]
    assert is_alive(forked[0]), "the child lived through all this"
    kill_hard(forked[0])


def _command(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def test_a_guest_takes_over_by_itself_when_the_owner_is_killed(house: House) -> None:
    owner, guest = house.process(), house.process()
    dsn = owner.ask("start")["dsn"]
    guest.ask("start")
    query(dsn, "create table said (what text)", "insert into said values ('vorher') returning 1")
    server = house.server_pid()
    owner.kill()
    wait_for(lambda: _pid_or_none(house) not in (server, None), "another server runs")
    assert query(guest.ask("ensure")["dsn"], "select what from said") == ["vorher"]
    after = guest.ask("ensure")
    assert after["owner"]
    assert after["dsn"] == dsn, "connection pools find it at the same address"


def test_ensure_brings_a_server_at_once_when_the_owner_has_left(house: House) -> None:
    owner, guest = house.process(), house.process()
    dsn = owner.ask("start")["dsn"]
    guest.ask("start")
    owner.ask("stop")
    assert guest.ask("ensure") == {"dsn": dsn, "owner": True, "directory": str(house.cluster.parent)}
    assert query(dsn, "select 1") == [1]


def test_an_owner_killed_while_it_makes_the_cluster_leaves_nothing_in_the_way(empty_house: House) -> None:
    owner = empty_house.process()
    owner.tell("start")
    wait_for(lambda: any(empty_house.cluster.parent.glob("cluster.new*/*")), "initdb is at work", patience_s=10)
    owner.kill()
    assert not empty_house.cluster.exists()
    assert empty_house.process().ask("start")["owner"]
    assert [path.name for path in empty_house.cluster.parent.glob("cluster*")] == ["cluster"]


def test_of_several_that_start_together_one_owns_and_all_are_served(empty_house: House) -> None:
    processes = [empty_house.process() for _ in range(4)]
    for process in processes:
        process.tell("start")
    said = [process.answer() for process in processes]
    assert [one["owner"] for one in said].count(True) == 1, said
    assert {one["dsn"] for one in said} == {said[0]["dsn"]}
    for one in said:
        assert query(one["dsn"], "select 1") == [1]


@every_house
def test_no_acknowledged_row_is_lost_when_the_server_is_killed_while_writing(house: House) -> None:
    owner = house.process()
    dsn = owner.ask("start")["dsn"]
    query(dsn, "create table row_of_life (n int primary key)", "select 1")
    acknowledged: list[int] = []
    first_error: list[BaseException] = []

    def write() -> None:
        numbers = iter(range(1_000_000))
        while not first_error:
            batch = [next(numbers) for _ in range(200)]
            try:
                query(dsn, *(f"insert into row_of_life values ({n})" for n in batch), "select 1")
            except Exception as error:  # whatever the driver makes of it
                first_error.append(error)
                return
            acknowledged.extend(batch)

    writer = threading.Thread(target=write)
    writer.start()
    wait_for(lambda: len(acknowledged) > 1000, "some rows are written")
    server = house.server_pid()
    kill_hard(server)
    writer.join(30)
    assert first_error, "the kill came in the middle of the writing"
    wait_for(lambda: _pid_or_none(house) not in (server, None), "the owner starts the server anew by itself")
    owner.ask("ensure")
    kept = set(query(dsn, "select n from row_of_life"))
    assert kept >= set(acknowledged)
    query(dsn, "insert into row_of_life values (-1) returning n")


def _pid_or_none(house: House) -> int | None:
    try:
        return house.server_pid()
    except (FileNotFoundError, ValueError, IndexError):
        return None


def test_a_lock_file_with_a_number_that_somebody_else_has_now_does_not_block_the_start(house: House) -> None:
    owner = house.process()
    owner.ask("start")
    server = house.server_pid()
    (watchdog,) = children(owner.popen.pid)
    os.kill(watchdog, signal.SIGSTOP)  # it must not tidy up
    kill_hard(server)
    wait_for(lambda: not is_alive(server), "the server is dead")
    owner.kill()
    kill_hard(watchdog)
    assert (house.cluster / "postmaster.pid").exists()
    # The very process that starts the server has the dead one's number, and runs under the same user.
    heir = house.process()
    heir.ask("start")
    heir.ask("stop")
    (house.cluster / "postmaster.pid").write_text(f"{heir.popen.pid}\n{house.cluster}\n0\n5432\n\n\n       0         0\n")
    assert heir.ask("start")["owner"]


def begin_a_recovery(house: House) -> Process:
    """Have a process start a server that goes on recovering until it is promoted."""
    owner = house.process()
    query(owner.ask("start")["dsn"], "create table said (what text)", "insert into said values ('vorher') returning 1")
    owner.ask("stop")
    # A standby without queries says, for as long as it is one, what a recovering server says.
    with (house.cluster / "postgresql.conf").open("a") as conf:
        conf.write("hot_standby = off\n")
    (house.cluster / "standby.signal").touch()
    if house.account is not None:
        os.chown(house.cluster / "standby.signal", house.account.uid, house.account.gid)
    owner.tell("start")
    wait_for(lambda: _pid_or_none(house) is not None, "the server starts")
    return owner


def test_recovery_may_take_longer_than_any_start_limit(house: House) -> None:
    owner = begin_a_recovery(house)
    time.sleep(11)
    assert owner.popen.poll() is None
    (house.cluster / "promote").touch()
    os.kill(house.server_pid(), signal.SIGUSR1)  # what pg_ctl promote does
    said = owner.answer()
    assert said.get("owner"), said
    assert query(said["dsn"], "select what from said") == ["vorher"]


def test_an_interrupt_while_waiting_for_recovery_ends_process_and_server(house: House) -> None:
    owner = begin_a_recovery(house)
    server = house.server_pid()
    owner.popen.send_signal(signal.SIGINT)
    owner.popen.wait(PATIENCE_S)
    assert not is_alive(server), "whoever starts a server waits for its end"
