"""Compile the part of the matcher that exists in C, with the system's compiler."""

import subprocess
from importlib import resources
from pathlib import Path
from typing import Final

from unisono.domain.errors import Unavailable

SOURCE: Final = "core.c"
COMPILE_S: Final = 120


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
