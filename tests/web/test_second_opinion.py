"""A model from a folder judges beside ours: a real one in ONNX, shown at first, proven on labels, and never in the way."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.triage.onnx_kit import write_model
from tests.web.conftest import Browser, Served
from tests.web.test_triage import hear, posts, said, verdict
from unisono.app.onnx_folder import OnnxFolder
from unisono.domain.errors import Unavailable
from unisono.service.triage.second import begin_opinions, judge_again, measure
from unisono.triage.backends.wordpiece import Vocabulary, words

WORDS = {
    **dict.fromkeys(("paket", "rechnung", "vertrag", "kundige"), "yes"),
    **dict.fromkeys(("werbung", "foto", "gewinnspiel", "wochen", "##ende"), "no"),
}


async def look(served: Served, model: OnnxFolder) -> None:
    """Judge what has come; a few seconds later than it came, as it would be."""
    await served.sql("update triage_score set judged_at = judged_at - interval '10 seconds'")
    while await judge_again(served.house.db, model, model.languages):
        pass


async def shown(served: Served, root: Browser, item: Any) -> Any:
    [row] = await served.sql("select conversation_id from message where id = $1", item)
    [view] = (await root.get(f"conversations/{row['conversation_id']}/triage"))["items"]
    return view


async def test_a_model_speaks_beside_ours_until_labels_prove_it_and_never_demotes(
    served: Served, root: Browser, tmp_path: Path
) -> None:
    model = await OnnxFolder.open(write_model(tmp_path / "kleines", ("yes", "no"), WORDS, languages=["de"]))
    db = served.house.db
    await begin_opinions(db, model)
    known = posts(100, 7)
    items = await hear(served, [text for text, _ in known])
    await look(served, model)
    # All of them came in together, and were judged in the same moment.
    [given] = await served.sql("select count(*) as n from triage_opinion")
    assert given["n"] == len(items)
    # Nobody has labelled anything: its word is shown, as one that counts nothing.
    alone = verdict(await shown(served, root, items[0]), "answer")
    assert (alone["by"], alone["trained"], alone["second"]["proven"]) == ("model", False, False)
    assert alone["label"] == ("yes" if known[0][1] else "no")
    assert alone["second"]["model"] == model.name
    assert verdict(await shown(served, root, items[0]), "sentiment")["by"] == "list"
    # Ninety-nine labels prove nothing; a hundred, on which it is not worse, do.
    await said(served, zip(items[1:], known[1:], strict=True))
    [trial] = await measure(db, model, model.languages)
    assert (trial.state, trial.texts) == ("trial", 99)
    await said(served, zip(items[:1], known[:1], strict=True))
    await measure(db, model, model.languages)
    [proven] = (await root.get("triage"))["second"]
    assert (proven["state"], proven["texts"], proven["head"], proven["language"]) == ("proven", 100, "answer", "de")
    assert proven["f1"] > 0.9 > proven["own_f1"]
    # Now it is the verdict; a text that was demoted and that it thinks needs an answer leaves the review list, no other does.
    wanted, idle = await hear(served, ["Wo bleibt mein Paket?", "Ein Foto vom Wochenende"], 900)
    await served.sql("update triage_score set demoted = true where item_id = any($1)", [wanted, idle])
    await look(served, model)
    view = await shown(served, root, wanted)
    assert (verdict(view, "answer")["by"], verdict(view, "answer")["trained"], view["demoted"]) == ("model", True, False)
    assert (await shown(served, root, idle))["demoted"] is True
    assert await served.sql("select 1 from triage_score where demoted and item_id <> $1", idle) == []
    # What somebody said outweighs it, and what is erased has no opinion any more.
    await root.did("PUT", f"triage/items/{wanted}/label", {"head": "answer", "label": "no"})
    assert verdict(await shown(served, root, wanted), "answer")["by"] == "person"
    [gone] = await served.sql("select customer_id from identity where remote_id = 'c900'")
    await root.did("POST", f"customers/{gone['customer_id']}/erase", {"reason": "asked for it"})
    assert await served.sql("select 1 from triage_opinion where item_id = $1", wanted) == []


async def test_a_model_that_is_worse_is_shown_and_counts_nothing(served: Served, root: Browser, tmp_path: Path) -> None:
    wrong = {word: "no" if label == "yes" else "yes" for word, label in WORDS.items()}
    model = await OnnxFolder.open(write_model(tmp_path / "falsch", ("yes", "no"), wrong))
    await begin_opinions(served.house.db, model)
    known = posts(100, 8)
    items = await hear(served, [text for text, _ in known])
    await said(served, zip(items, known, strict=True))
    [found] = await measure(served.house.db, model, model.languages)
    assert (found.state, found.texts) == ("trial", 100)
    assert found.f1 < found.own_f1


async def test_a_folder_that_cannot_be_used_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"model\.json"):
        await OnnxFolder.open(tmp_path)
    folder = write_model(tmp_path / "m", ("yes", "no"), WORDS)
    for change, why in (
        ({"heads": {"mood": {"output": "logits", "labels": ["a"]}}}, "'mood' is no question"),
        ({"heads": {"answer": {"output": "logits", "labels": ["yes", "maybe"]}}}, "'answer' is answered by yes, no"),
        ({"heads": {"answer": {"output": "scores", "labels": ["yes", "no"]}}}, "no output scores"),
        ({"input": {"types": "token_type_ids"}}, "model.onnx wants attention_mask, input_ids"),
        ({"input": {"vocabulary": "model.json"}}, "the vocabulary lacks"),
        ({"inputs": {}}, "unknown field"),
    ):
        described = json.loads((write_model(folder, ("yes", "no"), WORDS) / "model.json").read_text())
        (folder / "model.json").write_text(json.dumps({**described, **change}))
        with pytest.raises(Unavailable, match=why) as raised:
            await OnnxFolder.open(folder)
        assert "Triage goes on without it" in str(raised.value)
    write_model(folder, ("yes", "no"), WORDS)
    (folder / "model.onnx").write_bytes(b"no model")
    with pytest.raises(Unavailable):
        await OnnxFolder.open(folder)


def test_words_are_cut_as_the_vocabulary_wants() -> None:
    vocabulary = Vocabulary.read(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "wochen", "##ende", "!", "fur"], lower=True)
    assert vocabulary.numbers("Für Wochenende! Xyz", 64) == [2, 7, 4, 5, 6, 1, 3]
    assert vocabulary.numbers("Wochenende " * 90, 8) == [2, 4, 5, 4, 5, 4, 5, 3]
    assert words("a-b 電車\x00$5", lower=False) == ["a", "-", "b", "電", "車", "$", "5"]
