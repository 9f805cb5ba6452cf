"""The server's fold of recorded frames gives the state beside them; the desk's own reducer folds the same files."""

import json
from pathlib import Path

import msgspec
import pytest

from unisono.service.desk_state import DeskState, apply_frame

pytestmark = pytest.mark.law3

FRAMES = Path(__file__).parents[1] / "fixtures" / "frames"
RECORDINGS = sorted(path.stem for path in FRAMES.glob("*.jsonl"))


def folded(name: str, *, each: int = 1) -> object:
    state = DeskState()
    for line in (FRAMES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        for _ in range(each):
            apply_frame(state, json.loads(line))
    return msgspec.to_builtins(state)


def test_recordings_are_there() -> None:
    assert len(RECORDINGS) >= 5


@pytest.mark.parametrize("name", RECORDINGS)
def test_frames_fold_to_the_state_that_the_desk_holds(name: str) -> None:
    assert folded(name) == json.loads((FRAMES / f"{name}.state.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_frame_that_comes_twice_changes_nothing(name: str) -> None:
    assert folded(name, each=2) == folded(name)
