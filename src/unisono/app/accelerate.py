"""Compile the part of the matcher that exists in C, with the system's compiler."""

import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from unisono.app.settings import Settings
from unisono.domain.errors import Unavailable
from unisono.listening.fast import Core, FastMatcher
from unisono.listening.matcher import Frequencies, Matcher

SOURCE: Final = "core.c"
COMPILE_S: Final = 120
LIBRARY: Final = "listening.so"
_log = structlog.get_logger("listening")


def compile_core(compiler: str, target: Path) -> None:
    """Compile the part into a shared library. Raises Unavailable with what the compiler said."""
    with resources.as_file(resources.files("unisono.listening") / SOURCE) as source:
        command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(target), str(source)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"{compiler} cannot be used: {error}. Listening goes on without it.", code="no_compiler") from error
    if done.returncode != 0:
        said = done.stderr.strip()[-500:]
        raise Unavailable(f"{compiler} did not compile {SOURCE}: {said}. Listening goes on without it.", code="no_compiler")


def matcher_maker(settings: Settings, data_dir: Path) -> Callable[[Frequencies | None], Matcher[UUID]]:
    """Return what makes matchers: with the compiled part where it was made and is not switched off, else in Python."""
    library = data_dir / LIBRARY
    if settings.accel and library.exists():
        try:
            core = Core(library)
        except (OSError, AttributeError) as error:
            _log.warning("accelerator_unusable", error=type(error).__name__)
        else:
            return lambda frequencies: FastMatcher(core, frequencies)
    return Matcher
