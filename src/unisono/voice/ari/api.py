"""The interface's operations that are used, and what became of each."""

import base64
from collections.abc import AsyncIterator, Iterable
from typing import Final, TypeVar

from unisono.contract import HostRefused, Http, NotReached
from unisono.voice.ari.names import in_path
from unisono.voice.ari.settings import Settings
from unisono.voice.ari.wire import MISSHAPEN, Application, Bridge, Channel, Info, Recording, Stored, Trouble, read

_WITHIN_S: Final = 5.0
_LIST_BYTES: Final = 8_000_000
_Kind = TypeVar("_Kind")


class Unreachable(OSError):
    """There was no answer that can be used. sent: the wish may have been carried out all the same. cut: there was none at all."""

    def __init__(self, message: str, *, sent: bool, cut: bool = True) -> None:
        super().__init__(message)
        self.sent = sent
        self.cut = cut


class Denied(Exception):
    """The exchange says no, with a status of HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """Asks one exchange. Every operation raises Unreachable or Denied."""

    def __init__(self, http: Http, settings: Settings) -> None:
        self._http = http
        self._base = f"{settings.url}/ari"
        pair = f"{settings.username}:{settings.password}".encode()
        self.authorization = f"Basic {base64.b64encode(pair).decode()}"

    async def info(self) -> Info:
        """Return which Asterisk it is."""
        return read_as(await self._ask("GET", "/asterisk/info"), Info)

    async def applications(self) -> list[Application]:
        """Return the applications that the exchange knows."""
        return read_as(await self._ask("GET", "/applications"), list[Application])

    async def subscribe(self, app: str, sources: Iterable[str]) -> None:
        """Have an application told of channels and bridges, as `channel:ID` and `bridge:ID`."""
        await self._ask("POST", f"/applications/{app}/subscription", {"eventSource": ",".join(sources)})

    async def channels(self) -> list[Channel]:
        """Return all channels of the exchange, also those that are no concern of ours."""
        return read_as(await self._ask("GET", "/channels"), list[Channel])

    async def bridges(self) -> list[Bridge]:
        """Return all bridges of the exchange."""
        return read_as(await self._ask("GET", "/bridges"), list[Bridge])

    async def originate(self, channel: str, **how: str) -> None:
        """Dial somebody under a name of our choice."""
        await self._ask("POST", f"/channels/{in_path(channel)}", how)

    async def on_channel(self, method: str, channel: str, verb: str = "", **params: str) -> None:
        """Do something with a channel: `answer`, `continue`, `dtmf`, ...; DELETE without a verb hangs up."""
        await self._ask(method, f"/channels/{in_path(channel)}{verb and '/' + verb}", params)

    async def variable(self, channel: str, name: str) -> str:
        """Return a variable of a channel."""
        body = await self._ask("GET", f"/channels/{in_path(channel)}/variable", {"variable": name})
        return str(read_as(body, dict[str, str]).get("value", ""))

    async def on_bridge(self, method: str, bridge: str, verb: str = "", **params: str) -> None:
        """Do something with a bridge; POST without a verb makes it, DELETE without a verb shuts it down."""
        await self._ask(method, f"/bridges/{in_path(bridge)}{verb and '/' + verb}", params)

    async def play(self, channel: str, playback: str, media: Iterable[str], language: str) -> None:
        """Play sounds in turn to a channel."""
        params = {"media": ",".join(media), "lang": language}
        await self._ask("POST", f"/channels/{in_path(channel)}/play/{in_path(playback)}", params)

    async def stop_playing(self, playback: str) -> None:
        """End a sound."""
        await self._ask("DELETE", f"/playbacks/{in_path(playback)}")

    async def live_recording(self, name: str) -> Recording:
        """Return a recording that runs."""
        return read_as(await self._ask("GET", f"/recordings/live/{in_path(name)}"), Recording)

    async def on_recording(self, method: str, name: str, verb: str) -> None:
        """Do something with a recording that runs: `stop`, `pause`."""
        await self._ask(method, f"/recordings/live/{in_path(name)}/{verb}")

    async def stored_recordings(self) -> list[Stored]:
        """Return the recordings that the exchange keeps, also those that are no concern of ours."""
        return read_as(await self._ask("GET", "/recordings/stored"), list[Stored])

    async def forget_recording(self, name: str) -> None:
        """Delete a recording at the exchange."""
        await self._ask("DELETE", f"/recordings/stored/{in_path(name)}")

    async def file(self, name: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a recording that is kept."""
        url = f"{self._base}/recordings/stored/{in_path(name)}/file"
        try:
            async with self._http.stream("GET", url, headers=self._headers({"accept": "*/*"}), idle_s=_WITHIN_S) as answer:
                if answer.status >= 400:
                    raise Denied(answer.status, "The recording is not to be had.")
                async for chunk in answer.chunks():
                    yield chunk
        except (NotReached, HostRefused) as error:
            raise Unreachable(str(error), sent=True) from error

    async def _ask(self, method: str, path: str, params: dict[str, str] | None = None) -> bytes:
        try:
            answer = await self._http.request(
                method, self._base + path, params=params or None, headers=self._headers({"accept": "application/json"}),
                timeout_s=_WITHIN_S, max_bytes=_LIST_BYTES,
            )  # fmt: skip
        except NotReached as error:
            raise Unreachable(str(error), sent=error.sent) from error
        except HostRefused as error:
            raise Unreachable(str(error), sent=False) from error
        if answer.status >= 300:
            raise Denied(answer.status, _said(answer.body))
        return answer.body

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"authorization": self.authorization, **more}


def read_as(body: bytes, kind: type[_Kind]) -> _Kind:
    """Return an answer's object. Raises Unreachable for something that is not the interface's."""
    try:
        return read(body, kind)
    except MISSHAPEN as error:
        raise Unreachable("Something else than Asterisk's REST interface answers there.", sent=True, cut=False) from error


def _said(body: bytes) -> str:
    try:
        trouble = read(body[:2_000], Trouble)
    except MISSHAPEN:
        return ""
    return trouble.message[:200]
