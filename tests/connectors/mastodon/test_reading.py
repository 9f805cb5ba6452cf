"""Reading is total: whatever stands in an item, it is read or said to be unreadable."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.connectors.mastodon.read import read_item
from unisono.connectors.mastodon.text import plain_text
from unisono.contract import Created, Raw, Unreadable
from unisono.domain.words import Visibility

NOW = datetime(2026, 11, 23, tzinfo=UTC)

ACCOUNT: dict[str, Any] = {"id": "7", "acct": "anna@far.example", "display_name": "Anna", "url": "https://far.example/@anna"}
STATUS: dict[str, Any] = {
    "id": "1", "created_at": "2026-11-23T10:00:00.000Z", "account": ACCOUNT, "content": "<p>Hallo</p>",
    "visibility": "public", "in_reply_to_id": None, "mentions": [], "media_attachments": [], "edited_at": None,
    "language": "de", "url": "https://here.example/1", "spoiler_text": "",
}  # fmt: skip

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))


def read(body: bytes) -> list[Any]:
    return list(read_item(Raw(ingest_key="k", body=body, received_at=NOW), "here.example"))


def item(**changes: Any) -> bytes:
    return msgspec.json.encode({"kind": "status", "status": STATUS | changes, "root": "1", "me": "9"})


@given(st.binary())
def test_any_bytes_are_read_or_unreadable(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        read(body)


@given(anything)
def test_any_json_is_read_or_unreadable(value: object) -> None:
    with contextlib.suppress(Unreadable):
        read(msgspec.json.encode(value))


@given(st.sampled_from(sorted(STATUS)), anything)
def test_a_status_with_one_field_gone_wrong_is_read_or_unreadable(name: str, value: object) -> None:
    try:
        events = read(item(**{name: value}))
    except Unreadable:
        return
    for event in events:
        assert event.occurred_at.tzinfo is not None
        event.occurred_at.astimezone(UTC)


@given(st.sampled_from(["own", "status", "deleted", "new kind"]), st.dictionaries(st.sampled_from(sorted(STATUS)), anything))
def test_every_kind_of_item_with_any_fields_is_read_or_unreadable(kind: str, status: dict[str, Any]) -> None:
    with contextlib.suppress(Unreadable):
        read(msgspec.json.encode({"kind": kind, "status": STATUS | status, "root": "1", "me": "9"}))


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"kind":' * 50_000, item(content="<![foo[ x"), item(created_at="0001-01-01T00:00:00+23:00")]
)
def test_what_breaks_parsers_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


def test_unknown_fields_and_values_survive() -> None:
    (event,) = read(item(new_field={"a": 1}, visibility="local", quote={"state": "accepted"}))
    assert isinstance(event, Created)
    assert event.thread.visibility is Visibility.PRIVATE
    assert event.details["network_visibility"] == "local"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<br>b</p><p>c</p>", "a\nb\n\nc"),
        ("<p>a<br />b</p>", "a\nb"),
        ('<p><span class="h-card"><a href="https://x/@shop">@<span>shop</span></a></span> Hallo</p>', "@shop Hallo"),
        (
            '<a href="https://x/lang"><span class="invisible">https://</span><span class="ellipsis">x/la</span><span class="invisible">ng</span></a>',
            "https://x/lang",
        ),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("1 &lt; 2 &amp; 3 &#128512;", "1 < 2 & 3 😀"),
        ("nur Text", "nur Text"),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_was_typed(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(st.text(alphabet="<>/!&#;[]-?abp \n", max_size=60))
def test_any_markup_is_text_or_refused(html: str) -> None:
    with contextlib.suppress(ValueError):
        plain_text(html)
