"""Every question of triage shows at a text, with its score and its reason, beside the text's language and its urgency."""

from typing import Any

from tests.service.test_work import code
from tests.web.conftest import Browser, Served
from tests.web.test_triage import hear, label, teach, verdict

ANSWERS = {"answer": "yes", "relevance": "yes", "sentiment": "negative", "spam": "no", "abuse": "no"}


async def test_each_question_can_be_answered_and_shows_with_its_score(served: Served, root: Browser) -> None:
    topic = await code(served.kit)
    await teach(served, root, 60)
    [item] = await hear(served, ["Seit Stunden kein Netz, wo bleibt denn mein Paket?"], 7_000)
    [row] = await served.sql("select conversation_id from message where id = $1", item)

    async def shown() -> Any:
        return (await root.get(f"conversations/{row['conversation_id']}/triage"))["items"][0]

    view = await shown()
    # What was learned says how sure it is and by which words; language and urgency stand beside it, urgency with its reasons.
    learned = verdict(view, "answer")
    assert (learned["by"], 0.5 < learned["probability"] <= 1, bool(learned["because"])) == ("head", True, True)
    assert view["language"] == "de"
    assert "alarm.outage" in {term["code"] for term in view["terms"]}
    assert 0 < view["urgency"] <= sum(term["value"] for term in view["terms"]) + 0.01
    for head, answer in {**ANSWERS, "topic": str(topic)}.items():
        await label(root, item, head, answer, "correction")
    found = {one["head"]: one["label"] for one in (await shown())["verdicts"]}
    assert found == {**ANSWERS, "topic": str(topic)}
    assert {one["head"] for one in (await root.get("triage"))["heads"]} == set(found)
