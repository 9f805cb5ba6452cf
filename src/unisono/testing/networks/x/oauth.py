"""OAuth 2: a page that asks the user, codes with PKCE, tokens that are renewed and turn with each renewal.

Source: X developer documentation, OAuth 2.0 authorization code flow with PKCE; RFC 6749, RFC 7636.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from html import escape
from urllib.parse import urlencode

from msgspec import Struct

from unisono.testing.networks.x.asked import Answer, Asked
from unisono.testing.networks.x.model import Grant, Refused
from unisono.testing.networks.x.network import XNetwork


class _Code(Struct, frozen=True, kw_only=True):
    user: int
    app: str
    redirect: str
    challenge: str
    method: str
    scopes: tuple[str, ...]


class OAuth:
    """The endpoints; whoever owns the app is the user who is asked."""

    def __init__(self, network: XNetwork) -> None:
        self._network = network
        self._codes: dict[str, _Code] = {}

    def routes(self) -> list[tuple[str, str, Callable[[Asked], Answer]]]:
        """Return the handlers."""
        return [
            ("GET", "/i/oauth2/authorize", self.authorize),
            ("GET", "/i/oauth2/allowed", self.allowed),
            ("POST", "/2/oauth2/token", self.token),
            ("POST", "/2/oauth2/revoke", self.revoke),
        ]

    def authorize(self, asked: Asked) -> Answer:
        """Ask the user."""
        app = self._network.apps.get(asked.query.get("client_id", ""))
        if app is None or asked.query.get("response_type") != "code" or not asked.query.get("code_challenge"):
            return _page("Something went wrong", "You weren't able to give access to the App. Go back and try logging in again.")
        user = self._network.users[app.owner]
        link = escape("/i/oauth2/allowed?" + urlencode(asked.query))
        return _page(
            f"Authorise the app for @{user.username}?",
            f"It asks for: {escape(asked.query.get('scope', ''))}</p><p><a href='{link}'>Authorise app</a>",
        )

    def allowed(self, asked: Asked) -> Answer:
        """Send the user back with a code."""
        app = self._network.apps.get(asked.query.get("client_id", ""))
        redirect = asked.query.get("redirect_uri", "")
        if app is None or not redirect:
            return _page("Something went wrong", "The app is not known.")
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(
            user=app.owner, app=app.client_id, redirect=redirect, challenge=asked.query.get("code_challenge", ""),
            method=asked.query.get("code_challenge_method", "plain"), scopes=tuple(asked.query.get("scope", "").split()),
        )  # fmt: skip
        join = "&" if "?" in redirect else "?"
        where = redirect + join + urlencode({"state": asked.query.get("state", ""), "code": code})
        return Answer(status=302, body=b"", headers={"location": where})

    def token(self, asked: Asked) -> Answer:
        """Give tokens for a code, or for a refresh token, which is void then."""
        form = asked.form()
        app = self._app(asked, form)
        match form.get("grant_type"):
            case "refresh_token":
                grant = self._network.renew(app, form.get("refresh_token", ""))
            case "authorization_code":
                grant = self._exchange(app, form)
            case _:
                raise _refused("unsupported_grant_type", "The grant type is not known.")
        told = {
            "token_type": "bearer", "expires_in": 7_200, "access_token": grant.access, "scope": " ".join(grant.scopes),
        }  # fmt: skip
        return Answer(data=told | ({"refresh_token": grant.refresh} if "offline.access" in grant.scopes else {}))

    def _app(self, asked: Asked, form: dict[str, str]) -> str:
        kind, _, value = asked.headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic":
            name, _, secret = base64.b64decode(value + "==").decode("utf-8", "replace").partition(":")
            app = self._network.apps.get(name)
            if app is None or not secrets.compare_digest(secret, app.client_secret):
                raise _refused("unauthorized_client", "Missing valid authorization header", 401)
            return name
        if form.get("client_id") not in self._network.apps:
            raise _refused("invalid_request", "Value passed for the client id was invalid.")
        return form["client_id"]

    def _exchange(self, app: str, form: dict[str, str]) -> Grant:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.app != app or code.redirect != form.get("redirect_uri"):
            raise _refused("invalid_request", "Value passed for the authorization code was invalid.")
        verifier = form.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        if code.challenge != (digest if code.method == "S256" else verifier):
            raise _refused("invalid_request", "Value passed for the code verifier did not match the code challenge.")
        return self._network.grant(code.user, app, code.scopes)

    def revoke(self, asked: Asked) -> Answer:
        """End an authorisation."""
        token = asked.form().get("token", "")
        for grant in self._network.grants:
            if token in (grant.access, grant.refresh):
                grant.revoked = True
        return Answer(data={"revoked": True})


def _refused(error: str, description: str, status: int = 400) -> Refused:
    refused = Refused(status, description)
    refused.body = {"error": error, "error_description": description}
    return refused


def _page(title: str, text: str) -> Answer:
    html = f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title><h1>{escape(title)}</h1><p>{text}</p>"
    return Answer(body=html.encode(), media_type="text/html; charset=utf-8")
