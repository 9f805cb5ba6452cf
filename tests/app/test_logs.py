"""The log tells where something broke, never what people said or what was secret."""

import subprocess
import sys

import pytest

BREAKS = """
import structlog
from unisono.app.logs import set_up_logging
set_up_logging("{form}", "info")
def pull(word):
    unusual = word.upper()
    raise ValueError("broken")
try:
    pull("hunter2-in-a-variable")
except ValueError as error:
    structlog.get_logger("test").error("it_broke", exc_info=error)
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_shows_where_and_no_values(form: str) -> None:
    said = subprocess.run([sys.executable, "-c", BREAKS.format(form=form)], capture_output=True, text=True, check=True).stderr
    assert "it_broke" in said
    assert "in pull" in said
    assert "ValueError: broken" in said
    assert "HUNTER2" not in said
    assert "hunter2" not in said
