"""What is being played to whom: announcements in turn while a caller waits, and prompts that tell when they are over."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from msgspec import Struct

from unisono.contract import Clock
from unisono.contract.voice import Announcement, Park, Play, Played, Prompt, VoiceEvent
from unisono.voice.ari.announce import language, media
from unisono.voice.ari.api import Api, Denied, Unreachable
from unisono.voice.ari.names import Names
from unisono.voice.ari.wire import Event

_SHORTEST_S = 5.0


class _Prompt(Struct, kw_only=True):
    call_id: str
    channel: str
    prompt: Prompt
    playback: str


class Sounds:
    """Plays to the callers of one exchange. `tell` takes what the house is to hear."""

    def __init__(
        self, api: Api, names: Names, folder: str, clock: Clock, driver: str, tell: Callable[[VoiceEvent], Awaitable[None]]
    ) -> None:
        self._api = api
        self._names = names
        self._folder = folder
        self._clock = clock
        self._driver = driver
        self._tell = tell
        self._waiting: dict[str, tuple[Park, asyncio.Task[None]]] = {}
        self._prompts: dict[str, _Prompt] = {}
        self._listening: set[asyncio.Task[None]] = set()

    # -- while somebody waits ----------------------------------------------------------------------------------------------

    def wait(self, channel: str, park: Park) -> None:
        """Say the announcements of a wait from now on, instead of those before."""
        self.no_longer(channel)
        if park.says:
            task = asyncio.create_task(self._again_and_again(channel, park), name="ari-announcements")
            self._waiting[channel] = (park, task)

    def no_longer(self, channel: str) -> None:
        """Nobody waits there any more."""
        before = self._waiting.pop(channel, None)
        if before is not None:
            before[1].cancel()

    async def _again_and_again(self, channel: str, park: Park) -> None:
        # A channel that is gone ends it; a cut line is no reason to stop.
        number = 0
        while True:
            number += 1
            try:
                await self._say(channel, f"wait{number}", park.says)
            except Denied:
                return
            except Unreachable:
                pass
            await self._clock.sleep(max(_SHORTEST_S, park.every_s))

    async def _say(self, channel: str, key: str, says: tuple[Announcement, ...]) -> str:
        playback = self._names.playback(channel, key)
        await self._api.play(channel, playback, [one for say in says for one in media(say, self._folder)], language(says))
        return playback

    # -- prompts -----------------------------------------------------------------------------------------------------------

    async def play(self, channel: str, play: Play) -> None:
        """Play a prompt; what was played there ends. Raises Denied, Unreachable."""
        self.no_longer(channel)
        await self.stop(channel)
        playback = await self._say(channel, play.command_id, play.prompt.says)
        self._prompts[channel] = _Prompt(call_id=play.call_id, channel=channel, prompt=play.prompt, playback=playback)

    async def stop(self, channel: str) -> bool:
        """End the prompt of a channel; return whether there was one."""
        before = self._prompts.pop(channel, None)
        if before is not None:
            with contextlib.suppress(Denied):
                await self._api.stop_playing(before.playback)
        return before is not None

    async def hear(self, event: Event) -> None:
        """A sound came to its end, or a key ends it."""
        if event.type == "PlaybackFinished" and event.playback is not None:
            found = self._names.playback_of(event.playback.id)
            prompt = self._prompts.get(found[0]) if found else None
            if prompt is not None and prompt.playback == event.playback.id:
                del self._prompts[prompt.channel]
                task = asyncio.create_task(self._over(prompt, prompt.prompt.listen_s), name="ari-prompt-over")
                self._listening.add(task)
                task.add_done_callback(self._listening.discard)
        elif event.type == "ChannelDtmfReceived" and event.channel is not None:
            prompt = self._prompts.get(event.channel.id)
            if prompt is not None and event.digit and event.digit in prompt.prompt.digits:
                await self.stop(prompt.channel)
                await self._tell(self._played(prompt, interrupted=True))
        elif event.type in ("StasisEnd", "ChannelDestroyed") and event.channel is not None:
            self.forget(event.channel.id)

    def forget(self, channel: str) -> None:
        """A channel is gone."""
        self.no_longer(channel)
        self._prompts.pop(channel, None)

    async def reconcile(self, live: set[str]) -> None:
        """After a cut nobody knows which sounds came to an end: their prompts are over."""
        for channel in [one for one in self._waiting if one not in live]:
            self.no_longer(channel)
        prompts, self._prompts = self._prompts, {}
        for prompt in prompts.values():
            if prompt.channel in live:
                await self._tell(self._played(prompt, interrupted=False))

    async def close(self) -> None:
        """Stop all that would go on."""
        tasks = [task for _, task in self._waiting.values()] + [*self._listening]
        self._waiting.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _over(self, prompt: _Prompt, listen_s: float) -> None:
        if listen_s > 0:
            await self._clock.sleep(listen_s)
        await self._tell(self._played(prompt, interrupted=False))

    def _played(self, prompt: _Prompt, *, interrupted: bool) -> VoiceEvent:
        return Played(
            event_id=f"played~{prompt.playback}", call_id=prompt.call_id, driver=self._driver, at=self._clock.now(),
            prompt_id=prompt.prompt.prompt_id, interrupted=interrupted,
        )  # fmt: skip
