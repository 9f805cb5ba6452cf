"""Which talk a phone wants to have taken over: the Replaces in its Refer-To, read strictly and put together anew.

Source: RFC 3891 (Replaces), RFC 5589 section 7 (attended transfer). Pure.
"""

import re
from typing import Final
from urllib.parse import unquote

_LONGEST: Final = 400
_HEADER: Final = re.compile(r"[?&]replaces=(?P<value>[^&>]*)", re.IGNORECASE)
#: What a Call-ID and a tag are made of (RFC 3261, 25.1): nothing that could begin another line or another parameter.
_WORD: Final = r"[A-Za-z0-9\-.!%*_+`'~()<>:\\\"/\[\]?{}]+"
_CALL: Final = re.compile(rf"{_WORD}(?:@{_WORD})?")
_TAG: Final = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")


def replaces_of(refer_to: str) -> str | None:
    """Return the header Replaces that a Refer-To asks for; None when there is none, or none that can be understood."""
    found = _HEADER.search(refer_to)
    if found is None:
        return None
    call_id, *parameters = unquote(found["value"]).split(";")
    tags = {name.lower(): value for name, _, value in (one.partition("=") for one in parameters)}
    to_tag, from_tag = tags.get("to-tag", ""), tags.get("from-tag", "")
    if not _CALL.fullmatch(call_id) or not _TAG.fullmatch(to_tag) or not _TAG.fullmatch(from_tag):
        return None
    header = f"{call_id};to-tag={to_tag};from-tag={from_tag}"
    return header if len(header) <= _LONGEST else None
