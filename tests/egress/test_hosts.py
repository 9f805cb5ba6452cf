"""Where requests may go."""

import asyncio
import socket

import httpx2
import pytest

from tests.egress.kit import Peer, client, manifest, ok, saying
from unisono.contract import HostRefused, NotReached
from unisono.egress.client import EgressFactory
from unisono.egress.guard import AllowedHosts, is_public, is_reachable

METADATA = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"


@pytest.mark.parametrize(
    ("hosts", "url", "allowed"),
    [
        (["api.example"], "https://api.example/x", True),
        (["api.example"], "https://API.Example./x", True),
        (["api.example"], "http://api.example/x", False),
        (["api.example"], "https://api.example:8443/x", False),
        (["api.example:8443"], "https://api.example:8443/x", True),
        (["http://api.example"], "http://api.example/", True),
        (["api.example"], "https://api.example.evil.example/", False),
        (["api.example"], "https://evil.example/api.example", False),
        (["api.example"], "https://evil.example#@api.example/", False),
        (["api.example"], "https://user@api.example/", False),
        (["api.example"], "https://api.example@evil.example/", False),
        (["api.example"], "ftp://api.example/", False),
        (["api.example"], "file:///etc/passwd", False),
        (["*.cdn.example"], "https://a.cdn.example/", True),
        (["*.cdn.example"], "https://a.b.cdn.example/", True),
        (["*.cdn.example"], "https://cdn.example/", False),
        (["*.cdn.example"], "https://evilcdn.example/", False),
        (["münchen.example"], "https://xn--mnchen-3ya.example/", True),
        (["{config.url}"], "https://social.example/api", True),
        (["{config.url}"], "http://social.example/api", False),
        (["{config.url}"], "https://social.example:444/api", False),
        (["{config.host}"], "https://mail.example/", True),
        (["{config.host}"], "http://mail.example/", True),
        (["{config.host}"], "http://mail.example:8080/", False),
        (["{config.plain}"], "http://old.example/", True),
        (["{config.plain}"], "https://old.example/", True),
        (["{config.plain}"], "https://old.example:80/", False),
        (["{config.shop}.shops.example"], "https://blumen.shops.example/", True),
        (["{config.bad}.shops.example"], "https://evil.example/", False),
        (["{config.bad}.shops.example"], "https://evil.example/.shops.example", False),
        (["{config.missing}"], "https://social.example/", False),
        ([], "https://social.example/", False),
    ],
)
def test_a_request_goes_to_the_manifests_hosts_and_nowhere_else(hosts: list[str], url: str, allowed: bool):
    config = {
        "url": "https://social.example", "host": "mail.example", "plain": "http://old.example", "shop": "blumen",
        "bad": "evil.example/", "missing": None,
    }  # fmt: skip
    found = AllowedHosts(manifest(*hosts), config)
    if allowed:
        found.check(httpx2.URL(url))
    else:
        with pytest.raises(HostRefused) as refused:
            found.check(httpx2.URL(url))
        assert "Nothing was sent" in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.10", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::a9fe:a9fe",
        "2001:0:4136:e378:8000:63bf:80ff:fffe", "::127.0.0.1", "168.63.129.16",
    ],
)  # fmt: skip
def test_addresses_of_the_house_and_of_its_machines_are_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14", "8.8.8.8"]
)
def test_addresses_of_the_internet_are_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "0.0.0.0", "fd00:ec2::254", "::ffff:169.254.1.1", "224.0.0.5"])
def test_even_where_private_hosts_are_allowed_the_machines_own_surroundings_are_not(address: str):
    assert not is_reachable(address)
    assert is_reachable("127.0.0.1")
    assert is_reachable("192.168.1.7")


async def test_a_private_host_needs_the_deployments_consent():
    async with Peer(saying(ok(b"hello"))) as peer:
        async with client(peer.url, allow_private=False) as http:
            with pytest.raises(HostRefused, match="UNISONO_ALLOW_PRIVATE_HOSTS"):
                await http.request("GET", peer.url)
        assert peer.heard == []
        async with client(peer.url) as http:
            assert (await http.request("GET", peer.url)).body == b"hello"


async def test_consent_counts_for_hosts_of_the_settings_not_for_the_manifests_own():
    """A network whose name suddenly leads into our own house is no network of ours."""

    async def home(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with Peer(saying(ok(b"hello"))) as peer, EgressFactory(allow_private=True, resolve=home) as factory:
        place = f"http://graph.network.example:{peer.port}"
        with pytest.raises(HostRefused, match="private network"):
            await factory(manifest(place), {}).request("GET", place)
        typed = factory(manifest("{config.url}"), {"url": place})
        assert (await typed.request("GET", place)).body == b"hello"
        with pytest.raises(HostRefused):
            # The connection that the other channel has opened is not for this one.
            await factory(manifest(place), {}).request("GET", place)


async def test_a_name_that_answers_differently_the_second_time_gains_nothing():
    """DNS rebinding: what was checked is what is connected to."""
    asked: list[str] = []

    async def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    connected: list[str] = []

    async def connect(self: object, host: str, port: int, *more: object, **options: object) -> None:
        connected.append(host)
        raise OSError("far away")

    async with Peer(saying(ok(b"inside"))) as peer, EgressFactory(resolve=changing) as factory:
        backend = factory._public._transport._pool._network_backend  # type: ignore[attr-defined]
        backend._inner = type("Far", (), {"connect_tcp": connect})()
        http = factory(manifest(f"http://rebind.example:{peer.port}"), {})
        with pytest.raises(NotReached) as failed:
            await http.request("GET", f"http://rebind.example:{peer.port}/")
        assert not failed.value.sent
        assert (asked, connected) == (["rebind.example"], ["93.184.215.14"]), "one look-up, and the checked address itself"
        with pytest.raises(HostRefused):
            await http.request("GET", f"http://rebind.example:{peer.port}/")
        assert connected == ["93.184.215.14"]
        assert peer.heard == []


async def test_of_several_addresses_only_the_public_ones_are_tried():
    tried: list[str] = []

    async def both(host: str, port: int) -> list[str]:
        return ["10.0.0.1", "93.184.215.14", "::1", "93.184.215.15"]

    async def connect(self: object, host: str, port: int, *more: object, **options: object) -> None:
        import httpcore2

        tried.append(host)
        raise httpcore2.ConnectError("no")

    async with EgressFactory(resolve=both) as factory:
        factory._public._transport._pool._network_backend._inner = type("Far", (), {"connect_tcp": connect})()  # type: ignore[attr-defined]
        with pytest.raises(NotReached):
            await factory(manifest("api.example"), {}).request("GET", "https://api.example/")
    assert tried == ["93.184.215.14", "93.184.215.15"]


async def test_a_name_without_address_was_surely_not_asked():
    async def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    async with client("http://nowhere.example", resolve=nowhere) as http:
        with pytest.raises(NotReached) as failed:
            await http.request("POST", "http://nowhere.example/", json={})
    assert not failed.value.sent


async def test_a_name_server_that_hangs_does_not_hold_the_request():
    async def hanging(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    async with client("http://slow.example", resolve=hanging, patience=0.02) as http:
        with pytest.raises(NotReached) as failed:
            await http.request("GET", "http://slow.example/")
    assert not failed.value.sent


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirection_to_the_metadata_service_is_not_followed(status: int):
    answer = f"HTTP/1.1 {status} Elsewhere\r\nlocation: {METADATA}\r\ncontent-length: 0\r\n\r\n".encode()
    async with Peer(saying(answer)) as peer, client(peer.url) as http:
        with pytest.raises(HostRefused, match=r"169\.254\.169\.254"):
            await http.request("GET", peer.url)


async def test_a_redirection_to_another_allowed_host_leaves_the_authorisation_behind():
    async with Peer(saying(ok(b"picture"))) as store:
        answer = f"HTTP/1.1 302 Found\r\nlocation: {store.url}/p.png\r\ncontent-length: 0\r\n\r\n".encode()
        async with Peer(saying(answer)) as peer, EgressFactory(allow_private=True) as factory:
            http = factory(manifest("{config.url}", "{config.store}"), {"url": peer.url, "store": store.url})
            headers = {"authorization": "Bearer s3cret", "cookie": "a=b", "x-api-key": "s3cret", "accept": "image/*"}
            assert (await http.request("GET", peer.url, headers=headers)).body == b"picture"
    assert b"s3cret" in peer.heard[0]
    assert b"s3cret" not in store.heard[0]
    assert b"cookie" not in store.heard[0].lower()
    assert b"accept: image/*" in store.heard[0].lower()


async def test_a_redirection_within_the_host_keeps_the_authorisation():
    async def twice(request: bytes, writer: asyncio.StreamWriter) -> None:
        found = b"/new" in request.split(b"\r\n")[0]
        writer.write(ok(b"here") if found else b"HTTP/1.1 301 Moved\r\nlocation: /new\r\ncontent-length: 0\r\n\r\n")

    async with Peer(twice) as peer, client(peer.url) as http:
        answer = await http.request("GET", f"{peer.url}/old?page=2", headers={"authorization": "Bearer s3cret"})
    assert (answer.status, answer.body) == (200, b"here")
    assert b"s3cret" in peer.heard[1]


async def test_a_redirection_of_a_post_is_told_not_followed():
    elsewhere = b"HTTP/1.1 307 Elsewhere\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n"
    async with Peer(saying(elsewhere)) as peer, client(peer.url) as http:
        assert (await http.request("POST", peer.url, json={})).status == 307
    assert len(peer.heard) == 1


async def test_redirections_in_a_circle_end():
    async with Peer(saying(b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n")) as peer, client(peer.url) as http:
        with pytest.raises(NotReached, match="circle"):
            await http.request("GET", peer.url)
    assert len(peer.heard) == 5


async def test_a_redirection_from_https_to_http_is_refused():
    async with client("https://social.example", "http://social.example") as http:
        request = http._build("GET", "https://social.example/")
        with pytest.raises(HostRefused, match="https to http"):
            http._redirected(request, "http://social.example/")


@pytest.mark.parametrize(
    "url", ["", "nonsense", "http://", "https://[::1", "http://a b/", "//x/", "https://ex\x00ample/", "http://x:99999/"]
)
async def test_what_is_no_address_is_refused_before_anything_is_sent(url: str):
    async with client("https://social.example") as http:
        with pytest.raises(HostRefused):
            await http.request("GET", url)
        with pytest.raises(HostRefused):
            async with http.stream("GET", url):
                pass
