"""From an empty house to the first answered enquiry: what is done is read from the house, so it can be left and taken up."""

from typing import Any, Final

from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.service.access import Access
from unisono.service.ports import Database

#: In the order in which they are gone.
STEPS: Final = ("organisation", "hours", "queue", "channel", "enquiry", "answer")
#: Of these nobody can see that they are done as they are: somebody says so.
CONFIRMED: Final = frozenset({"organisation", "hours", "queue"})
_SETTING: Final = "first_steps"


class StepView(Struct, frozen=True, kw_only=True):
    """One step: organisation, hours, queue, channel, enquiry or answer."""

    name: str
    done: bool


class FirstStepsView(Struct, frozen=True, kw_only=True):
    """The first steps. finished: all are done, or somebody put them away. `conversation_id`: the first enquiry's."""

    steps: list[StepView]
    finished: bool
    put_away: bool
    conversation_id: str | None


async def first_steps(db: Database) -> FirstStepsView:
    """Return what is done, and what comes next."""
    async with db.read() as tx:
        kept: dict[str, Any] = await tx.privacy.setting(_SETTING) or {}
        facts = await tx.admin.first_facts()
    done = set(kept.get("confirmed", ())) | {name for name, reached in facts.done.items() if reached}
    steps = [StepView(name=name, done=name in done) for name in STEPS]
    put_away = bool(kept.get("put_away"))
    return FirstStepsView(
        steps=steps, put_away=put_away, finished=put_away or all(step.done for step in steps),
        conversation_id=str(facts.conversation_id) if facts.conversation_id else None,
    )  # fmt: skip


async def go_on(db: Database, access: Access, *, confirm: str | None = None, put_away: bool | None = None) -> None:
    """Say that a step is done as it is, or put the steps away. Raises Invalid for a step that shows itself, or is none."""
    if confirm is not None and confirm not in CONFIRMED:
        raise Invalid(f"{confirm!r} is no step to confirm.", code="no_step", field="confirm")
    async with db.write() as tx:
        kept: dict[str, Any] = dict(await tx.privacy.setting(_SETTING) or {})
        if confirm is not None:
            kept["confirmed"] = sorted({*kept.get("confirmed", ()), confirm})
        if put_away is not None:
            kept["put_away"] = put_away
        await tx.setup.put_setting(_SETTING, kept, access.user_id)
