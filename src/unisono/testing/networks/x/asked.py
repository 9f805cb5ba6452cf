"""A request as the handlers see it, and the answers they give."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct, field

from unisono.testing.networks.x.model import App, Grant, Refused, invalid


class Asked(Struct, kw_only=True):
    """A request. path: what stands for the stars of the route. holder: whose token it came with, if it is one."""

    method: str
    path: tuple[str, ...]
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    holder: Grant | App | None = None
    token: str = ""

    def json(self) -> dict[str, Any]:
        """Return the body. Raises Refused (400)."""
        try:
            found = msgspec.json.decode(self.body)
        except msgspec.DecodeError as error:
            raise invalid("The request body is no JSON.") from error
        if not isinstance(found, dict):
            raise invalid("The request body must be an object.")
        return found

    def form(self) -> dict[str, str]:
        """Return the fields of a form."""
        return {
            name: values[-1] for name, values in parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True).items()
        }

    def grant(self, scope: str = "") -> Grant:
        """Return who acts. Raises Refused: 401 without a user's token, 403 when it may not do this."""
        if not isinstance(self.holder, Grant):
            if isinstance(self.holder, App):
                raise Refused(
                    403, "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.",
                    title="Unsupported Authentication", type_="https://api.x.com/2/problems/unsupported-authentication",
                )  # fmt: skip
            raise Refused(401, "Unauthorized")
        if scope and scope not in self.holder.scopes:
            raise Refused(403, f"Your token lacks the scope {scope}.", type_="https://api.x.com/2/problems/oauth2-scope")
        return self.holder

    def app(self) -> App:
        """Return which app asks by its own token. Raises Refused."""
        if isinstance(self.holder, App):
            return self.holder
        raise Refused(401 if self.holder is None else 403, "This endpoint takes the app's own bearer token.")

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Return a number of the query. Raises Refused when it lies outside."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isdigit() or not low <= int(text) <= high:
            raise invalid(f"The `{name}` query parameter value [{text}] is not between {low} and {high}")
        return int(text)


class Answer(Struct, kw_only=True):
    """What is answered: JSON of `data`, unless `body` holds bytes."""

    data: Any = None
    status: int = 200
    body: bytes | None = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
