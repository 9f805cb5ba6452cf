"""What holds for every test: the same seeds, no settings from outside, and no way to the Internet."""

from __future__ import annotations

import gc
import ipaddress
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# A real PostgreSQL for whoever asks for `db`, `pool` or `dsn`.
pytest_plugins = ["tests.db", "tests.second_try"]

# A run is repeated exactly: the same examples every time, and no verdict that depends on the machine's speed.
hypothesis.settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")

# Settings of the person who runs the tests are not the tests' settings.
for name in list(os.environ):
    if name == "DATABASE_URL" or (name.startswith("UNISONO_") and not name.startswith("UNISONO_TEST_")):
        del os.environ[name]


def _stay_at_home(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not _is_local(str(address[0])):
        raise PermissionError(f"A test tried to connect to {address[0]}: tests talk to this machine only.")


def _is_local(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(_stay_at_home)


# What takes half a minute and more, longest first. Begun first, none of them is left for one worker alone at the end.
LONG = (
    "laws/test_law1_nothing_lost.py", "mutants/test_laws_notice.py", "browser/test_desk_pages.py", "app/test_demo_replay.py",
    "browser/test_desk_routing.py", "browser/test_desk_lists.py", "app/test_new_connector.py", "app/test_demo_goes_on.py",
    "browser/test_desk_simulator.py", "browser/test_desk_supervision.py", "browser/test_desk_live.py",
    "browser/test_paper_and_directions.py", "browser/test_desk_promises.py", "browser/test_desk_in_progress.py",
    "browser/test_desk_in_step.py", "conformance/test_bluesky.py", "conformance/test_xmpp.py", "app/test_metrics.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first; the rest stays in its order."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish() -> None:
    """Look for garbage less often, and never among what the imports made: that alone is a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every user can walk to, so that a server started by root keeps its files in it, and nowhere else."""
    made = Path(tempfile.mkdtemp(prefix="unisono-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)
