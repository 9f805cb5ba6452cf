"""A model that somebody else made, from a folder: `model.onnx`, `vocab.txt` and `model.json`, that says what it answers.

Needs onnxruntime, which the extra `onnx` brings; triage itself runs without it. Nothing is fetched, nothing leaves the machine.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Self

import msgspec
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from unisono.domain.errors import Unavailable
from unisono.service.triage.heads import HEADS
from unisono.triage.backends.protocol import Done, Job, Task
from unisono.triage.backends.wordpiece import EMPTY, Vocabulary

MODEL, DESCRIPTION = "model.onnx", "model.json"
MOST_CHARS: Final = 1_500
_AT_ONCE: Final = 8


class Input(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the model is asked. ids, mask, types: names of its inputs; types may be empty."""

    vocabulary: str = "vocab.txt"
    lower: bool = True
    most_tokens: Annotated[int, Meta(ge=3, le=512)] = 128
    ids: str = "input_ids"
    mask: str = "attention_mask"
    types: str = ""


class Output(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer: the name of its output, and what each column says. logits: not yet probabilities."""

    output: str
    labels: list[str]
    logits: bool = False


class Description(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`model.json`. heads: by question of triage. languages: those that it can be asked in; none: all."""

    heads: dict[str, Output]
    input: Input = Input()
    languages: list[str] = []


class OnnxFolder:
    """Implements `triage.backends.protocol.Backend`."""

    tasks = frozenset({Task.JUDGE})

    def __init__(self, name: str, description: Description, vocabulary: Vocabulary, session: Any) -> None:
        self.name = name
        self.languages = tuple(description.languages)
        self._heads = description.heads
        self._input = description.input
        self._vocabulary = vocabulary
        self._session = session

    @classmethod
    async def open(cls, folder: Path) -> Self:
        """Read a folder. Raises Unavailable saying what is missing or does not fit."""
        return await asyncio.to_thread(lambda: cls._open(folder.expanduser()))

    @classmethod
    def _open(cls, folder: Path) -> Self:
        try:
            import onnxruntime
        except ModuleNotFoundError as error:
            raise Unavailable(
                'UNISONO_ONNX_DIR is set, but what runs models is not installed: pip install "unisono[onnx]". Triage goes on '
                "without it.", code="onnx_missing",
            ) from error  # fmt: skip
        try:
            described = msgspec.json.decode((folder / DESCRIPTION).read_bytes(), type=Description)
            lines = (folder / described.input.vocabulary).read_text(encoding="utf-8").split("\n")
            vocabulary = Vocabulary.read([line.removesuffix("\r") for line in lines], lower=described.input.lower)
            options = onnxruntime.SessionOptions()
            # One core: what people wait for has the others.
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            session = onnxruntime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
            digest = hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()
            _check(described, session)
        except Exception as error:  # the library has errors of its own for each way in which a file can be none
            raise Unavailable(
                f"The model in {folder} cannot be used: {error}. Triage goes on without it; docs/how-to/add-a-model.md says what "
                "has to stand there.", code="onnx_folder",
            ) from error  # fmt: skip
        return cls(f"{folder.name} {digest[:8]}", described, vocabulary, session)

    async def do(self, job: Job) -> Done:
        """Judge texts, a few at a time, beside the event loop."""
        texts = [one.text[:MOST_CHARS] for one in job.words]
        said: list[dict[str, dict[str, float]]] = []
        for begin in range(0, len(texts), _AT_ONCE):
            said += await asyncio.to_thread(self._judge, texts[begin : begin + _AT_ONCE])
        return Done(said=said)

    def _judge(self, texts: Sequence[str]) -> list[dict[str, dict[str, float]]]:
        rows = [self._vocabulary.numbers(text, self._input.most_tokens) for text in texts]
        width = max(map(len, rows))
        ids = np.full((len(rows), width), self._vocabulary.pieces[EMPTY], dtype=np.int64)
        mask = np.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        asked = {self._input.ids: ids, self._input.mask: mask}
        if self._input.types:
            asked[self._input.types] = np.zeros_like(ids)
        names = list(self._heads)
        try:
            answers = self._session.run([self._heads[name].output for name in names], asked)
        except Exception as error:  # the library has errors of its own
            raise Unavailable(
                f"The model {self.name} failed: {error}. What was judged without it stands.", code="onnx_failed"
            ) from error
        found: list[dict[str, dict[str, float]]] = [{} for _ in texts]
        for name, answer in zip(names, answers, strict=True):
            shares = _shares(np.asarray(answer, dtype=np.float64), self._heads[name])
            for place, row in enumerate(shares):
                found[place][name] = {
                    label: round(float(share), 4) for label, share in zip(self._heads[name].labels, row, strict=True)
                }
        return found


def _shares(answer: NDArray[np.float64], head: Output) -> NDArray[np.float64]:
    if answer.ndim != 2 or answer.shape[1] != len(head.labels) or not np.isfinite(answer).all():
        raise Unavailable(
            f"The model's output {head.output!r} is no row of {len(head.labels)} numbers for each text.", code="onnx_failed"
        )
    weights: NDArray[np.float64] = np.exp(answer - answer.max(axis=1, keepdims=True)) if head.logits else answer.clip(min=0.0)
    shares: NDArray[np.float64] = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    return shares


def _check(described: Description, session: Any) -> None:
    """Raise ValueError for what could not be asked or understood."""
    for name, head in described.heads.items():
        known = HEADS.get(name)
        if known is None:
            raise ValueError(
                f"{name!r} is no question that a model can be asked; those are {', '.join(n for n, a in HEADS.items() if a)}"
            )
        if set(head.labels) - set(known) or len(set(head.labels)) != len(head.labels):
            raise ValueError(f"{name!r} is answered by {', '.join(known)}, each once, not by {', '.join(head.labels)}")
    inputs, outputs = {one.name for one in session.get_inputs()}, {one.name for one in session.get_outputs()}
    wanted = {described.input.ids, described.input.mask} | ({described.input.types} if described.input.types else set())
    if inputs != wanted:
        raise ValueError(f"{MODEL} wants {', '.join(sorted(inputs))}, {DESCRIPTION} gives {', '.join(sorted(wanted))}")
    missing = {head.output for head in described.heads.values()} - outputs
    if missing or not described.heads:
        raise ValueError(f"{MODEL} has no output {', '.join(sorted(missing)) or 'that a question names'}")
