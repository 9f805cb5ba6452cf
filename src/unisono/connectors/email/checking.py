"""Looking at a mailbox before its settings are saved: each problem in words, with the setting that it belongs to."""

from imapclient import IMAPClient

from unisono.connectors._mail.imap import ImapFailed, open_folder
from unisono.connectors._mail.mailbox import Mailbox
from unisono.connectors._mail.mime import is_address
from unisono.connectors._mail.settings import Settings
from unisono.connectors.email import filing
from unisono.connectors.email.gate import Gate
from unisono.connectors.email.smtp import Door, Looked, Refused, look
from unisono.contract import Health, PullFailed
from unisono.domain.words import ChannelState


async def problem_of(gate: Gate, mailbox: Mailbox) -> tuple[Health | None, bool, int | None]:
    """Return (what is wrong, whether a folder of sent mail is known, the largest mail that SMTP takes)."""
    settings = gate.settings
    missing = _missing(settings)
    if missing is not None:
        return missing, False, None
    if not settings.oauth and not await gate.ctx.secrets.get("password"):
        return Health(state=ChannelState.MISCONFIGURED, what="The password is missing.", field="password"), False, None
    try:
        sent_known = await mailbox.run(lambda client: _look_around(client, settings))
    except (ImapFailed, PullFailed) as error:
        return error.health, False, None
    looked = await _look_at_smtp(gate)
    return looked.problem, sent_known, looked.size_limit


def _missing(settings: Settings) -> Health | None:
    if not is_address(settings.address):
        return _wrong("address", f"{settings.address!r} is no mail address.")
    if not settings.imap.host:
        return _wrong("imap_host", "The IMAP server is missing. Choose a provider or enter the server.")
    if not settings.smtp.host:
        return _wrong("smtp_host", "The SMTP server is missing. Choose a provider or enter the server.")
    if settings.after == "move" and not settings.done_folder:
        return _wrong("done_folder", "Mails are to be moved after fetching, but the folder to move them to is missing.")
    if settings.after == "move" and settings.done_folder == settings.folder:
        return _wrong("done_folder", "Mails cannot be moved to the folder that they are fetched from.")
    return None


def _wrong(field: str, what: str) -> Health:
    return Health(state=ChannelState.MISCONFIGURED, what=what, field=field)


def _look_around(client: IMAPClient, settings: Settings) -> bool:
    """Open every folder that is named; returns whether there is one of sent mail."""
    open_folder(client, settings.folder, "folder")
    if settings.after == "move":
        open_folder(client, settings.done_folder, "done_folder")
    if settings.sent_copies == "none":
        return False
    sent = filing.sent_folder(client, settings)
    if sent is not None:
        open_folder(client, sent, "sent_folder")
    return sent is not None


async def _look_at_smtp(gate: Gate) -> Looked:
    door: Door | None = None
    try:
        door = await gate.door()
        looked = await look(door, gate.settings.address)
        if not (gate.settings.oauth and looked.problem is not None and looked.problem.state is ChannelState.REAUTH_NEEDED):
            return looked
        return await look(await gate.door(door.secret), gate.settings.address)
    except PullFailed as error:
        return Looked(problem=error.health)
    except Refused as error:
        return Looked(problem=Health(state=ChannelState.REAUTH_NEEDED, what=error.said, field="password"))
