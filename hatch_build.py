"""Build hook: an archive of Unisono carries the built desk, so that its users need no Node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DeskBuildHook(BuildHookInterface[Any]):
    """Builds the desk before a wheel or source archive is packed; does nothing if it is up to date."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (the interface's)
        # An editable install serves the desk from the checkout; `make ui` builds it there.
        if version == "editable":
            return
        script = Path(self.root, "scripts", "ui.py")
        if subprocess.run([sys.executable, script], check=False).returncode:
            raise RuntimeError("The desk could not be built, so no archive was made. The messages above say why.")
