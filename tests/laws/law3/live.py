"""The verbs by which the day is steered."""

from msgspec.structs import replace

from tests.laws.law3.scene import Scene, Step, case
from unisono.service.edit_answer import edit_answer
from unisono.service.log_off import log_off


@case("log_off.log_off")
async def _log_off(s: Scene) -> Step:
    await s.active()
    leading = replace(s.ben.access, actions=s.ben.access.actions | {"agent.manage"})
    return lambda: log_off(s.house.db, leading, s.anna.id, "Rechner ausgefallen")


@case("edit_answer.edit_answer")
async def _edit_answer(s: Scene) -> Step:
    message = await s.failed_answer()
    return lambda: edit_answer(s.house.outside, s.anna.access, message, "Moin, kürzer")
