"""A trunk that wants to know who we are: registration and calls out by digest, and what is said when the password is wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.voice.sip.conftest import Context, House, free_port, rtp_begin, sipp, stopping
from unisono.contract.voice import CALLER, Answered, Connect, Ended, Endpoint, EndpointKind, Hangup, Originate
from unisono.testing.telephony import Ear
from unisono.testing.telephony.sipp import Phone, Registrar, Sipp
from unisono.voice.sip.driver import SipDriver

pytestmark = [pytest.mark.voice, pytest.mark.peer]

USER, PASSWORD = "4930123456", "s3cret; with spaces"


@asynccontextmanager
async def registering(folder: Path, provider: int, **more: Any) -> AsyncIterator[tuple[SipDriver, House]]:
    """A driver whose trunk is that port of this machine."""
    first = rtp_begin()
    settings = {
        "listen": f"127.0.0.1:{free_port()}",
        "rtp_ports": f"{first}-{first + 1000}",
        "trunk": f"127.0.0.1:{provider}",
        "user": USER,
        "password": PASSWORD,
        "may_dial": ["+49"],
        "numbers": ["+4930123456"],
        "drain_s": 0.5,
        **more,
    }
    driver, house = SipDriver(Context(settings, folder)), House()
    async with stopping(driver.run(house)):
        await asyncio.wait_for(driver.listening.wait(), 20)
        yield driver, house


async def registered(driver: SipDriver) -> bool:
    """Wait for the registrar's word."""
    for _ in range(200):
        if driver.registered is not None:
            return driver.registered.ok
        await asyncio.sleep(0.05)
    raise AssertionError("the registrar said nothing")


@pytest.mark.parametrize(("password", "ok"), [(PASSWORD, True), ("guessed", False)])
async def test_the_trunk_is_registered_with_by_digest(tmp_path: Path, password: str, ok: bool) -> None:
    port = free_port()
    async with (
        Sipp.running(sipp(), tmp_path, Registrar(USER, PASSWORD).registers(), port=port, calls=50, at_once=50),
        registering(tmp_path, port, register_s=60, password=password) as (driver, _),
    ):
        assert await registered(driver) is ok


async def test_a_call_out_that_is_challenged_shows_who_we_are(tmp_path: Path) -> None:
    port, phone_port = free_port(), free_port()
    outside, anna = await Ear.open(620), await Ear.open(1500)
    script = Phone(outside.port).challenges(USER, PASSWORD, shows="+4930123456").answers().is_hung_up()
    async with (
        Sipp.running(sipp(), tmp_path, script, port=port) as theirs,
        Sipp.running(sipp(), tmp_path, Phone(anna.port).rings().answers().is_hung_up(), port=phone_port),
        registering(tmp_path, port, phones=f"127.0.0.1:{phone_port}") as (driver, house),
    ):
        hers = Endpoint(kind=EndpointKind.AGENT, address="anna")
        await driver.do(
            Originate(command_id=uuid4().hex, call_id="c", leg_id="anna", endpoint=hers, timeout_s=10, requested_by="anna")
        )
        await house.next(Answered, leg_id="anna")
        there = Endpoint(kind=EndpointKind.NUMBER, address="+491701234567")
        await driver.do(
            Connect(command_id=uuid4().hex, call_id="c", leg_id=CALLER, endpoint=there, timeout_s=10, requested_by="anna")
        )
        await house.next(Answered, leg_id=CALLER)
        await driver.do(Hangup(command_id=uuid4().hex, call_id="c"))
        await theirs.ends_well()
        await house.next(Ended)
    outside.close()
    anna.close()
