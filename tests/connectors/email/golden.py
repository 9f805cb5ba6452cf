"""Mails in files with what they must be read as beside them: `tests/fixtures/mails/*.eml` and `*.json`."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from unisono.connectors.email import Email
from unisono.contract import Account, Created, Event, InAttachment, Raw, Status
from unisono.service.html import clean_html
from unisono.testing.clock import RealClock
from unisono.testing.context import KitContext

MAILS = Path(__file__).parents[2] / "fixtures" / "mails"
RECEIVED = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def reader(**config: Any) -> Email:
    """Return the connector of hilfe@shop.example, with no way to anywhere."""
    account = Account(channel_id=UUID(int=1), name="Hilfe", config={"address": "hilfe@shop.example", **config})
    return Email(KitContext(account, None, {}, RealClock()))  # type: ignore[arg-type]


def raw_of(content: bytes) -> Raw:
    """Return a mail as it stands in the inbox."""
    return Raw(ingest_key="mail:test", body=content, received_at=RECEIVED)


def wanted_of(path: Path) -> dict[str, Any]:
    """Return what the file beside a mail asks for."""
    wanted: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return wanted


def summary(event: Event, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what an event says in the words of the files; what a file leaves to chance is taken from `wanted`."""
    if isinstance(event, Status):
        return {
            "kind": "status", "state": event.state.value, "code": event.code, "key": event.client_key, "id": event.remote_id,
        }  # fmt: skip
    assert isinstance(event, Created)
    found: dict[str, Any] = {
        "kind": "created", "id": _like(event.remote_id, wanted.get("id")), "text": event.text, "subject": event.subject,
        "author": event.author.remote_id, "name": event.author.display_name, "at": f"{event.occurred_at:%Y-%m-%dT%H:%M:%SZ}",
        "root": _like(event.thread.root_id, wanted.get("root")), "parent": event.thread.parent_id, "own": event.own,
        "automatic": event.details.get("automatic", False) if event.automatic else False, "html": event.html is not None,
        "reply": event.can_reply.rule.value + (f":{event.can_reply.reason}" if event.can_reply.reason else ""),
        "files": [_file(file, _nth(wanted.get("files", []), place)) for place, file in enumerate(event.attachments)],
    }  # fmt: skip
    if event.client_key:
        found["key"] = event.client_key
    if event.thread.customer is not None:
        found["customer"] = event.thread.customer.remote_id
    for name, key in (("history", "history"), ("cc", "cc"), ("encrypted", "encrypted"), ("from", "sender")):
        if name in event.details:
            found[key] = event.details[name]
    if "problems" in event.details:
        found["problems"] = len(event.details["problems"])
    return found | _cleaned(event, wanted)


def _cleaned(event: Created, wanted: dict[str, Any]) -> dict[str, Any]:
    """What the service keeps of the HTML, where a file asks for it."""
    if not {"clean_has", "clean_lacks", "remote_images"} & wanted.keys():
        return {}
    clean = clean_html(event.html or "")
    assert clean is not None
    found: dict[str, Any] = {"remote_images": clean.remote_images}
    if "clean_has" in wanted:
        found["clean_has"] = [part for part in wanted["clean_has"] if part in clean.html]
    if "clean_lacks" in wanted:
        found["clean_lacks"] = [part for part in wanted["clean_lacks"] if part not in clean.html]
    return found


def _file(file: InAttachment, wanted: dict[str, Any]) -> dict[str, Any]:
    content = file.content or b""
    assert file.size_bytes == len(content)
    found: dict[str, Any] = {"name": file.name, "type": file.media_type, "size": len(content)}
    if wanted.get("size", 0) is None:
        assert content
        found["size"] = None
    if file.content_id:
        found["cid"] = file.content_id
    if "sha256" in wanted:
        found["sha256"] = hashlib.sha256(content).hexdigest()
    if "has" in wanted:
        found["has"] = wanted["has"] if wanted["has"].encode() in content else content.decode("utf-8", "replace")
    return found


def _nth(files: list[dict[str, Any]], place: int) -> dict[str, Any]:
    return files[place] if place < len(files) else {}


def _like(found: str, wanted: str | None) -> str:
    """A wanted id that begins with a star says only how the id ends."""
    return wanted if wanted and wanted.startswith("*") and found.endswith(wanted[1:]) else found
