"""Access tokens of one app: whose they are, and how they end."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from unisono.testing.networks.graph.model import Refused


class Grant(Struct, kw_only=True):
    """What a token opens. node: the page, account or business that it speaks for."""

    token: str
    node: str
    name: str
    expires_at: datetime | None = None
    ended: str = ""


class Tokens:
    """All tokens of the app."""

    def __init__(self, now: Callable[[], datetime], app_id: str, app_secret: str) -> None:
        self._now = now
        self.app_id = app_id
        self.app_secret = app_secret
        self._grants: dict[str, Grant] = {}

    def give(self, node: str, name: str, *, expires_at: datetime | None = None) -> str:
        """Return a new token for a node."""
        token = f"EAAG{secrets.token_hex(24)}"
        self._grants[token] = Grant(token=token, node=node, name=name, expires_at=expires_at)
        return token

    def expire(self, token: str) -> None:
        """Let a token's time be over."""
        self._grants[token].ended = "expired"

    def revoke(self, token: str) -> None:
        """Withdraw the authorisation, as a person does in the settings of their business."""
        self._grants[token].ended = "revoked"

    def holder(self, token: str, proof: str | None) -> Grant:
        """Return what a token opens. Raises Refused (190, or 100 for a wrong proof of the app's secret)."""
        if token == f"{self.app_id}|{self.app_secret}":
            return Grant(token=token, node=self.app_id, name="app")
        grant = self._grants.get(token)
        if grant is None:
            raise Refused(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        if grant.ended == "revoked":
            raise Refused(190, "Error validating access token: The user has not authorized application.", subcode=458, status=401)
        if grant.ended or (grant.expires_at is not None and grant.expires_at <= self._now()):
            raise Refused(190, "Error validating access token: Session has expired.", subcode=463, status=401)
        if proof is not None and not hmac.compare_digest(proof, self.proof(token)):
            raise Refused(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")
        return grant

    @property
    def grants(self) -> list[Grant]:
        """All that were given."""
        return list(self._grants.values())

    def restore(self, grants: list[Grant]) -> None:
        """Take up what was given before."""
        self._grants = {grant.token: grant for grant in grants}

    def proof(self, token: str) -> str:
        """Return the proof that goes with a token: who sends it knows the app's secret."""
        return hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
