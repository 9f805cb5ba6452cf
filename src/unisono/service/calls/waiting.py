"""Tell callers who wait their place and the expected wait: as data, which drivers play between the music."""

from unisono.calls.waiting import Line, expected_wait_s
from unisono.contract.voice import Announcement, Park
from unisono.domain.ids import new_id
from unisono.service.calls.announcements import say_to
from unisono.service.calls.bells import COMMANDS_BELL
from unisono.service.calls.line import LineTerms, line_of, music_of
from unisono.service.channel_context import Outside


async def announce(outside: Outside) -> int:
    """Give every caller who waits what they are to be told now, where it has changed; returns how many are told anew."""
    async with outside.db.read() as tx:
        standing = await tx.calls.standing()
    told = 0
    for one in standing:
        async with outside.db.write() as tx:
            facts = await tx.calls.get(one.call_id, lock=True)
            channel = await tx.channels.facts(one.channel_id) if facts is not None else None
            if facts is None or channel is None or facts.ended_at is not None or not facts.call.facts.parked:
                continue
            line = line_of(channel.config)
            place = Line(position=one.position, free=one.free, serving=one.serving, handling_s=one.handling_s)
            wait_s = expected_wait_s(place)
            now = [one.position, wait_s]
            if not line.announce or facts.path.get("told") == now:
                continue
            await tx.calls.told(facts.id, now)
            park = Park(
                command_id=str(new_id()), call_id=facts.call_id, music=music_of(line), says=_says(line, one.position, wait_s),
                every_s=line.announce_every_s,
            )  # fmt: skip
            await tx.calls.ask(facts.id, facts.driver, [park])
            told += 1
    if told:
        await outside.bell.ring(COMMANDS_BELL)
    return told


def _says(line: LineTerms, position: int, wait_s: int | None) -> tuple[Announcement, ...]:
    minutes = max(1, round(wait_s / 60)) if wait_s is not None else 0
    says = [say_to(line, "position", position=position, minutes=minutes, wait_s=wait_s)]
    if line.call_back_digit:
        says.append(say_to(line, "call_back_offer", digit=line.call_back_digit))
    return tuple(says)
