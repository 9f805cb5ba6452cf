"""How often one number may call within an hour, so that it does not take all lines. Kept by its hash, and gone with the hour."""

from datetime import timedelta
from typing import Final

from unisono.calls.numbers import caller_of
from unisono.contract.voice import Offered
from unisono.service.calls.do_not_call import number_hash
from unisono.service.calls.line import line_of
from unisono.service.ports import Database, Tx
from unisono.service.ports.channels import ChannelFacts

_HOUR: Final = timedelta(hours=1)


async def too_often(tx: Tx, channel: ChannelFacts, event: Offered) -> bool:
    """Count a call; tell whether its number has had as many within the hour as the line allows. Told twice it counts once."""
    terms = line_of(channel.config)
    who = caller_of(event, terms.region).remote_id
    if not terms.calls_from_number or not who.startswith(("+", "sip:", "sips:")):
        return False
    if await tx.calls.find(event.driver, event.call_id) is not None:
        return False
    return not await tx.calls.count_from(number_hash(who), tx.now - _HOUR, terms.calls_from_number)


async def forget_numbers(db: Database) -> None:
    """Forget who called longer than an hour ago."""
    async with db.write() as tx:
        await tx.calls.forget_from(tx.now - _HOUR)
