"""The command line. Each command imports what it needs when it runs, so that `--help` is quick."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from unisono import __version__
from unisono.app.logs import set_up_logging
from unisono.app.settings import BadSetting, Settings, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown")
user_app = typer.Typer(no_args_is_help=True, help="People of the house.")
channel_app = typer.Typer(no_args_is_help=True, help="Channels.")
connector_app = typer.Typer(no_args_is_help=True, help="Connectors to networks.")
secrets_app = typer.Typer(no_args_is_help=True, help="Keys and secrets.")
reports_app = typer.Typer(no_args_is_help=True, help="Reports.")
app.add_typer(user_app, name="user")
app.add_typer(channel_app, name="channel")
app.add_typer(connector_app, name="connector")
app.add_typer(secrets_app, name="secrets")
app.add_typer(reports_app, name="reports")

Data = Annotated[Path | None, typer.Option("--data", help="Data directory (UNISONO_DATA).")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on (UNISONO_HOST).")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on, 0 for a free one (UNISONO_PORT).")]


def _settings(**overrides: Any) -> Settings:
    named: dict[str, Any] = {k: str(v) if isinstance(v, Path) else v for k, v in overrides.items()}
    try:
        settings = load_settings(None, **named)
        # The long-running commands set their own; the others speak for themselves.
        set_up_logging(settings.log_format, "warning")
        return settings
    except BadSetting as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    typer.secho(message, fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


def _run(work: Callable[[], Coroutine[Any, Any, int | None]]) -> None:
    """Run to the end or until SIGINT or SIGTERM; errors that people can act on come without a traceback."""
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            code = runner.run(_until_signalled(work()))
    except Exception as error:
        spoken = _spoken(error)
        if spoken is None:
            raise
        _fail(spoken)
    raise typer.Exit(code or 0)


def _spoken(error: BaseException) -> str | None:
    """Return what an error says to people, when it is one of ours; a bug keeps its traceback."""
    if isinstance(error, BaseExceptionGroup):
        parts = [_spoken(one) for one in error.exceptions]
        return None if None in parts else "\n".join(part for part in parts if part)
    return str(error) if type(error).__module__.startswith("unisono.") else None


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:  # no build for this system; the standard loop does
        return None
    return uvloop.new_event_loop


async def _until_signalled(work: Coroutine[Any, Any, int | None]) -> int | None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 0


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Every channel, one voice: posts, messages, chats, mails and calls in one queue of equal rank."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def up(data: Data = None, host: Host = None, port: Port = None) -> None:
    """Run everything in one process: database, web, intake, router, delivery, listener, clock."""
    from unisono.app.up import run_up

    settings = _settings(data=data, host=host, port=port)
    _run(lambda: run_up(settings))


@app.command()
def run(
    roles: Annotated[list[str], typer.Argument(help="web, intake, router, delivery, listener, clock, voice")],
    host: Host = None,
    port: Port = None,
    data: Data = None,
) -> None:
    """Run some roles; any number of nodes may, over one PostgreSQL (UNISONO_DATABASE_URL)."""
    from unisono.app.up import run_some

    settings = _settings(data=data, host=host, port=port)
    _run(lambda: run_some(settings, roles))


@app.command()
def demo(
    feed: Annotated[
        Path | None, typer.Option("--feed", help="Replay threads of a JSON Lines file instead of the built-in ones.")
    ] = None,
    speed: Annotated[float, typer.Option("--speed", min=0, help="How much faster than real time; 0 is all at once.")] = 20.0,
    data: Data = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Run the demonstration: an invented company with sandbox networks, a mailbox and web chat."""
    from unisono.app.demo.run import run_demo

    settings = _settings(data=data or Path("~/.local/share/unisono-demo").expanduser(), host=host, port=port)
    _run(lambda: run_demo(settings, feed, speed))


@app.command("migrate")
def migrate_command(data: Data = None) -> None:
    """Bring the database's schema up to date; safe while others do the same."""
    from unisono.app.up import run_migrate

    settings = _settings(data=data)
    _run(lambda: run_migrate(settings))


@app.command()
def listen(
    feed: Annotated[str, typer.Option("--feed", help="A file of posts, one JSON object a line; - reads a pipe.")],
    data: Data = None,
) -> None:
    """Hold a file or pipe of posts against the monitors, as if a network had said them; a file goes on where it was left."""
    from unisono.app.listen import run_listen

    settings = _settings(data=data)
    _run(lambda: run_listen(settings, feed))


@app.command()
def accelerate(compiler: Annotated[str, typer.Option("--compiler", help="The C compiler.")] = "cc", data: Data = None) -> None:
    """Compile the innermost part of listening with the system's C compiler; it is used from the next start on."""
    from unisono.app.listen import run_accelerate
    from unisono.domain.errors import Unavailable

    try:
        typer.echo(f"{run_accelerate(_settings(data=data), compiler)} is made. It is used from the next start on.")
    except Unavailable as error:
        _fail(str(error))


@app.command()
def doctor(data: Data = None) -> None:
    """Tell in one line each what is wrong; exits with 1 when something is."""
    from unisono.app.doctor import run_doctor

    settings = _settings(data=data)
    _run(lambda: run_doctor(settings))


@app.command()
def conformance(
    name: Annotated[str | None, typer.Argument(help="A connector's id; without it, all that are installed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the grades as JSON; tables go to standard error.")] = False,
    volume: Annotated[
        int, typer.Option("--volume", min=100, help="Items of case 22; with fewer than 10000 no grade is written.")
    ] = 10_000,
    case: Annotated[list[int] | None, typer.Option("--case", help="Play only this case; may be given several times.")] = None,
) -> None:
    """Play the conformance suite against connectors and write their grades beside their manifests.

    Exits with 1 when a case failed or a grade is lower than the one on record. A PostgreSQL is started for it and thrown
    away; with UNISONO_DATABASE_URL an empty database of a server is used and left behind.
    """
    from unisono.app.conformance import play

    settings = _settings()
    try:
        code = play(settings.database_url, name, as_json=as_json, volume=volume, numbers=case or ())
    except Exception as error:
        spoken = _spoken(error)
        if spoken is None:
            raise
        _fail(spoken)
    raise typer.Exit(code)


@app.command()
def simulate(
    plan: Annotated[Path, typer.Argument(help="A plan in TOML or JSON: arrivals, staff, reserves.")],
    seed: Annotated[int | None, typer.Option("--seed", help="Another seed than the plan's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Play a plan of arrivals and people with the router itself: waits, service level, who gives up, load."""
    from unisono.app.simulate import simulate as play_plan

    try:
        code = play_plan(plan, seed=seed, as_json=as_json)
    except Exception as error:
        spoken = _spoken(error)
        if spoken is None:
            raise
        _fail(spoken)
    raise typer.Exit(code)


@app.command()
def staffing(
    plan: Annotated[Path, typer.Argument(help="A plan in TOML or JSON, with a `target` for at least one class.")],
    seed: Annotated[int | None, typer.Option("--seed", help="Another seed than the plan's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the advice as JSON.")] = False,
) -> None:
    """Tell how many people a plan takes to reach its targets, and how many to keep idle for what cannot wait.

    One simple class: Erlang C, or Erlang A if people give up. Else by playing plans until nobody can be taken out.
    """
    from unisono.app.simulate import staffing as advise_on

    try:
        code = advise_on(plan, seed=seed, as_json=as_json)
    except Exception as error:
        spoken = _spoken(error)
        if spoken is None:
            raise
        _fail(spoken)
    raise typer.Exit(code)


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="File to write.")], data: Data = None) -> None:
    """Write a backup of database and attachments, with counts and hashes; keys are not in it."""
    from unisono.app.up import run_backup

    settings = _settings(data=data)
    _run(lambda: run_backup(settings, target))


@app.command()
def restore(source: Annotated[Path, typer.Argument(help="File to read.")], data: Data = None) -> None:
    """Restore a backup into an empty database, prove it by its counts and hashes, and erase again what was erased."""
    from unisono.app.up import run_restore

    settings = _settings(data=data)
    _run(lambda: run_restore(settings, source))


@app.command()
def erase(
    customer_id: Annotated[str, typer.Argument(help="The customer's id.")],
    reason: Annotated[str, typer.Option("--reason", help="Written down.")],
    data: Data = None,
) -> None:
    """Erase a customer: everything they said and we said to them, in every copy."""
    from unisono.app.admin import run_erase

    settings = _settings(data=data)
    _run(lambda: run_erase(settings, customer_id, reason))


@user_app.command("add")
def user_add(
    login: str,
    name: Annotated[str, typer.Option("--name", help="Full name.")],
    role: Annotated[
        str, typer.Option("--role", help="administrator, supervisor, agent, viewer, auditor, archivist or works_council")
    ] = "agent",
    data: Data = None,
) -> None:
    """Add a person and print a link by which they set their password."""
    from unisono.app.admin import run_user_add

    settings = _settings(data=data)
    _run(lambda: run_user_add(settings, login, name, role))


@user_app.command("list")
def user_list(data: Data = None) -> None:
    """List the people of the house."""
    from unisono.app.admin import run_user_list

    settings = _settings(data=data)
    _run(lambda: run_user_list(settings))


@user_app.command("link")
def user_link(login: str, data: Data = None) -> None:
    """Print a link by which a person sets a new password."""
    from unisono.app.admin import run_user_link

    settings = _settings(data=data)
    _run(lambda: run_user_link(settings, login))


@channel_app.command("list")
def channel_list(data: Data = None) -> None:
    """List channels with their state."""
    from unisono.app.admin import run_channel_list

    settings = _settings(data=data)
    _run(lambda: run_channel_list(settings))


@connector_app.command("new")
def connector_new(
    name: Annotated[str, typer.Argument(help="The connector's id, for example guestbook.")],
    directory: Annotated[Path, typer.Option("--dir", help="Where the folder is made.")] = Path(),
) -> None:
    """Make the folder of a new connector: a package with manifest, code to fill in, a lab and tests."""
    from unisono.app.new_connector import CannotMake, new_connector

    try:
        made = new_connector(name, directory)
    except CannotMake as error:
        _fail(str(error))
    for path in made:
        print(path)
    print(
        f"\nNext: fill in {name}_connector/protocol.py and lab.py, pip install -e {directory / name}, unisono conformance {name}"
    )


@secrets_app.command("rotate")
def secrets_rotate(data: Data = None) -> None:
    """Make a new key, seal every secret with it, and drop the old one when nothing needs it any more."""
    from unisono.app.admin import run_rotate

    settings = _settings(data=data)
    _run(lambda: run_rotate(settings))


@app.command("works-agreement")
def works_agreement_command(
    locale: Annotated[str, typer.Option("--locale", help="de, en, or both.")] = "both", data: Data = None
) -> None:
    """Print every personal datum of employees that this house holds: purpose, who sees it, in which report, how long."""
    from unisono.app.admin import run_works_agreement

    if locale not in {"de", "en", "both"}:
        _fail(f"{locale!r} is none of de, en, both.")
    settings = _settings(data=data)
    _run(lambda: run_works_agreement(settings, locale))


@reports_app.command("rebuild")
def reports_rebuild(data: Data = None) -> None:
    """Make all figures of reports anew from the event log. Meanwhile reports show what was counted so far."""
    from unisono.app.admin import run_reports_rebuild

    settings = _settings(data=data)
    _run(lambda: run_reports_rebuild(settings))


def main() -> None:
    """Entry point of the command `unisono`."""
    app()
