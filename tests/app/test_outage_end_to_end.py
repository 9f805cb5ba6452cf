"""From a public stream to the last answer, over real HTTP: an outage hidden among other posts; `make bench` plays ten thousand."""

import msgspec
import pytest

from bench.outage import BEGAN, STEP_S, tell
from tests.kit import House
from unisono.app.registry import Connectors
from unisono.bus.memory import MemoryBell
from unisono.egress.client import EgressFactory
from unisono.service.secrets import ChannelVault
from unisono.store.database import PgDatabase
from unisono.store.driver import Pool
from unisono.store.keyring import open_keyring
from unisono.testing.clock import FakeClock


@pytest.mark.timeout(300)
async def test_a_hidden_outage_is_told_of_within_minutes_folds_and_each_author_is_answered_once(
    pool: Pool, bell: MemoryBell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = FakeClock(BEGAN)
    db = PgDatabase(pool, clock, bell)
    house = House(db, bell, clock)
    keys = open_keyring(tmp_path_factory.mktemp("keys"))
    vault = ChannelVault(db, keys, clock)
    async with EgressFactory(allow_private=True) as http_for:
        outside = msgspec.structs.replace(house.outside, registry=Connectors(), http_for=http_for, secrets=vault, cipher=keys)
        told = await tell(outside, clock, pool.execute, 600, voices=32)
    assert (told.heard, told.voices, told.false_alarms) == (600, 32, 0)
    assert told.alert_after_s <= 180
    # One answer that a second person approved; the network shows it below a post of each author, and to nobody else.
    assert told.storm.written_by != told.storm.approved_by
    assert told.folded >= 0.6 * told.enquiries
    assert told.answered == told.storm.answered == told.storm.arrived > 15
    assert (told.doubles, told.strays, told.storm.waiting, told.storm.strangers, told.storm.refused) == (0, 0, 0, 0, 0)
    assert told.storm.along == told.folded - told.answered > 0
    # The network never had to say that it was too much, and whoever waited had an answer soon.
    assert told.refused == 0
    assert told.last_answer_after_s <= 600 + STEP_S
    # What did not fold is an enquiry like any other.
    (left,) = await house.sql("select count(*) as waiting from interaction where state <> 'closed'")
    async with db.read() as tx:
        assert left["waiting"] == len([item async for page in tx.work.all_waiting(500) for item in page])
