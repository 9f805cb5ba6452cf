"""The command `unisono conformance`: plays the suite against installed connectors and writes their grades."""

import asyncio
import contextlib
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from unisono.app.build import build
from unisono.app.registry import Connectors
from unisono.app.settings import Settings
from unisono.contract.connector import ConnectorType
from unisono.domain.errors import NotFound
from unisono.testing.clock import MovableClock
from unisono.testing.conformance import CASES, Effort, Outcome, Report, Stage, Verdict, open_stage, run_suite
from unisono.testing.conformance.run import ORDER, Grade
from unisono.testing.lab import Lab, PeerMissing

LABS = "unisono.labs"
# What a connector waits for by the clock is played ten times as fast; what others wait for is not touched.
_PACE = 0.1
_MARK = {Outcome.PASSED: "[green]passed[/]", Outcome.EXCUSED: "[yellow]excused[/]", Outcome.FAILED: "[red]failed[/]"}


class NoLab(NotFound):
    """A connector has no lab, so nothing can be said of it; the text says where one is looked for."""

    code = "no_lab"


def lab_of(connector: str) -> Lab:
    """Return the lab of a connector: of another package by entry point, else ours. Raises NoLab."""
    for point in entry_points(group=LABS, name=connector):
        made: Lab = point.load()()
        return made
    try:
        module = import_module(f"unisono.testing.labs.{connector}")
    except ModuleNotFoundError as error:
        if error.name != f"unisono.testing.labs.{connector}":
            raise
        raise NoLab(
            f"The connector {connector!r} has no lab, so it cannot be graded. Its package names one in the entry-point group "
            f"{LABS!r}, under the connector's id; docs/how-to/test-a-connector.md shows how."
        ) from None
    ours: Lab = module.lab()
    return ours


@asynccontextmanager
async def conformance_stage(
    database_url: str = "", *, replaced: Mapping[str, ConnectorType] | None = None
) -> AsyncIterator[Stage]:
    """Give a house for cases while the block runs, on an embedded PostgreSQL that is thrown away afterwards.

    database_url: a server's empty database instead. replaced: other code for some connectors.
    """
    with tempfile.TemporaryDirectory(prefix="unisono-conformance-") as directory:
        # A server that root starts runs as somebody else, who must be able to walk here.
        os.chmod(directory, 0o755)  # noqa: PTH101, S103
        settings = Settings(data=str(Path(directory) / "data"), database_url=database_url, allow_private_hosts=True)
        clock = MovableClock(pace=_PACE)
        async with build(settings, clock=clock) as running, open_stage(
            running.house(), clock, running.pool.fetch, replaced=replaced, database_ports=_ports(running.dsn)
        ) as stage:  # fmt: skip
            yield stage


def _ports(dsn: str) -> frozenset[int]:
    """Where a store is reached over the network; a socket in the file system has no port."""
    parts = urlsplit(dsn)
    return frozenset({parts.port or 5432}) if parts.hostname else frozenset()


async def run_conformance(
    database_url: str, name: str | None, *, as_json: bool = False, volume: int = 10_000, numbers: Sequence[int] = ()
) -> int:
    """Play the suite for one connector or all, print and write the grades; returns the exit code.

    numbers: only these cases; then, as with a smaller volume than 10,000, no grade is written. 1 when a case failed, a grade
    is lower than the one on record, or a network's program is missing. Raises NotFound, NoLab.
    """
    unknown = sorted(set(numbers) - set(CASES))
    if unknown:
        raise NotFound(f"No case {unknown[0]}. Cases are numbered from {min(CASES)} to {max(CASES)}.", code="no_case")
    _quiet()
    connectors = Connectors()
    names = [name] if name else sorted(connectors.networks())
    labs = [lab_of(one) for one in names if connectors.manifest(one)]
    console = Console(stderr=as_json)
    reports, good = [], True
    for lab in labs:
        # Time is put forward, so each connector has a house and a clock of its own.
        async with conformance_stage(database_url) as stage:
            try:
                await lab.start(stage.clock)
            except PeerMissing as error:
                console.print(f"[red]{lab.connector} cannot be played.[/] {error}", highlight=False)
                good = False
                continue
            try:
                report = await _play(stage, lab, console, Effort(volume=volume), numbers or sorted(CASES))
            finally:
                await lab.stop()
        reports.append(report)
        if not numbers:
            good &= _judge(connectors, report, console, keep=volume >= Effort().volume)
        good &= not report.failed
    if as_json:
        grades = {report.connector: report.as_grades() for report in reports}
        typer.echo(msgspec.json.format(msgspec.json.encode(grades), indent=2).decode())
    return 0 if good else 1


def _quiet() -> None:
    """Cases provoke what a log is full of; and those that look at the log must not miss a logger that was made before."""
    structlog.configure(cache_logger_on_first_use=False, wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger().setLevel(logging.CRITICAL)


async def _play(stage: Stage, lab: Lab, console: Console, effort: Effort, numbers: Sequence[int]) -> Report:
    console.print(f"[bold]{lab.connector}[/], against {lab.peer}", highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right")
    table.add_column("case")
    table.add_column("")
    table.add_column("s", justify="right")

    def tell(verdict: Verdict) -> None:
        why = f"\n[dim]{escape(verdict.reason)}[/]" if verdict.reason else ""
        table.add_row(str(verdict.number), verdict.name + why, _MARK[verdict.outcome], f"{verdict.seconds:.1f}")

    with console.status(f"playing {len(numbers)} cases"):
        report = await run_suite(stage, lab, numbers=numbers, effort=effort, tell=tell)
    console.print(table)
    return report


def _judge(connectors: Connectors, report: Report, console: Console, *, keep: bool) -> bool:
    """Print a grade, and write it beside its manifest if it is to be kept; returns whether it became no worse."""
    console.print(f"{report.connector}: [bold]{report.grade.value}[/]\n", highlight=False)
    folder: Path = connectors.code(report.connector).folder  # type: ignore[attr-defined]
    path = folder / "grades.json"
    before = _grade_on_record(path, report.connector)
    if ORDER.index(report.grade) < ORDER.index(before):
        console.print(
            f"[red]{report.connector} was {before.value} and is {report.grade.value} now.[/] {path} keeps the old grade."
        )
        return False
    if keep:
        content = msgspec.json.format(msgspec.json.encode({report.connector: report.as_grades()}), indent=2) + b"\n"
        try:
            path.write_bytes(content)
        except OSError as error:
            console.print(f"The grade could not be written to {path} ({error.strerror}): it counts for this run only.")
    return True


def _grade_on_record(path: Path, connector: str) -> Grade:
    with contextlib.suppress(OSError, msgspec.DecodeError, ValueError, KeyError, TypeError):
        return Grade(msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, Any]])[connector]["grade"])
    return Grade.NONE


def play(database_url: str, name: str | None, *, as_json: bool, volume: int, numbers: Sequence[int] = ()) -> int:
    """Run the command on the standard event loop: cases watch which connections are opened, which others do not tell."""
    return asyncio.run(run_conformance(database_url, name, as_json=as_json, volume=volume, numbers=numbers))
