"""The SIP stack: started, guarded, registered; one place that knows baresip's names for things.

Traps that are stepped around here: interfaces are discovered without loopback, so the address is named; two calls are the stack's
own limit; it puts other calls on hold when one begins; a vanished peer is noticed only when `rtp_timeout` is set; unknown lines
of its configuration are ignored without a word, so each of ours is tried by a test; it takes sound from anybody (see `media`).
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable
from typing import Final

from baresip import Account as StackAccount
from baresip import BaresipError, Config, RegistrationError, Runtime, UserAgent
from baresip.events import Event, StackEvent

from unisono.voice.sip.endpoint.media import MediaGuard
from unisono.voice.sip.frames import Account, Plan
from unisono.voice.sip.guard import CannotGuard, guard

#: What is read of an INVITE in any case; sites may pass on further ones, sixteen altogether.
READ_HEADERS: Final = ("From", "To", "P-Asserted-Identity", "Privacy")
#: Telephone lines carry these two, so every leg has the same rate and nothing is converted between two of them.
_CODECS = ("pcma", "pcmu")
#: Beside the calls that come in there is one leg for each, two for consulting, and some that are about to end.
_LEGS_PER_CALL, _SPARE = 3, 8


class CannotStart(Exception):
    """The stack does not run; the text says why and what to do."""


class Stack:
    """The running stack. `hear`: is called with each of its events, in the event loop."""

    def __init__(self, plan: Plan, hear: Callable[[StackEvent], None], registered: Callable[[bool, str], None]) -> None:
        self._plan, self._hear, self._registered = plan, hear, registered
        self._tasks: list[asyncio.Task[None]] = []
        self._media = MediaGuard([ipaddress.ip_network(network, strict=False) for network in plan.media_from])
        self.runtime = Runtime()
        self.trunk: UserAgent
        self.inside: UserAgent

    async def start(self) -> None:
        """Listen, guarded, and begin to register. Raises CannotStart; then nothing listens."""
        plan = self._plan
        host = f"[{plan.listen_host}]" if ":" in plan.listen_host else plan.listen_host
        text = (
            f"sip_listen {host}:{plan.listen_port}\n"
            # TLS would open one port more, with a certificate that nobody gave.
            "sip_transports udp,tcp\n"
            f"rtp_ports {plan.rtp_first}-{plan.rtp_last}\n"
            "call_hold_other_calls no\n"
            "call_local_timeout 300\n"
            "sip_autoanswer no\n"
            "jitter_buffer_type fixed\n"
        )
        config = Config(
            net_interface=plan.listen_host,
            expose_headers=(*READ_HEADERS, *plan.headers),
            max_concurrent_calls=_LEGS_PER_CALL * plan.calls + _SPARE,
            rtp_timeout=plan.rtp_timeout_s,
            native_log_level="error",
            # To the guard of the sound alone; no message of it is written anywhere.
            sip_trace=True,
            extra_config_text=text,
        )
        self._media.listen()
        try:
            await self.runtime.start(config)
        except BaresipError as error:
            raise CannotStart(f"The SIP stack did not start on {host}:{plan.listen_port} ({error}).") from None
        try:
            # Before there is an account: until then every request is answered 404, so none slips through in between.
            guard(plan.listen_port, [ipaddress.ip_network(network) for network in plan.allowed])
            self.runtime.subscribe(self._hear)
            self.trunk = await self._agent(plan.trunk, catches_all=True)
            self.inside = await self._agent(plan.inside, catches_all=False) if plan.inside else self.trunk
        except (CannotGuard, BaresipError, ValueError) as error:
            await self.close()
            raise CannotStart(str(error)) from None
        for agent, account, tell in ((self.trunk, plan.trunk, True), (self.inside, plan.inside, False)):
            if account is not None and account.register_s:
                self._tasks.append(asyncio.create_task(self._keep_registered(agent, tell)))

    async def _agent(self, account: Account, *, catches_all: bool) -> UserAgent:
        return await UserAgent.create(
            self.runtime,
            StackAccount(
                user=account.user,
                domain=account.server,
                password=account.password,
                auth_user=account.auth_user or None,
                reg_interval=account.register_s,
                transport=account.transport,  # type: ignore[arg-type]
                audio_codecs=_CODECS,
                dtmf_mode="auto",
                # No video: nothing of it is decoded, and the stack needs no second INVITE to say so after the answer. A trunk
                # sends calls for every number of ours to one address; a phone's name is for calls of its own only.
                extra_params=("video_codecs=none", *(("catchall=yes",) if catches_all else ())),
            ),
            transfer_policy="manual",
        )

    async def _keep_registered(self, agent: UserAgent, tell: bool) -> None:
        """Register until it works; the stack renews by itself from then on, and `hear` sees when that fails."""
        pause = 1.0
        while True:
            try:
                await agent.register()
            except RegistrationError as error:
                if tell:
                    self._registered(False, str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, 60.0)
            except BaresipError:
                return
            else:
                if tell:
                    self._registered(True, "")
                return

    async def close(self) -> None:
        """End the stack, and with it every call."""
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(BaresipError):
            await self.runtime.close()
        self._media.stop()


#: What the stack says of an INVITE that it turned away by itself.
FULL = "486"


def is_refusal(event: StackEvent) -> bool:
    """Whether the stack turned a call away before there was one."""
    return event.event is Event.SIPSESS_FAILED
