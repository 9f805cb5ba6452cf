"""A second try for what hangs on programs of other makers in real time, told loudly and counted (docs/adr/0013).

Only tests that drive a browser or a real peer have one, and none that stands for a law. A test that fails twice is red, and so is
a run that needs more than `MOST` second tries.
"""

import pytest

MOST = 3
LAWS = tuple(f"law{number}" for number in range(1, 10))
#: The report of the first try of each test that had another.
_first: pytest.StashKey[list[pytest.TestReport]] = pytest.StashKey()


def may_try_again(item: pytest.Item) -> bool:
    """Whether a test talks in real time to programs that are not ours, and stands for no law."""
    return any(item.get_closest_marker(name) for name in ("browser", "peer")) and not any(map(item.get_closest_marker, LAWS))


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_first] = []
    config.pluginmanager.register(_Count(config), "unisono-second-tries")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if may_try_again(item):
            item.add_marker(pytest.mark.flaky(reruns=1))


class _Count:
    """Counts second tries where reports come together, and shows why the first ones failed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome == "rerun":
            self._config.stash[_first].append(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if len(self._config.stash[_first]) > MOST and not hasattr(self._config, "workerinput"):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not (first := self._config.stash[_first]):
            return
        terminalreporter.section("second tries", sep="=", red=len(first) > MOST, yellow=True)
        for report in first:
            terminalreporter.section(f"{report.nodeid} failed at first ({report.when})", sep="_")
            terminalreporter.line(report.longreprtext)
        told = f"{len(first)} second tries; {MOST} are allowed in a run, and each is a race to be found."
        terminalreporter.line(told if len(first) <= MOST else f"{told} The run has failed.")
