"""Where the real threads lie, and what the demo's tests share."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

# Licensed for tests only: never in the repository. Beside it, or where the variable says.
FEEDS = Path(os.environ.get("UNISONO_TEST_FEEDS", Path(__file__).parents[3] / "shared" / "data"))
FILES = ("de-bahn.jsonl", "en-brands-threads.jsonl")


def feed(name: str) -> Path:
    """Return a file of real threads; without the folder the test is skipped, loudly."""
    if not FEEDS.is_dir():
        pytest.skip(f"No real threads in {FEEDS}: set UNISONO_TEST_FEEDS to the folder that holds {', '.join(FILES)}.")
    return FEEDS / name


def items(path: Path) -> list[dict[str, Any]]:
    """Return the file as it is, read by nothing of ours."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def top(item: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> str:
    """Return the id that the item's thread begins with, whether that stands in the file or not."""
    while item["reply_to"] is not None:
        if item["reply_to"] not in by_id:
            return str(item["reply_to"])
        item = by_id[item["reply_to"]]
    return str(item["id"])
