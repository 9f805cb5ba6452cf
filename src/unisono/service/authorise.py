"""A channel's account authorised by OAuth 2, in the browser of the person who manages the channel.

The authorisation code flow with a state and, unless the network cannot, PKCE (RFC 6749 section 4.1, RFC 7636, RFC 9700). What
has to be known when the browser comes back travels sealed in the state, so that any node can finish what another began.
"""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.contract.context import HostRefused, Http, NotReached
from unisono.contract.manifest import Manifest, OAuth
from unisono.domain.errors import Conflict, Invalid, NotFound, UnisonoError
from unisono.domain.words import ChannelState
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.channels import CHANNELS_BELL, REAUTH, Draft, check_channel, check_double, tell_channel
from unisono.service.ports.privacy import Cipher, Sealed
from unisono.service.release import OUTBOX_BELL
from unisono.service.secrets import CHANNEL, put_secret
from unisono.service.tokens import GRANT, client_proof, decoded, granted

CALLBACK: Final = "/api/v1/channels/oauth/callback"
_MINUTES: Final = timedelta(minutes=15)
_TIE: Final = b"oauth state"


class Begun(Struct, frozen=True, kw_only=True):
    """What an authorisation needs to be finished: whose, by whom, with which proof, until when."""

    channel_id: UUID
    user_id: UUID
    verifier: str
    until: datetime


class NotAuthorised(Invalid):
    """The authorisation did not come about; the one from before holds. `code`: a stable word for the desk."""

    def __init__(self, what: str, code: str, channel_id: UUID | None = None) -> None:
        super().__init__(what, code=code)
        self.channel_id = channel_id


async def begin_authorisation(outside: Outside, access: Access, channel_id: UUID, public_url: str) -> str:
    """Return the network's address to which the browser goes. Raises NotFound; Invalid when a setting is missing."""
    manifest, oauth, config = await _channel(outside, channel_id)
    client_id = str(config.get(oauth.client_id) or "")
    address = oauth.at(oauth.authorize_url, config)
    if not client_id or not address:
        missing = oauth.client_id if not client_id else "base_url"
        raise Invalid(f"{missing} is missing: {manifest.name} knows our app by it.", code="setting_missing", field=missing)
    verifier = secrets.token_urlsafe(32)
    state = _sealed(outside.cipher, Begun(
        channel_id=channel_id, user_id=access.user_id, verifier=verifier, until=outside.clock.now() + _MINUTES
    ))  # fmt: skip
    asked = {"response_type": "code", "client_id": client_id, "redirect_uri": public_url + CALLBACK, "state": state}
    asked |= {"scope": oauth.scope_separator.join(oauth.scopes)} if oauth.scopes else {}
    if oauth.pkce:
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked | oauth.extra)}"


def begun_by(outside: Outside, state: str) -> Begun:
    """Return what a state holds. Raises NotAuthorised for one that we did not give, or whose time is over."""
    try:
        parts = [urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in state.split(".")]
        sealed = Sealed(key_id=parts[0].decode(), nonce=parts[1], ciphertext=parts[2])
        begun = msgspec.msgpack.decode(outside.cipher.open(sealed, _TIE), type=Begun)
    except (ValueError, IndexError, UnisonoError, msgspec.DecodeError) as error:
        raise NotAuthorised("This is no authorisation that was begun here.", "unknown_state") from error
    if outside.clock.now() > begun.until:
        raise NotAuthorised("It took too long; begin again.", "state_expired", begun.channel_id)
    return begun


async def finish_authorisation(outside: Outside, access: Access, state: str, code: str, public_url: str) -> UUID:
    """Fetch the tokens, look at the network with them and store them; answers that waited for it go on. Returns the channel.

    Raises NotAuthorised, and nothing changes then: for another person's state, a code that the network does not accept, and
    an account that is not the channel's or is connected already.
    """
    begun = begun_by(outside, state)
    channel_id = begun.channel_id
    if begun.user_id != access.user_id:
        raise NotAuthorised("Somebody else began this authorisation; begin it yourself.", "other_person", channel_id)
    manifest, oauth, config = await _channel(outside, channel_id)
    grant = await _fetched(outside, manifest, oauth, config, begun, code, public_url)
    checked = await check_channel(
        outside, Draft(connector=manifest.id, config=config, secrets={}, channel_id=channel_id), grant={GRANT: grant}
    )
    health = checked.health
    async with outside.db.write() as tx:
        facts = await tx.channels.facts(channel_id)
        if facts is None:
            raise NotFound("This channel does not exist.")
        if health.remote_id and facts.remote_id and health.remote_id != facts.remote_id:
            raise NotAuthorised(
                f"You authorised {health.handle or health.remote_id}, but this channel is {facts.handle or facts.remote_id}.",
                "other_account", channel_id,
            )  # fmt: skip
        try:
            await check_double(tx, health, manifest, channel_id)
        except Conflict as error:
            raise NotAuthorised(str(error), "same_account", channel_id) from error
        for name, value in checked.secrets.items():
            await put_secret(tx, outside.cipher, CHANNEL, channel_id, name, value)
        await tx.channels.record_health(channel_id, health)
        if health.state is ChannelState.OK:
            await tx.outbox.resume_lane(channel_id, REAUTH)
        await tell_channel(tx, access, channel_id, "channel.authorised", facts.queue_id)
    await outside.bell.ring(CHANNELS_BELL)
    await outside.bell.ring(OUTBOX_BELL)
    return channel_id


async def _channel(outside: Outside, channel_id: UUID) -> tuple[Manifest, OAuth, dict[str, Any]]:
    async with outside.db.read() as tx:
        found = await tx.setup.channels([channel_id])
    if not found or found[0].archived:
        raise NotFound("This channel does not exist.")
    manifest = outside.registry.manifest(found[0].connector)
    if manifest.oauth is None:
        raise Invalid(f"{manifest.name} is not authorised in the browser.", code="no_oauth")
    return manifest, manifest.oauth, found[0].config


async def _fetched(
    outside: Outside, manifest: Manifest, oauth: OAuth, config: Mapping[str, Any], begun: Begun, code: str, public_url: str
) -> str:
    """Return the grant that a code gives, as it is stored."""
    http: Http = outside.http_for(manifest, config)
    secret = await outside.secrets.get(begun.channel_id, oauth.client_secret) or ""
    headers, proof = client_proof(oauth, str(config.get(oauth.client_id) or ""), secret)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": public_url + CALLBACK} | proof
    form |= {"code_verifier": begun.verifier} if oauth.pkce else {}
    try:
        answer = await http.request(
            "POST", oauth.at(oauth.token_url, config), headers={"accept": "application/json", **headers}, form=form,
            max_bytes=1_000_000,
        )  # fmt: skip
    except (NotReached, HostRefused) as error:
        raise NotAuthorised(f"The network does not give the token: {error}", "no_token", begun.channel_id) from error
    said = decoded(answer)
    grant = granted(said, outside.clock.now()) if answer.status == 200 else None
    if grant is None:
        reason = str(said.get("error") or answer.status)[:60]
        raise NotAuthorised(f"The network does not give a token ({reason}).", "no_token", begun.channel_id)
    return msgspec.json.encode(grant).decode()


def _sealed(cipher: Cipher, begun: Begun) -> str:
    sealed = cipher.seal(msgspec.msgpack.encode(begun), _TIE)
    parts = (sealed.key_id.encode(), sealed.nonce, sealed.ciphertext)
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
