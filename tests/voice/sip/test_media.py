"""Who is heard in a call: what follows from the messages of both sides, and what the kernel lets through then."""

import ipaddress
import socket

import pytest

from unisono.voice.sip.endpoint.media import Book, Heard, Spot, close_off, spot_of

pytestmark = pytest.mark.voice

OURS = 20_000


def sdp(host: str, port: int, *more: str) -> str:
    return "\r\n".join(["v=0", "o=- 1 1 IN IP4 x", "s=-", f"c=IN IP4 {host}", "t=0 0", f"m=audio {port} RTP/AVP 8", *more, ""])


def shown(way: str, first: str, turn: str, body: str = "") -> str:
    """A message as the stack shows it."""
    head = [f"{way} UDP 127.0.0.1:5060 -> 127.0.0.1:5070", first, "Via: SIP/2.0/UDP x", "Call-ID: one", f"CSeq: {turn}"]
    return "\r\n".join([*head, "", body])


def spot(host: str, port: int, control: int | None = None) -> Spot:
    return Spot(ipaddress.ip_network(host), port, control or port + 1)


def agreed(book: Book, body: str, turn: str = "1 INVITE") -> Heard | None:
    """A caller offers, and we answer."""
    assert book.read(shown("RX", "INVITE sip:us SIP/2.0", turn, body)) is None
    return book.read(shown("TX", "SIP/2.0 200 OK", turn, sdp("192.0.2.1", OURS)))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (sdp("192.0.2.9", 7000), spot("192.0.2.9", 7000)),
        (sdp("192.0.2.9", 7000, "a=rtcp:7005 IN IP4 192.0.2.9"), spot("192.0.2.9", 7000, 7005)),
        # The line of the sound itself counts before that of the session.
        (sdp("192.0.2.9", 7000, "c=IN IP4 192.0.2.10"), spot("192.0.2.10", 7000)),
        (sdp("2001:db8::9", 7000).replace("c=IN IP4", "c=IN IP6"), spot("2001:db8::9", 7000)),
        (sdp("192.0.2.9", 7000, "m=video 9000 RTP/AVP 96", "c=IN IP4 192.0.2.66"), spot("192.0.2.9", 7000)),
        (sdp("media.example", 7000), Spot(None, 7000, 7001)),
        (sdp("0.0.0.0", 7000), None),
        (sdp("192.0.2.9", 0), None),
        ("v=0\nc=IN IP4 192.0.2.9\nm=video 9000 RTP/AVP 96\n", None),
        ("v=0\nm=audio 7000 RTP/AVP 8\n", None),
    ],
)
def test_where_a_description_wants_its_sound(body: str, found: Spot | None) -> None:
    assert spot_of(body.replace("\r\n", "\n")) == found


def test_a_caller_is_heard_from_where_they_offered_once_we_have_answered() -> None:
    assert agreed(Book(), sdp("192.0.2.9", 7000)) == Heard(OURS, spot("192.0.2.9", 7000))


def test_whom_we_call_is_heard_once_they_answer_and_nobody_before() -> None:
    book = Book()
    assert book.read(shown("TX", "INVITE sip:x SIP/2.0", "5 INVITE", sdp("192.0.2.1", OURS))) == Heard(OURS, None)
    assert book.read(shown("RX", "SIP/2.0 486 Busy Here", "5 INVITE", sdp("192.0.2.66", 9))) is None
    answer = book.read(shown("RX", "SIP/2.0 183 Session Progress", "5 INVITE", sdp("192.0.2.8", 6000)))
    assert answer == Heard(OURS, spot("192.0.2.8", 6000))


def test_an_offer_that_comes_with_our_answer_is_answered_by_their_ack() -> None:
    book = Book()
    assert book.read(shown("RX", "INVITE sip:us SIP/2.0", "1 INVITE")) is None
    assert book.read(shown("TX", "SIP/2.0 200 OK", "1 INVITE", sdp("192.0.2.1", OURS))) == Heard(OURS, None)
    ack = book.read(shown("RX", "ACK sip:us SIP/2.0", "1 ACK", sdp("192.0.2.9", 7000)))
    assert ack == Heard(OURS, spot("192.0.2.9", 7000))


def test_who_moves_is_heard_from_there_when_we_agree_and_stays_when_we_do_not() -> None:
    book = Book()
    agreed(book, sdp("192.0.2.9", 7000))
    assert book.read(shown("RX", "INVITE sip:us SIP/2.0", "2 INVITE", sdp("192.0.2.66", 9000))) is None
    assert book.read(shown("TX", "SIP/2.0 481 Call/Transaction Does Not Exist", "2 INVITE")) is None
    again = book.read(shown("TX", "INVITE sip:x SIP/2.0", "7 INVITE", sdp("192.0.2.1", OURS)))
    assert again == Heard(OURS, spot("192.0.2.9", 7000)), "what was refused has changed nothing"
    assert agreed(book, sdp("192.0.2.9", 7100), "3 INVITE") == Heard(OURS, spot("192.0.2.9", 7100))
    # On hold by an address that is none, whoever was heard is heard again when it ends.
    assert agreed(book, sdp("0.0.0.0", 7100), "4 INVITE") == Heard(OURS, spot("192.0.2.9", 7100))


@pytest.mark.parametrize(
    "message", ["", "RX", "RX UDP\r\n\r\nv=0", "TX UDP\r\nSIP/2.0\r\n\r\n", "RX\r\nINVITE\r\n\r\n" + "v=" * 40_000]
)
def test_what_is_no_message_changes_nothing(message: str) -> None:
    assert Book().read(message) is None


@pytest.mark.parametrize(("host", "other"), [("127.0.0.1", "127.0.0.66"), ("::1", None)])
def test_the_kernel_lets_through_whom_the_call_names_and_the_networks_that_are_let_in(host: str, other: str | None) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET

    def opened(address: str) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.bind((address, 0))
        return sock

    def heard(ears: socket.socket) -> set[bytes]:
        found = set()
        while True:
            try:
                found.add(ears.recv(100))
            except BlockingIOError:
                return found

    with opened(host) as ears, opened(host) as named, opened(host) as control, opened(host) as stranger:
        ears.setblocking(False)
        here = ears.getsockname()[:2]
        senders = {b"named": named, b"control": control, b"stranger": stranger}
        if other is not None:
            senders[b"other"] = opened(other)

        def all_speak() -> set[bytes]:
            for word, sock in senders.items():
                sock.sendto(word, here)
            return heard(ears)

        whom = spot(host, named.getsockname()[1], control.getsockname()[1])
        assert all_speak() == set(senders)
        assert close_off(Heard(here[1], None), []) >= 1
        assert all_speak() == set()
        close_off(Heard(here[1], whom), [])
        assert all_speak() == {b"named", b"control"}
        if other is not None:
            close_off(Heard(here[1], whom), [ipaddress.ip_network(f"{other}/32")])
            assert all_speak() == {b"named", b"control", b"other"}
            senders[b"other"].close()
