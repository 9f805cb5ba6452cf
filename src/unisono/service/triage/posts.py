"""Posts that monitors found are judged before they are written; the gate may put them on the review list."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from unisono.contract.listening import Heard
from unisono.domain.ids import new_id
from unisono.service.channel_context import Outside
from unisono.service.ports.triage import Judgement
from unisono.service.triage.judge import keep_up_quietly
from unisono.triage.language import language_of

#: So many are judged between two turns of the event loop: a few milliseconds.
AT_ONCE = 5


async def judged_posts(outside: Outside, posts: Sequence[Heard]) -> list[tuple[UUID, Judgement]]:
    """Return for each post its id as a mention, and what it is judged to be."""
    if posts:
        await keep_up_quietly(outside.judge, outside.db)
    found: list[tuple[UUID, Judgement]] = []
    for post in posts:
        mention_id = new_id()
        language = post.language or language_of(post.text)
        found.append((mention_id, outside.judge.judge(post.text, language, mention_id, gated=True)))
        if len(found) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found
