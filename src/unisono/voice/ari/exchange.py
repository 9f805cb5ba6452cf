"""An exchange as a channel: what an administrator says of it, and whether it can be worked with."""

import tomllib
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from unisono.contract import Ctx, Health, HostRefused, Manifest, load_manifest
from unisono.domain.words import ChannelState
from unisono.voice.ari.api import Api, Denied, Unreachable
from unisono.voice.ari.settings import BadSettings, Settings, read_settings
from unisono.voice.line import Line

_HERE: Final = Path(__file__).parent
_TEXTS: Final[dict[str, dict[str, str]]] = tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))


#: What concerns a page from which visitors call, and no exchange.
PAGE: Final = frozenset({"title", "colour", "page_language", "theme", "privacy_url", "allowed_origins"})


def _with_line(own: Manifest, line: Manifest) -> Manifest:
    """An exchange is a line as well: its numbers, hours and announcements are set in the same words."""
    properties: dict[str, Any] = own.config["properties"]
    lines = {name: schema for name, schema in line.config["properties"].items() if name not in properties.keys() | PAGE}
    return replace(own, config=line.config | own.config | {"properties": properties | lines})


#: What is asked of an administrator, and where the driver may go: the exchange and nowhere else.
MANIFEST: Final = _with_line(load_manifest(_HERE), load_manifest(Line.folder))


class Exchange(Line):
    """A line whose driver is made from its own settings."""

    folder: ClassVar[Path] = _HERE

    def __init__(self, ctx: Ctx) -> None:
        super().__init__(ctx)
        self._ctx = ctx

    async def check(self) -> Health:
        """Ask the exchange who it is, and whether the application is free."""
        account = self._ctx.account
        try:
            settings = read_settings({**account.config, "password": await self._ctx.secrets.get("password")})
        except BadSettings as error:
            return _health(ChannelState.MISCONFIGURED, "bad_setting", error.field, field=error.field, what=str(error))
        host = urlsplit(settings.url).netloc
        try:
            return await self._look(Api(self._ctx.http, settings), settings, host)
        except Unreachable as error:
            if isinstance(error.__cause__, HostRefused):
                return _health(ChannelState.MISCONFIGURED, "private_host", "url", host=host)
            return _health(ChannelState.UNREACHABLE, "no_answer" if error.cut else "not_asterisk", "url", host=host)
        except Denied as error:
            if error.status == 401:
                return _health(ChannelState.REAUTH_NEEDED, "wrong_user", "password")
            if error.status == 403:
                return _health(ChannelState.FORBIDDEN, "not_allowed", "username")
            if error.status >= 500:
                return _health(ChannelState.UNREACHABLE, "failing", status=error.status)
            return _health(ChannelState.MISCONFIGURED, "not_asterisk", "url", host=host)

    async def _look(self, api: Api, settings: Settings, host: str) -> Health:
        info = await api.info()
        if not info.system.version:
            return _health(ChannelState.MISCONFIGURED, "not_asterisk", "url", host=host)
        ours = f"{info.system.entity_id or host}/{settings.app}"
        taken = any(one.name == settings.app for one in await api.applications())
        # The application of a channel that is connected already is there because we are.
        if taken and self._ctx.account.remote_id != ours:
            return _health(ChannelState.MISCONFIGURED, "in_use", "app", app=settings.app)
        return Health(
            state=ChannelState.OK, remote_id=ours, handle=f"{settings.app}@{host}", realm=f"Asterisk {info.system.version}",
            caps=self.capabilities(),
        )  # fmt: skip


def _health(state: ChannelState, key: str, at: str | None = None, **facts: object) -> Health:
    texts = {language: words.format(**facts) for language, words in _TEXTS[key].items()}
    return Health(state=state, what=texts["en"], field=at, texts=texts)
