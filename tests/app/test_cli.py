"""The command line: errors are told in words, without a traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

UNISONO = [sys.executable, "-c", "from unisono.app.cli import main; main()"]


def unisono(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*UNISONO, *arguments], capture_output=True, text=True, timeout=100, env={**os.environ, **environment}, check=False
    )


def test_every_command_explains_itself() -> None:
    said = unisono("--help")
    assert said.returncode == 0
    for command in (
        "up",
        "demo",
        "run",
        "migrate",
        "doctor",
        "conformance",
        "backup",
        "restore",
        "erase",
        "user",
        "channel",
        "secrets",
    ):
        assert command in said.stdout
        assert unisono(command, "--help").returncode == 0


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"UNISONO_PORT": "many"}, "UNISONO_PORT"),
        ({"UNISONO_COLOUR": "red"}, "UNISONO_COLOUR"),
        ({"UNISONO_LOG_LEVEL": "loud"}, "UNISONO_LOG_LEVEL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environment: dict[str, str], named: str, tmp_path: Path) -> None:
    said = unisono("migrate", UNISONO_DATA=str(tmp_path), **environment)
    assert said.returncode == 1
    assert named in said.stderr
    assert "Traceback" not in said.stderr


def test_a_database_that_does_not_answer_is_told_in_words(tmp_path: Path) -> None:
    said = unisono("migrate", UNISONO_DATA=str(tmp_path), UNISONO_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert said.returncode == 1
    assert "cannot be reached" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_port_that_is_taken_is_told_with_what_to_do(open_directory: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = unisono("up", "--port", str(taken.getsockname()[1]), UNISONO_DATA=str(open_directory / "data"))
    assert said.returncode == 1
    assert "UNISONO_PORT" in said.stderr
    assert "Traceback" not in said.stderr


def test_people_are_added_at_the_machine_and_listed(open_directory: Path) -> None:
    data = {"UNISONO_DATA": str(open_directory / "data")}
    added = unisono("user", "add", "berta", "--name", "Berta Beispiel", "--role", "supervisor", **data)
    assert added.returncode == 0, added.stderr
    assert "/setup/" in added.stdout
    listed = unisono("user", "list", **data)
    assert "berta" in listed.stdout
    assert unisono("user", "link", "nobody", **data).returncode == 1
    rotated = unisono("secrets", "rotate", **data)
    assert rotated.returncode == 0, rotated.stderr
    assert unisono("user", "list", **data).returncode == 0
