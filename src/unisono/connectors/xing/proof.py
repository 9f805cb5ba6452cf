"""Whether a mail comes from Xing: not what it says of itself counts, but what our own mail server found when it came in.

Source: RFC 8601 (Authentication-Results), sections 2.2, 2.7.1 and 5: a receiving server removes headers that carry its own name.
"""

import re
from email.message import Message
from typing import Final

from unisono.connectors._mail.mime import addresses, raw_headers

DOMAIN: Final = "xing.com"
_COMMENT: Final = re.compile(r"\([^()]{0,500}\)")
_RESULT: Final = re.compile(r"\s*(dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_SIGNER: Final = re.compile(r"\bheader\.(?:d|i)\s*=\s*\"?(?:[^\s;\"@]*@)?([a-z0-9.-]+)", re.IGNORECASE)
_FROM: Final = re.compile(r"\bheader\.from\s*=\s*\"?(?:[^\s;\"@]*@)?([a-z0-9.-]+)", re.IGNORECASE)


def is_xings(domain: str) -> bool:
    """Tell whether a domain is Xing's, or below it."""
    name = domain.lower().rstrip(".")
    return name == DOMAIN or name.endswith(f".{DOMAIN}")


def claims(mail: Message) -> bool:
    """Tell whether a mail says that it comes from Xing."""
    return any(is_xings(address.rpartition("@")[2]) for _, address in addresses(mail, "From"))


def unproved(mail: Message, server: str) -> str:
    """Return why a mail that claims to come from Xing is not believed; empty when our server has proved it.

    server: the name by which it signs what it found. Its topmost header counts: what stands below may have come with the mail.
    """
    if len(addresses(mail, "From")) != 1:
        return "it names more than one sender"
    if not server:
        return "no mail server is named that would have checked it"
    for value in raw_headers(mail, "Authentication-Results"):
        name, _, results = _COMMENT.sub(" ", value).partition(";")
        if name.split()[:1] and name.split()[0].lower() == server.lower():
            return "" if _proves(results) else f"{server} found no valid signature of Xing's"
    return f"{server} says nothing about who sent it"


def _proves(results: str) -> bool:
    proved = False
    for result in results.split(";"):
        found = _RESULT.match(result)
        if found is None:
            continue
        method, verdict = found[1].lower(), found[2].lower()
        named = (_SIGNER if method == "dkim" else _FROM).search(result)
        ours = named is not None and is_xings(named[1])
        if method == "dmarc" and verdict == "fail":
            return False
        proved = proved or (verdict == "pass" and ours)
    return proved
