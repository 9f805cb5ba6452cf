"""Who may speak to the endpoint at all: the kernel drops what comes from anywhere else, before the SIP stack reads a byte.

The stack can tell origins apart only for trunks that it registers with, so the sockets that it listens on get a packet filter
(classic BPF, SO_ATTACH_FILTER; Linux kernel documentation, networking/filter). A scanner hears nothing, not even a refusal.
"""

import ctypes
import ipaddress
import os
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Offsets into the network header are given relative to this (SKF_NET_OFF of linux/filter.h).
_NETWORK_HEADER: Final = -0x100000
_ATTACH_FILTER: Final = 26
_LOAD_WORD, _LOAD_HALF, _AND, _JUMP_EQUAL, _RETURN = 0x20, 0x28, 0x54, 0x15, 0x06
_PASS, _DROP = (_RETURN, 0, 0, 0xFFFFFFFF), (_RETURN, 0, 0, 0)
#: Where the address of the sender stands in the header of its family.
_SOURCE: Final = {socket.AF_INET: 12, socket.AF_INET6: 8}
#: A program has at most 4,096 steps; an IPv6 network takes up to thirteen.
MOST_NETWORKS: Final = 200

Step = tuple[int, int, int, int]


class CannotGuard(Exception):
    """The filter could not be set; without it the endpoint must not listen. The text says why."""


def program(networks: Sequence[Network], family: int) -> list[Step]:
    """Return the steps that pass a packet from one of these networks and drop every other."""
    steps: list[Step] = []
    for network in networks:
        if (network.version == 4) != (family == socket.AF_INET):
            continue
        steps += _pass_if_from(network, _SOURCE[socket.AddressFamily(family)])
    return [*steps, _DROP]


def from_port(host: Network, ports: Sequence[int], family: int) -> list[Step]:
    """Return a block that passes a datagram of one host from one of these ports, and else runs on behind its end."""
    if (host.version == 4) != (family == socket.AF_INET):
        return []
    passing = _pass_if_from(host, _SOURCE[socket.AddressFamily(family)])
    # A filter of a UDP socket sees the datagram from its own header on, which begins with the port of the sender.
    block: list[Step] = [(_LOAD_HALF, 0, 0, 0)]
    for left, port in zip(range(len(ports) - 1, -1, -1), ports, strict=True):
        block.append((_JUMP_EQUAL, left, 0 if left else len(passing), port))
    return block + passing


def _pass_if_from(network: Network, offset: int) -> list[Step]:
    """A block that passes a packet from the network, and else runs on behind its end."""
    address, mask = network.network_address.packed, network.netmask.packed
    tests: list[list[Step]] = []
    for at in range(0, len(mask), 4):
        (wanted,), (relevant,) = struct.unpack("!I", address[at : at + 4]), struct.unpack("!I", mask[at : at + 4])
        if relevant:
            tests.append([(_LOAD_WORD, 0, 0, (_NETWORK_HEADER + offset + at) & 0xFFFFFFFF), (_AND, 0, 0, relevant)])
            tests[-1].append((_JUMP_EQUAL, 0, 0, wanted))
    length = 3 * len(tests) + 1
    block: list[Step] = []
    for test in tests:
        load, cut, (code, _, _, wanted_word) = test
        block += [load, cut]
        block.append((code, 0, length - len(block) - 1, wanted_word))
    return [*block, _PASS]


def listening(port: int) -> Iterator[socket.socket]:
    """Yield copies of this process's sockets that are bound to the port; each is closed when the next is asked for."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if not str(entry.readlink()).startswith("socket:"):
                continue
            copy = socket.socket(fileno=os.dup(int(entry.name)))
        except (OSError, ValueError):
            continue
        with copy:
            if copy.family not in _SOURCE:
                continue
            try:
                bound = copy.getsockname()[1]
            except OSError:
                continue
            if bound == port:
                yield copy


def guard(port: int, networks: Sequence[Network]) -> int:
    """Close the port to everybody but these networks; returns how many sockets were closed off. Raises CannotGuard."""
    if not sys.platform.startswith("linux"):
        raise CannotGuard(
            "Addresses can be told apart on Linux only. Put a proxy in front and let the endpoint listen on 127.0.0.1."
        )
    if len(networks) > MOST_NETWORKS:
        raise CannotGuard(f"{len(networks)} networks are allowed; {MOST_NETWORKS} are the most. Join them to larger ones.")
    guarded = 0
    try:
        for sock in listening(port):
            attach(sock, program(networks, sock.family))
            guarded += 1
    except OSError as error:
        raise CannotGuard(
            f"The kernel took no packet filter ({error.strerror}). Nothing listens; use a proxy on 127.0.0.1."
        ) from error
    if not guarded:
        raise CannotGuard(f"Nothing listens on port {port}: another program has it, or the address is another machine's.")
    return guarded


def can_guard() -> None:
    """See on a socket of its own whether this kernel takes the filter. Raises CannotGuard."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            attach(sock, program([ipaddress.ip_network("127.0.0.1/32")], socket.AF_INET))
        except OSError as error:
            raise CannotGuard(f"The kernel took no packet filter ({error.strerror}); the endpoint would not listen.") from None


def attach(sock: socket.socket, steps: Sequence[Step]) -> None:
    """Let the kernel run these steps on whatever comes for a socket, instead of those from before. Raises OSError."""
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    memory = ctypes.create_string_buffer(code)
    sock.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HP", len(steps), ctypes.addressof(memory)))
