"""Giving an authorisation back: what a channel may do at its network ends with the channel (RFC 7009)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from unisono.contract.context import HostRefused, Http, NotReached
from unisono.contract.manifest import Manifest
from unisono.service.channel_context import Outside
from unisono.service.tokens import GRANT, Grant, client_proof

_log = structlog.get_logger("channels")
#: A network that knows no such token has nothing to take back (RFC 7009, section 2.2).
_DONE: Final = 200


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be told to the network, read before the channel's secrets are erased."""

    url: str
    headers: dict[str, str]
    forms: tuple[dict[str, str], ...]


async def withdrawal_of(outside: Outside, manifest: Manifest, channel_id: UUID, config: Mapping[str, Any]) -> Withdrawal | None:
    """Return how to give back what was authorised in the browser; None without that, or where nothing is taken back."""
    oauth = manifest.oauth
    url = oauth.at(oauth.revoke_url, config) if oauth is not None else ""
    kept = await outside.secrets.get(channel_id, GRANT) if url else None
    if oauth is None or not kept:
        return None
    try:
        grant = msgspec.json.decode(kept, type=Grant)
    except msgspec.DecodeError:
        return None
    secret = await outside.secrets.get(channel_id, oauth.client_secret) or ""
    headers, proof = client_proof(oauth, str(config.get(oauth.client_id) or ""), secret)
    # With the refresh token most networks end the access tokens too, but need not.
    tokens = [("refresh_token", grant.refresh), ("access_token", grant.access)]
    forms = tuple({"token": token, "token_type_hint": hint} | proof for hint, token in tokens if token)
    return Withdrawal(url=url, headers={"accept": "application/json", **headers}, forms=forms)


async def withdraw(outside: Outside, manifest: Manifest, config: Mapping[str, Any], what: Withdrawal) -> bool:
    """Tell the network; returns whether it took all back. What it does not take ends at the network by its time."""
    http: Http = outside.http_for(manifest, config)
    taken = True
    for form in what.forms:
        try:
            answer = await http.request("POST", what.url, headers=what.headers, form=form, max_bytes=1_000_000)
        except (NotReached, HostRefused) as error:
            _log.warning("authorisation_not_withdrawn", connector=manifest.id, error=type(error).__name__)
            return False
        taken &= answer.status == _DONE
    return taken
