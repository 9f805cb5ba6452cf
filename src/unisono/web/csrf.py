"""Protection against requests that another site makes in the browser of somebody logged in (CSRF)."""

from typing import Any

from litestar.config.csrf import CSRFConfig
from litestar.connection import Request
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware.csrf import CSRFMiddleware, generate_csrf_token
from litestar.types import Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from unisono.service.house import House
from unisono.web.authenticate import bearer_of

EXEMPT = "exclude_from_csrf"


class CsrfRefused(PermissionDeniedException):
    """The request lacks the token of our own pages."""


def csrf_config(house: House) -> CSRFConfig:
    """Return how tokens are made: signed with a key that all nodes derive alike."""
    return CSRFConfig(
        secret=house.settings.csrf_secret.hex(), cookie_secure=house.settings.secure, cookie_samesite="lax",
        exclude_from_csrf_key=EXEMPT,
    )  # fmt: skip


def csrf_token_of(request: Request[Any, Any, Any]) -> str:
    """Return the token that this browser must echo in its writes."""
    return str(ScopeState.from_scope(request.scope).csrf_token or "")


class Csrf(CSRFMiddleware):
    """The library's double-submit cookie with three differences.

    A request with an API token needs none: no browser adds that header by itself. A cookie signed with a key that is no
    longer ours is replaced instead of locking its owner out. The token is never searched for in a body.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or raise CsrfRefused."""
        if scope["type"] != ScopeType.HTTP or scope["route_handler"].opt.get(EXEMPT):
            await self.app(scope, receive, send)
            return
        request: Request[Any, Any, Any] = Request(scope)
        cookie = request.cookies.get(self.config.cookie_name)
        if cookie is not None and self._decode_csrf_token(cookie) is None:
            cookie = None
        state = ScopeState.from_scope(scope)
        if request.method in self.config.safe_methods:
            token = state.csrf_token = cookie or generate_csrf_token(secret=self.config.secret)
            send = self.create_send_wrapper(send=send, csrf_cookie=cookie, token=token)
        elif bearer_of(request) is None:
            sent = request.headers.get(self.config.header_name)
            if sent is None or cookie is None or not self._csrf_tokens_match(sent, cookie):
                raise CsrfRefused(detail="CSRF token missing or wrong")
            state.csrf_token = sent
        await self.app(scope, receive, send)
