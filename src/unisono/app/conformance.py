"""The command `unisono conformance`: plays the suite against installed connectors and writes their grades."""

import asyncio
import contextlib
import os
import sys
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
from rich.console import Console
from rich.table import Table

from unisono.app.build import build
from unisono.app.registry import Connectors
from unisono.app.settings import Settings
from unisono.contract.connector import ConnectorType
from unisono.domain.errors import NotFound
from unisono.testing.clock import MovableClock
from unisono.testing.conformance import Effort, Outcome, Report, Stage, Verdict, open_stage, run_suite
from unisono.testing.conformance.run import ORDER, Grade
from unisono.testing.lab import Lab

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


async def run_conformance(database_url: str, name: str | None, *, as_json: bool, volume: int) -> int:
    """Play the suite for one connector or all, print and write the grades; returns the exit code.

    1 when a case failed, or a grade is lower than the one on record. Raises NotFound, NoLab.
    """
    # Cases look at what is logged; a logger that was made before would escape them.
    structlog.configure(cache_logger_on_first_use=False)
    connectors = Connectors()
    names = [name] if name else sorted(connectors.manifests())
    labs = {one: lab_of(one) for one in names if connectors.manifest(one)}
    console = Console(stderr=as_json)
    reports = []
    async with conformance_stage(database_url) as stage:
        for one, lab in labs.items():
            reports.append(await _grade(stage, lab, console, Effort(volume=volume)))
            del one
    good = [_judge(connectors, report, console, keep=volume >= Effort().volume) for report in reports]
    if as_json:
        grades = {report.connector: report.as_grades() for report in reports}
        typer.echo(msgspec.json.format(msgspec.json.encode(grades), indent=2).decode())
    return 0 if all(good) else 1


async def _grade(stage: Stage, lab: Lab, console: Console, effort: Effort) -> Report:
    table = Table(title=f"{lab.connector}, against {lab.peer}", title_justify="left", expand=True)
    for heading, more in (
        ("#", {"justify": "right"}),
        ("case", {"ratio": 3}),
        ("", {}),
        ("s", {"justify": "right"}),
        ("why", {"ratio": 4}),
    ):
        table.add_column(heading, **more)

    def tell(verdict: Verdict) -> None:
        row = (str(verdict.number), verdict.name, _MARK[verdict.outcome], f"{verdict.seconds:.1f}", verdict.reason)
        table.add_row(*row)
        if sys.stderr.isatty():
            console.print(f"{verdict.number:>2} {_MARK[verdict.outcome]} {verdict.name}", highlight=False)

    await lab.start(stage.clock)
    try:
        report = await run_suite(stage, lab, effort=effort, tell=tell)
    finally:
        await lab.stop()
    console.print(table)
    console.print(f"Grade of {lab.connector}: [bold]{report.grade.value}[/]\n", highlight=False)
    return report


def _judge(connectors: Connectors, report: Report, console: Console, *, keep: bool) -> bool:
    """Write a grade beside its manifest if it is to be kept; returns whether nothing failed and nothing became worse."""
    folder: Path = connectors.code(report.connector).folder  # type: ignore[attr-defined]
    path = folder / "grades.json"
    before = _grade_on_record(path, report.connector)
    lower = ORDER.index(report.grade) < ORDER.index(before)
    if lower:
        console.print(
            f"[red]{report.connector} was {before.value} and is {report.grade.value} now.[/] {path} keeps the old grade."
        )
    elif keep:
        content = msgspec.json.format(msgspec.json.encode({report.connector: report.as_grades()}), indent=2) + b"\n"
        try:
            path.write_bytes(content)
        except OSError as error:
            console.print(f"The grade could not be written to {path} ({error.strerror}): it counts for this run only.")
    return not lower and not report.failed


def _grade_on_record(path: Path, connector: str) -> Grade:
    with contextlib.suppress(OSError, msgspec.DecodeError, ValueError, KeyError, TypeError):
        return Grade(msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, Any]])[connector]["grade"])
    return Grade.NONE


def play(database_url: str, name: str | None, *, as_json: bool, volume: int) -> int:
    """Run the command on the standard event loop: cases watch which connections are opened, which others do not tell."""
    return asyncio.run(run_conformance(database_url, name, as_json=as_json, volume=volume))


__all__: Sequence[str] = ["NoLab", "conformance_stage", "lab_of", "play", "run_conformance"]
