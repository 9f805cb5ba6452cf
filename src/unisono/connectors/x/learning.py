"""What the channel has learnt of the summon rule."""

from unisono.connectors.x.summon import Counts
from unisono.contract import Ctx

_KEY = "implicit"


class Rule:
    """The setting, or else what X's first word on it taught."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._set = Counts(str(ctx.account.config.get("implicit_mention_counts") or "unknown"))
        self.enterprise = ctx.account.config.get("access") == "enterprise"

    async def counts(self) -> Counts:
        """Return whether a reply calls us by its own front."""
        if self._set is not Counts.UNKNOWN:
            return self._set
        known = await self._ctx.memory.get(_KEY)
        return Counts(known.decode()) if known in (b"yes", b"no") else Counts.UNKNOWN

    async def learn(self, counts: Counts) -> None:
        """Remember what X said."""
        await self._ctx.memory.put(_KEY, counts.value.encode())
        self._ctx.log.info("summon_rule_learnt", counts=counts.value)
