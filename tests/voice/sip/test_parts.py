"""The parts of the driver that need no telephone."""

from pathlib import Path

import pytest

from unisono.testing.telephony.kamailio import CONFIG

pytestmark = pytest.mark.voice


def test_the_guide_shows_the_configuration_that_was_tried() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "connect-sip.md").read_text(encoding="utf-8")
    assert f"```text\n{CONFIG.read_text(encoding='utf-8')}```" in guide
