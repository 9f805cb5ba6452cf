"""What was played already, on disk, so that a stopped demo goes on where it was."""

import json
import os
from pathlib import Path
from typing import TextIO

import structlog

_log = structlog.get_logger("demo")


class Played:
    """An append-only file of JSON lines: steps with what the network calls them, notes, and the place in the script."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: dict[str, str] = {}
        self._notes: dict[str, str] = {}
        self._file: TextIO | None = None
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for line in text.split("\n"):
                if line:
                    self._read(line)
            if text and not text.endswith("\n"):
                self._end_line()

    def _read(self, line: str) -> None:
        try:
            entry = json.loads(line)
            kind, key, value = entry["kind"], entry["key"], entry["value"]
        except (ValueError, KeyError, TypeError):
            # A process that was killed while it wrote leaves half a line; that step is played once more.
            _log.warning("played_line_skipped", path=str(self._path))
            return
        (self._ids if kind == "step" else self._notes)[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def remote_id(self, key: str) -> str | None:
        """Return what the network calls a step's message; empty where it has no name, None if it was not played."""
        return self._ids.get(key)

    def add(self, key: str, remote_id: str) -> None:
        """Remember that a step was played."""
        self._ids[key] = remote_id
        self._append("step", key, remote_id)

    def note(self, key: str) -> str | None:
        """Return a note."""
        return self._notes.get(key)

    def put_note(self, key: str, value: str) -> None:
        """Remember something small, such as the token of a chat."""
        if self._notes.get(key) != value:
            self._notes[key] = value
            self._append("note", key, value)

    def _end_line(self) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n")

    def _append(self, kind: str, key: str, value: str) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Tokens of chats stand in here.
            self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")
        self._file.write(json.dumps({"kind": kind, "key": key, "value": value}, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
