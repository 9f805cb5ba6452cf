"""Reading is total, keys and facets are right: without any network."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.connectors.bluesky.cursors import place_of, written
from unisono.connectors.bluesky.facets import facet, spans_of, whole_text
from unisono.connectors.bluesky.read import read_item
from unisono.connectors.bluesky.tid import number_of, tid_at, tid_of
from unisono.contract import Created, Raw, Unreadable
from unisono.domain.words import Visibility

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URI = "at://did:plc:anna/app.bsky.feed.post/3l6oveex3ii2l"
RECORD: dict[str, Any] = {
    "$type": "app.bsky.feed.post", "text": "Hallo", "createdAt": "2026-11-23T10:00:00.000Z", "langs": ["de-AT"],
    "facets": [], "reply": None, "embed": None, "labels": None,
}  # fmt: skip
POST: dict[str, Any] = {
    "uri": URI, "cid": "bafy", "author": {"did": "did:plc:anna", "handle": "anna.example", "displayName": "Anna"},
    "record": RECORD, "indexedAt": "2026-11-23T10:00:01.000Z", "embed": None, "viewer": {},
}  # fmt: skip
MESSAGE: dict[str, Any] = {
    "id": "3m",
    "rev": "3m",
    "text": "Direkt",
    "sender": {"did": "did:plc:anna"},
    "sentAt": RECORD["createdAt"],
}

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))


def read(item: object) -> list[Any]:
    body = item if isinstance(item, bytes) else msgspec.json.encode(item)
    return list(read_item(Raw(ingest_key="k", body=body, received_at=NOW)))


def post(**changes: Any) -> dict[str, Any]:
    return {"kind": "post", "post": POST | changes, "reason": "mention", "me": "did:plc:us"}


@given(st.binary() | anything)
def test_anything_is_read_or_unreadable(item: object) -> None:
    with contextlib.suppress(Unreadable):
        read(item)


@given(st.sampled_from(sorted(POST)), anything)
def test_a_post_with_one_field_gone_wrong_is_read_or_unreadable(name: str, value: object) -> None:
    with contextlib.suppress(Unreadable):
        assert all(event.occurred_at.tzinfo for event in read(post(**{name: value})))


@given(st.sampled_from(sorted(RECORD)), anything)
def test_a_record_with_one_field_gone_wrong_is_read_or_unreadable(name: str, value: object) -> None:
    with contextlib.suppress(Unreadable):
        read(post(record=RECORD | {name: value}))


@given(st.sampled_from(sorted(MESSAGE)), anything)
def test_a_message_with_one_field_gone_wrong_is_read_or_unreadable(name: str, value: object) -> None:
    with contextlib.suppress(Unreadable):
        read({"kind": "message", "message": MESSAGE | {name: value}, "convo": "3c", "members": [], "me": "did:plc:us"})


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"kind":' * 50_000, b'{"kind": "hologram"}'])
def test_what_breaks_parsers_or_is_new_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


def test_the_authors_own_date_orders_nothing() -> None:
    (event,) = read(post(record=RECORD | {"createdAt": "1999-01-01T00:00:00Z"}))
    assert event.occurred_at == datetime(2026, 11, 23, 10, 0, 1, tzinfo=UTC)


def test_a_message_of_ours_is_ours_and_for_its_reader() -> None:
    members = [{"did": "did:plc:us", "handle": "us.example"}, POST["author"]]
    (event,) = read({"kind": "message", "message": MESSAGE, "convo": "3c", "members": members, "me": "did:plc:anna"})
    assert isinstance(event, Created)
    assert (event.own, event.thread.visibility, event.thread.root_id) == (True, Visibility.PRIVATE, "3c")
    assert event.thread.customer is not None
    assert event.thread.customer.remote_id == "did:plc:us"


# -- record keys -------------------------------------------------------------------------------------------------------


def test_a_key_is_the_same_at_every_attempt_and_others_are_others() -> None:
    keys = {tid_of(f"message {n}", NOW) for n in range(1_000)}
    assert len(keys) == 1_000
    assert tid_of("message 1", NOW) in keys


@given(st.text(), st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds are naive
def test_a_key_is_a_tid_of_its_millisecond(key: str, at: datetime) -> None:
    tid = tid_of(key, at)
    # Source: atproto.com, specification "TID".
    assert len(tid) == 13
    assert tid[0] in "234567abcdefghij"
    millisecond = at.replace(microsecond=at.microsecond // 1_000 * 1_000)
    assert tid_at(millisecond) <= tid < tid_at(millisecond + timedelta(milliseconds=1))


def test_a_known_key_is_read_as_its_time() -> None:
    # 3jzfcijpj2z2a, an example of the specification.
    number = number_of("3jzfcijpj2z2a")
    assert number is not None
    assert datetime.fromtimestamp((number >> 10) / 1e6, UTC).year == 2023
    assert number_of("3jzfcijpj2z2A") is None
    assert number_of("") is None


# -- facets ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Siehe https://example.org/a_(b).", [("link", "https://example.org/a_(b)")]),
        ("(https://example.org)", [("link", "https://example.org")]),
        ("Hallo @anna.example, @bob", [("mention", "anna.example")]),
        ("mail@anna.example", []),
        ("#Lieferung und #1 und #1a", [("tag", "Lieferung"), ("tag", "1a")]),
        ("https://example.org/#anker", [("link", "https://example.org/#anker")]),
        ("nichts", []),
    ],
)  # fmt: skip
def test_links_mentions_and_tags_are_found(text: str, parts: list[tuple[str, str]]) -> None:
    assert [(span.kind, span.value) for span in spans_of(text)] == parts


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_facet_points_at_its_bytes_whatever_stands_around(before: str, after: str) -> None:
    text = f"{before} https://example.org/x {after}"
    for span in spans_of(text):
        index = facet(text, span)["index"]
        raw = text.encode("utf-8", "surrogatepass")[index["byteStart"] : index["byteEnd"]]
        assert raw.decode("utf-8", "surrogatepass") == text[span.start : span.end]


@pytest.mark.parametrize(
    ("shown", "uri", "reads"),
    [
        ("example.org/lang...", "https://example.org/langer-pfad", "https://example.org/langer-pfad"),
        ("https://example.org", "https://example.org/", "https://example.org"),
        ("meine Bank", "https://evil.example", "meine Bank (https://evil.example)"),
    ],
)
def test_a_link_reads_as_where_it_leads(shown: str, uri: str, reads: str) -> None:
    text = f"Grüße: {shown} \N{PACKAGE}"
    start = len("Grüße: ".encode())
    link = {"index": {"byteStart": start, "byteEnd": start + len(shown.encode())}}
    link["features"] = [{"$type": "app.bsky.richtext.facet#link", "uri": uri}]  # type: ignore[assignment]
    assert whole_text(text, [link]) == f"Grüße: {reads} \N{PACKAGE}"


@given(st.text(), st.integers(), st.integers())
def test_a_facet_that_does_not_fit_is_passed_over(text: str, start: int, end: int) -> None:
    features = [{"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org"}]
    found = whole_text(text, [{"index": {"byteStart": start, "byteEnd": end}, "features": features}])
    assert isinstance(found, str)


@given(st.none() | st.text())
def test_any_cursor_is_a_place_or_none(cursor: str | None) -> None:
    place_of(cursor)
    assert place_of(written("3l6oveex3ii2l")) is not None
