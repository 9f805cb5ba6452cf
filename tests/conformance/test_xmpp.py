"""XMPP passes the conformance suite."""

import pytest

from tests.conformance.conftest import Played, all_cases, passes
from unisono.testing.conformance import Case

CONNECTOR = "xmpp"
pytestmark = [pytest.mark.law5, pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]


@all_cases()
async def test_it_passes(played: Played, case: Case) -> None:
    await passes(played, case)
