"""Triage works alone: with the network cut it judges, and what ships is our own lists of words, without any learned weights."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

#: Judges with every question's head, with no way out: a name, a connection or a socket of the Internet ends it.
ALONE = """
import json, socket, sys, uuid
import numpy as np

def cut(*_, **__):
    raise SystemExit("triage reached for the network")

socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = cut
socket.getaddrinfo = socket.create_connection = cut

from unisono.service.ports.triage import HeadFacts
from unisono.service.triage.heads import HEADS
from unisono.service.triage.judge import Judge
from unisono.triage.features import WIDTH
from unisono.triage.heads import Head
from unisono.triage.language import language_of

judge = Judge()
text = "Seit Stunden kein Netz, das ist eine Katastrophe!"
before = judge.judge(text, language_of(text), uuid.UUID(int=1))
loaded = {}
for number, (name, answers) in enumerate(HEADS.items()):
    labels = list(answers or ("a", "b"))
    head = Head(name=name, labels=tuple(labels), weights=np.zeros((WIDTH, len(labels)), np.float16),
                bias=np.zeros(len(labels), np.float32), own=200)
    facts = type("Facts", (), {"language": "de", "threshold": 0.0})()
    loaded[uuid.UUID(int=number)] = (facts, head)
judge._take(loaded)
after = judge.judge(text, language_of(text), uuid.UUID(int=1))
print(json.dumps([language_of(text), before.said, before.alarms, sorted(after.said), sorted(after.trained)]))
"""


def test_judging_needs_no_network_whatever_it_is_asked() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    language, first, alarms, heads, trained = json.loads(done.stdout)
    assert language == "de"
    assert first["sentiment"]["negative"] > 0.5
    assert alarms == ["outage"]
    assert heads == trained == ["abuse", "answer", "relevance", "sentiment", "spam", "topic"]


def test_no_learned_weights_ship_only_lists_of_words_that_say_whose_they_are() -> None:
    folder = Path(str(files("unisono.triage")))
    kinds = {path.suffix for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert kinds == {".py", ".txt"}, "weights that ship need a licence, a command that makes them, and a row in the model card"
    lists = sorted(folder.rglob("*.txt"))
    assert [path.relative_to(folder).as_posix() for path in lists] == [
        "alarms/de.txt",
        "alarms/en.txt",
        "words/de.txt",
        "words/en.txt",
    ]
    card = Path(__file__).parents[2] / "docs" / "explanation" / "triage.md"
    assert "the lists of words, written for this project; no weights" in card.read_text(encoding="utf-8")
