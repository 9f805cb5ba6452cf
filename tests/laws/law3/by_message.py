"""Commands by message: what they change of work and of states at work reaches the desks."""

from tests.laws.law3.scene import Scene, Step, case
from tests.service.test_by_message import line_of, link, writes


@case("by_message.heed.heed_commands")
async def _heed(s: Scene) -> Step:
    channel = await line_of(s.house)
    await link(s.house, s.anna, channel, "anna-1")
    return lambda: writes(s.house, channel, "anna-1", "/away 45m lunch")
