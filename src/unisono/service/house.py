"""What the web room is given: the world as ports, and the few facts of a deployment that its pages tell."""

from msgspec import Struct

from unisono.contract.context import Clock
from unisono.service.channel_context import Outside
from unisono.service.passwords import Passwords
from unisono.service.ports import Bell, Database, Fanout
from unisono.service.ports.directory import DirectoryReader
from unisono.service.ports.files import AttachmentFiles
from unisono.service.ports.fitting import Fitter
from unisono.service.ports.outside import Registry
from unisono.service.ports.phone import Phone
from unisono.service.ports.report_files import ReportFiles
from unisono.service.ports.simulating import Simulator


class WebSettings(Struct, frozen=True, kw_only=True):
    """Facts of the deployment.

    public_url: how browsers reach it, without a slash at the end; https makes cookies Secure. organisation: its name
    until an administrator sets one. csrf_secret, pepper: 32 bytes each, derived from the deployment's key, so that all
    nodes have the same. max_upload_bytes: largest attachment. frame_sources: origins that pages of the desk may embed
    (the demonstration's networks). demo: the pages of the demonstration are served.
    xmpp_domain: where people are shown to XMPP programs.
    """

    public_url: str
    version: str
    csrf_secret: bytes
    pepper: bytes
    organisation: str = "Unisono"
    demo: bool = False
    max_upload_bytes: int = 50_000_000
    frame_sources: tuple[str, ...] = ()
    event_keep_alive_s: float = 15.0
    xmpp_domain: str = ""

    @property
    def secure(self) -> bool:
        """Whether browsers come by https."""
        return self.public_url.startswith("https://")


class House(Struct, frozen=True, kw_only=True):
    """All that the web room has of the world."""

    outside: Outside
    fanout: Fanout
    passwords: Passwords
    settings: WebSettings
    simulator: Simulator
    report_files: ReportFiles
    fitter: Fitter
    phone: Phone | None = None
    directory_reader: DirectoryReader | None = None

    @property
    def db(self) -> Database:
        """Transactions."""
        return self.outside.db

    @property
    def bell(self) -> Bell:
        """Hints that something was committed."""
        return self.outside.bell

    @property
    def clock(self) -> Clock:
        """Time."""
        return self.outside.clock

    @property
    def registry(self) -> Registry:
        """Installed connectors."""
        return self.outside.registry

    @property
    def files(self) -> AttachmentFiles:
        """Attachments' bytes."""
        return self.outside.files
