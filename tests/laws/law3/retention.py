"""What goes by itself when its time is over."""

from datetime import timedelta

from tests.laws.law3.scene import Scene, Step, case
from unisono.service.finish import wrap_up
from unisono.service.ports.retention import RetentionRule
from unisono.service.retention import keep_house, put_rules


@case("retention.keep_house")
async def _keep_house(s: Scene) -> Step:
    await wrap_up(s.house.db, s.anna.access, await s.active(), s.code)
    await put_rules(s.house.db, s.anna.access, [RetentionRule(what="texts", days=30)])
    s.house.clock.advance(timedelta(days=31).total_seconds())
    return lambda: keep_house(s.house.outside)
