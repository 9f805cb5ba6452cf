"""Files go up while they come, and come down harmless."""

import asyncio
import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.web.conftest import Browser, MakeHouse, Served, serve
from tests.web.test_work import accepted
from unisono.domain.ids import new_id
from unisono.service.house import House
from unisono.service.setup_views import GrantView

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


async def upload(browser: Browser, name: str, content: bytes, kind: str = "image/png", **fields: Any) -> httpx2.Response:
    headers = fields.pop("headers", {})
    return await browser.ask("POST", "attachments", files={"file": (name, content, kind)}, data=fields, headers=headers)


def stored(house: House) -> list[Path]:
    """Return every file under the data directory, hidden ones too."""
    root = house.files._root  # type: ignore[attr-defined]
    return [path for path in root.rglob("*") if path.is_file()] if root.exists() else []


async def test_a_picture_goes_up_with_an_answer_and_comes_down_again(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)
    item = await root.get(f"interactions/{interaction}")
    channel = item["interaction"]["channel_id"]
    up = await upload(root, "cat.png", PNG, channel_id=channel, alt_text="A cat")
    assert up.status_code == 201, up.text
    attachment = up.json()
    assert (attachment["media_type"], attachment["size_bytes"], attachment["alt_text"]) == ("image/png", len(PNG), "A cat")
    described = await root.did("PATCH", f"attachments/{attachment['id']}", {"alt_text": "A sleeping cat"})
    assert described["alt_text"] == "A sleeping cat"
    draft = {"message_id": str(new_id()), "text": "Look", "visibility": "public", "attachment_ids": [attachment["id"]]}
    message = (await root.did("POST", f"interactions/{interaction}/answer", draft))["message"]
    assert message["attachments"][0]["alt_text"] == "A sleeping cat"
    down = await root.ask("GET", f"attachments/{attachment['id']}")
    assert down.content == PNG
    assert down.headers["content-type"] == "image/png"
    assert down.headers["content-disposition"].startswith("inline")
    assert "sandbox" in down.headers["content-security-policy"]
    assert (await root.problem("DELETE", f"attachments/{attachment['id']}"))["code"] == "sent"
    row = (await served.sql("select sha256, state from attachment"))[0]
    assert row["sha256"] == hashlib.sha256(PNG).digest()


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("page.html", "text/html", b"<script>alert(1)</script>"),
        ("drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("lie.png", "image/png", b"<html><script>alert(1)</script>"),
        ("notes.txt", "text/plain; charset=utf-8", b"hello"),
        ("x.js", "text/javascript", b"alert(1)"),
    ],
)
async def test_what_a_browser_could_run_is_only_ever_saved(
    served: Served, root: Browser, name: str, kind: str, content: bytes
) -> None:
    attachment = (await upload(root, name, content, kind)).json()
    down = await root.ask("GET", f"attachments/{attachment['id']}")
    assert down.content == content
    assert down.headers["content-type"] == "application/octet-stream"
    assert down.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert down.headers["x-content-type-options"] == "nosniff"


async def test_a_name_loses_its_folders_and_its_tricks(served: Served, root: Browser) -> None:
    for name, kept in (
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.png", "a.png"),
        ("Grüße 🐈.png", "Grüße 🐈.png"),
        ("...", "file"),
    ):
        attachment = (await upload(root, name, PNG)).json()
        assert attachment["name"] == kept


async def test_a_file_beyond_the_bound_leaves_nothing_behind(make_house: MakeHouse) -> None:
    running = await serve(await make_house(max_upload_bytes=100_000))
    try:
        browser = await running.logged_in("anna", "agent")

        async def chunks() -> Any:
            yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="big"\r\n\r\n'
            for _ in range(40):
                yield b"x" * 10_000
            yield b"\r\n--b--\r\n"

        kind = {"content-type": "multipart/form-data; boundary=b"}
        found = await browser.problem("POST", "attachments", content=chunks(), headers=kind)
        assert (found["status"], found["limit"]) == (413, 100_000)
        announced = await upload(browser, "big", b"x" * 300_000)
        assert announced.status_code == 413
        assert stored(running.house) == []
        assert await running.sql("select 1 from attachment") == []
    finally:
        await running.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form at all",
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf a fi',
        b'--b\r\ncontent-disposition: form-data; name="alt_text"\r\n\r\nno file\r\n--b--\r\n',
        (
            b'--b\r\ncontent-disposition: form-data; name="channel_id"\r\n\r\nnonsense\r\n'
            b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc\r\n--b--\r\n'
        ),
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n--b--\r\n',
        (
            b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc\r\n'
            b'--b\r\ncontent-disposition: form-data; name="file"; filename="b"\r\n\r\nabc\r\n--b--\r\n'
        ),
    ],
)
async def test_a_form_that_makes_no_sense_leaves_nothing_behind(served: Served, root: Browser, body: bytes) -> None:
    kind = {"content-type": "multipart/form-data; boundary=b"}
    found = await root.problem("POST", "attachments", content=body, headers=kind)
    assert found["status"] in {400, 422}
    assert stored(served.house) == []
    assert await served.sql("select 1 from attachment") == []


async def test_a_client_that_goes_away_leaves_nothing_behind(served: Served, root: Browser) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in root.http.cookies.items())
    token = root.http.cookies.get("csrftoken")
    _, writer = await asyncio.open_connection("127.0.0.1", served.server.port)
    writer.write(
        f"POST /api/v1/attachments HTTP/1.1\r\nhost: x\r\ncookie: {cookies}\r\nx-csrftoken: {token}\r\n"
        "content-type: multipart/form-data; boundary=b\r\ncontent-length: 100000\r\n\r\n"
        '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'.encode()
        + b"x" * 50_000
    )
    await writer.drain()
    for _ in range(100):
        if await served.sql("select 1 from attachment"):
            break
        await asyncio.sleep(0.05)
    writer.transport.abort()
    for _ in range(100):
        if not stored(served.house) and not await served.sql("select 1 from attachment"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the half file is still there")


async def test_a_full_disk_is_told_and_leaves_nothing_behind(
    served: Served, root: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        response = await upload(root, "cat.png", PNG)
    assert (response.status_code, response.json()["code"]) == (503, "disk_full")
    assert stored(served.house) == []
    assert await served.sql("select 1 from attachment") == []
    assert (await upload(root, "cat.png", PNG)).status_code == 201


async def test_the_same_upload_twice_is_one_file(served: Served, root: Browser) -> None:
    key = {"idempotency-key": str(new_id())}
    first = (await upload(root, "cat.png", PNG, headers=dict(key))).json()
    second = (await upload(root, "cat.png", PNG, headers=dict(key))).json()
    assert first == second
    assert len(stored(served.house)) == 1


async def test_files_of_others_do_not_exist(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    attachment = (await upload(root, "cat.png", PNG)).json()["id"]
    assert (await anna.problem("GET", f"attachments/{attachment}"))["status"] == 404
    assert (await anna.problem("PATCH", f"attachments/{attachment}", {"alt_text": "x"}))["status"] == 404
    assert (await anna.problem("DELETE", f"attachments/{attachment}"))["status"] == 404
    assert (await root.ask("DELETE", f"attachments/{attachment}")).status_code == 204
    assert stored(served.house) == []


async def test_a_customers_file_is_seen_with_its_conversation_only(served: Served, root: Browser) -> None:
    kit = served.kit
    seen, hidden = await kit.queue(), await kit.queue()
    file = {"name": "bill.pdf", "type": "application/pdf", "content": "%PDF-1.7 hello"}
    await kit.hear(await kit.channel(hidden), {"id": "1", "text": "See", "files": [file]})
    (row,) = await served.sql("select id from attachment")
    down = await root.ask("GET", f"attachments/{row['id']}")
    assert down.content == b"%PDF-1.7 hello"
    assert down.headers["content-disposition"].startswith("attachment")
    nora = await served.logged_in("nora", GrantView(role="agent", scope_kind="queue", scope_id=seen))
    assert (await nora.problem("GET", f"attachments/{row['id']}"))["status"] == 404


async def test_a_file_whose_bytes_are_gone_is_a_problem_and_not_half_an_answer(served: Served, root: Browser) -> None:
    attachment = (await upload(root, "cat.png", PNG)).json()["id"]
    for path in stored(served.house):
        path.unlink()
    assert (await root.problem("GET", f"attachments/{attachment}"))["code"] == "file_gone"
