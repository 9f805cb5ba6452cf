"""Cases 8 and 9: only the network comes in by the webhook, and it is shown that the address is ours."""

import hmac
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

import msgspec

from unisono.contract import Deny, HttpRequest, HttpResponse, Webhook
from unisono.testing.conformance.case import CHALLENGE, WEBHOOK, case, expect
from unisono.testing.conformance.side import Side

# What compares in constant time, by the names that the standard library and `cryptography` give it.
_CAREFUL = frozenset({"compare_digest", "verify", "bytes_eq"})


@case(8, "a push is taken by its signature over the raw bytes, and nothing else comes in", WEBHOOK)
async def signatures(side: Side) -> None:
    """Text that no encoder writes twice alike; then other secrets, no signature, other bytes, an old one."""
    text = side.words("Grüße \U0001f469\u200d\U0001f469\u200d\U0001f467 \u201eça va?\u201c <b>&amp;</b> \\u00e4")
    item = await side.lab.say(text)
    good = side.lab.push(item)
    body = good.body
    forged = {
        "signed with another secret": side.lab.push(item, secret="not-the-secret-of-this-channel"),
        "not signed": side.lab.push(item, signed=False),
        "changed by one byte": msgspec.structs.replace(good, body=body[:-1] + (b" " if body[-1:] != b" " else b"\n")),
        "changed by white space": msgspec.structs.replace(good, body=body + b"\n"),
    }
    forged |= {f"with an empty {name}": request for name, request in _emptied(good, side.lab.push(item, signed=False))}
    if side.lab.signs_time:
        now = side.clock.now()
        forged["signed a day ago"] = side.lab.push(item, at=now - timedelta(days=1))
        forged["signed for tomorrow"] = side.lab.push(item, at=now + timedelta(days=1))
    for what, request in forged.items():
        answer = await side.knock(request)
        expect(400 <= answer.status < 500, f"A push {what} is answered with status {answer.status}.")
    stored = await _stored(side)
    expect(stored == 0, f"{stored} items of forged pushes were stored.")
    await _compares_carefully(side, forged["signed with another secret"])
    answer = await side.knock(good)
    expect(answer.status < 300, f"A rightly signed push is answered with status {answer.status}.")
    await side.read()
    await side.once(text)


def _emptied(good: HttpRequest, unsigned: HttpRequest) -> list[tuple[str, HttpRequest]]:
    """Return the good request with each header that only a signed one has, but empty."""
    names = set(good.headers) - set(unsigned.headers)
    return [(name, msgspec.structs.replace(good, headers={**good.headers, name: ""})) for name in sorted(names)]


async def _stored(side: Side) -> int:
    [row] = await side.stage.sql("select count(*) as n from inbox where channel_id = $1", side.channel_id)
    return int(row["n"])


async def _compares_carefully(side: Side, request: HttpRequest) -> None:
    connector = await side.connector()
    assert isinstance(connector, Webhook)
    with _calls() as called:
        result = await connector.verify(request)
    expect(isinstance(result, Deny), "The connector takes a push that is signed with another secret.")
    expect(called & _CAREFUL, "The signature is not compared in constant time (hmac.compare_digest): its bytes can be guessed.")


@contextmanager
def _calls() -> Iterator[set[str]]:
    """Collect the names of the built-in functions that are called in this thread."""
    called: set[str] = set()

    def note(_frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call":
            called.add("compare_digest" if function is hmac.compare_digest else getattr(function, "__name__", ""))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(before)


@case(9, "the network's challenge is answered, and nobody else's", WEBHOOK, CHALLENGE)
async def challenges(side: Side) -> None:
    """What the network asks before it pushes, and what anybody could ask."""
    probes = side.lab.probes()
    expect({probe.honest for probe in probes} == {True, False}, "The lab needs honest challenges and one that is not.")
    for probe in probes:
        answer = await side.knock(probe.request)
        right = probe.answered(HttpResponse(status=answer.status, body=answer.body))
        expect(right == probe.honest, f"{probe.name}: status {answer.status}, {'not ' if probe.honest else ''}answered.")
