"""The ledger of tombstones: on the disk before anything is erased, and readable after any crash."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from unisono.domain.errors import Unavailable
from unisono.domain.ids import new_id
from unisono.store.tombstone_file import TombstoneFile


async def test_what_was_written_is_read_again_in_its_order(tmp_path: Path) -> None:
    ledger = TombstoneFile(tmp_path)
    ids = [new_id() for _ in range(3)]
    await ledger.add("message", ids[:2])
    await ledger.add("customer", ids[2:])
    await ledger.bury(ids[0], [b"\x01" * 32])
    held = TombstoneFile(tmp_path).read()
    assert [(one.kind, one.id) for one in held.tombstones] == [("message", ids[0]), ("message", ids[1]), ("customer", ids[2])]
    assert [(one.channel_id, one.key_hash) for one in held.buried] == [(ids[0], "01" * 32)]
    assert held.damaged == 0


def test_without_a_file_the_ledger_is_empty(tmp_path: Path) -> None:
    assert TombstoneFile(tmp_path).read().tombstones == []


async def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    await TombstoneFile(tmp_path).add("message", [new_id()])
    assert (tmp_path / "tombstones.jsonl").stat().st_mode & 0o777 == 0o600


async def test_a_line_that_a_crash_cut_off_does_not_swallow_the_next_one(tmp_path: Path) -> None:
    ledger = TombstoneFile(tmp_path)
    first, second = new_id(), new_id()
    await ledger.add("message", [first])
    with ledger.path.open("ab") as file:
        file.write(b'{"kind":"message","id":"0190')
    await ledger.add("message", [second])
    held = ledger.read()
    assert [one.id for one in held.tombstones] == [first, second]
    assert held.damaged == 1


async def test_processes_that_write_together_lose_no_line(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from unisono.domain.ids import new_id; "
        "from unisono.store.tombstone_file import TombstoneFile\n"
        "async def main():\n"
        "    for _ in range(50): await TombstoneFile(Path(sys.argv[1])).add('message', [new_id() for _ in range(20)])\n"
        "asyncio.run(main())"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    await asyncio.gather(*(asyncio.to_thread(subprocess.check_call, command) for _ in range(3)))
    held = TombstoneFile(tmp_path).read()
    assert len({one.id for one in held.tombstones}) == 3 * 50 * 20
    assert held.damaged == 0


async def test_a_full_disk_leaves_the_ledger_as_it_was_and_says_that_nothing_was_erased(tmp_path: Path) -> None:
    ledger = TombstoneFile(tmp_path)
    await ledger.add("message", [new_id()])
    before = ledger.path.read_bytes()
    # A limit on the size of files makes the system refuse a write in the middle, as a full disk does.
    program = (
        "import asyncio, signal, sys; from pathlib import Path; from unisono.domain.ids import new_id; "
        "from unisono.store.tombstone_file import TombstoneFile; from unisono.domain.errors import Unavailable\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "async def main():\n"
        "    try: await TombstoneFile(Path(sys.argv[1])).add('message', [new_id() for _ in range(20)])\n"
        "    except Unavailable as error: print(error.code, error)\n"
        "asyncio.run(main())"
    )
    limit = len(before) + 300

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    said = await asyncio.to_thread(
        subprocess.check_output, [sys.executable, "-B", "-c", program, str(tmp_path)], preexec_fn=limited, text=True
    )
    assert "disk_full" in said
    assert "Nothing was erased" in said
    assert ledger.path.read_bytes() == before


async def test_a_directory_that_is_not_there_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="Nothing was erased"):
        await TombstoneFile(tmp_path / "nowhere").add("message", [new_id()])
