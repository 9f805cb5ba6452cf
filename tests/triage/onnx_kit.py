"""A real model in ONNX, made when it is asked for: each word that it knows speaks for one answer."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIGNS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def write_model(folder: Path, labels: Sequence[str], words: Mapping[str, str], head: str = "answer", **described: Any) -> Path:
    """Write a folder whose model answers a question by counting words. words: to the label that each speaks for."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = [*SIGNS, *words]
    weights = np.zeros((len(vocabulary), len(labels)), dtype=np.float32)
    for place, word in enumerate(vocabulary[len(SIGNS) :], start=len(SIGNS)):
        weights[place, labels.index(words[word])] = 2.0
    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["each"], axis=0),
        helper.make_node("Cast", ["attention_mask"], ["seen"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["seen", "last"], ["column"]),
        helper.make_node("Mul", ["each", "column"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "middle"], ["logits"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes, "counts",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "length"]) for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(labels)])],
        [
            numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array([2], dtype=np.int64), "last"),
            numpy_helper.from_array(np.array([1], dtype=np.int64), "middle"),
        ],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    description = {"heads": {head: {"output": "logits", "labels": list(labels), "logits": True}}, **described}
    (folder / "model.json").write_text(json.dumps(description), encoding="utf-8")
    return folder
