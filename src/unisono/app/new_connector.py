"""`unisono connector new`: the folder of a connector, with everything in it but the network."""

import keyword
import re
from importlib import resources
from importlib.metadata import entry_points
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Final

from unisono.app.registry import GROUP

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,30}")
_TEMPLATE: Final = "connector_template"
_SUFFIX: Final = ".txt"


class CannotMake(ValueError):
    """No folder was made; the text says why, and what to type instead."""


def new_connector(name: str, parent: Path) -> list[Path]:
    """Write the folder of a connector below `parent`; returns its files. Raises CannotMake, and then nothing was written."""
    if _NAME.fullmatch(name) is None or keyword.iskeyword(name):
        raise CannotMake(
            f"{name!r} cannot be the id of a connector: a letter and then 1 to 30 of a-z, 0-9 and _, for example guestbook."
        )
    if name in {point.name for point in entry_points(group=GROUP)}:
        raise CannotMake(f"A connector {name!r} is installed already. Choose another id.")
    folder = parent / name
    if folder.exists():
        raise CannotMake(f"{folder} is there already, and was left as it is. Choose another id, or another place with --dir.")
    words = {"name": name, "dashed": name.replace("_", "-"), "Class": "".join(part.title() for part in name.split("_"))}
    made = []
    try:
        for relative, text in _files(resources.files("unisono.app") / _TEMPLATE, Path()):
            target = folder / str(relative).replace("package", f"{name}_connector", 1)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(Template(text).substitute(words), encoding="utf-8")
            made.append(target)
    except OSError as error:
        raise CannotMake(f"{folder} cannot be written: {error}. Choose another place with --dir.") from error
    return made


def _files(place: Traversable, relative: Path) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _files(entry, relative / entry.name)
        elif entry.name.endswith(_SUFFIX):
            found.append((relative / entry.name.removesuffix(_SUFFIX), entry.read_text(encoding="utf-8")))
    return found
