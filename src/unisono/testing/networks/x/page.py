"""A plain page that shows an account's timeline, so that a person sees answers arrive."""

from collections.abc import Callable
from html import escape

from unisono.testing.networks.x.asked import Answer, Asked
from unisono.testing.networks.x.model import Dm, Post
from unisono.testing.networks.x.network import XNetwork

_SHOWN = 100
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#0f1419;background:#fff}"
    "article{border-top:1px solid #cfd9de;padding:.6rem 0}article.us{border-left:4px solid #1d6fb8;padding-left:.7rem}"
    "p{margin:.2rem 0;white-space:pre-wrap;overflow-wrap:anywhere}.by{font-weight:600}.small{color:#536471;font-size:.875rem}"
    "@media(prefers-color-scheme:dark){body{color:#e7e9ea;background:#000}.small{color:#8b98a5}article{border-color:#2f3336}}"
)


class Pages:
    """The pages, without a script: they read themselves anew every few seconds."""

    def __init__(self, network: XNetwork) -> None:
        self._network = network

    def routes(self) -> list[tuple[str, str, Callable[[Asked], Answer]]]:
        """Return the handlers."""
        return [("GET", "/", self.first), ("GET", "/u/*", self.timeline)]

    def first(self, asked: Asked) -> Answer:
        """List the accounts."""
        del asked
        people = "".join(
            f"<li><a href='/u/{escape(u.username)}'>@{escape(u.username)}</a> {escape(u.name)}</li>"
            for u in self._network.users.values() if not u.gone
        )  # fmt: skip
        return _html("X (scripted)", f"<ul>{people}</ul>")

    def timeline(self, asked: Asked) -> Answer:
        """Show what an account said, what was said to it, and its direct messages, newest first."""
        user = self._network.user_named(asked.path[0])
        if user is None:
            return _html("Nobody", "<p>There is no such account.</p>")
        posts: list[Post | Dm] = list(self._network.listed(lambda p: p.author == user.id or user.id in self._network.names(p)))
        posts += [d for d in self._network.dms.values() if user.id in d.people and not d.gone]
        posts.sort(key=lambda p: p.id, reverse=True)
        body = "".join(self._line(one, user.id) for one in posts[:_SHOWN])
        return _html(f"@{user.username}", f"<main>{body or '<p>Nothing was said yet.</p>'}</main>")

    def _line(self, one: Post | Dm, us: int) -> str:
        author = self._network.users[one.author if isinstance(one, Post) else one.sender]
        if isinstance(one, Dm):
            other = next(self._network.users[p].username for p in one.people if p != one.sender)
            what = f"direct message to @{other}"
        else:
            parent = self._network.posts.get(one.reply_to) if one.reply_to is not None else None
            what = f"answers @{self._network.users[parent.author].username}" if parent is not None else "post"
            what += ", hidden" if one.hidden else ""
        files = f"<p class=small>{len(one.media)} file(s)</p>" if one.media else ""
        ours = " class=us" if author.id == us else ""
        return (
            f"<article{ours} id=p{one.id}><p><span class=by>@{escape(author.username)}</span> "
            f"<span class=small>{escape(what)}, {one.at:%H:%M:%S}</span></p><p>{escape(one.text)}</p>{files}</article>"
        )


def _html(title: str, body: str) -> Answer:
    html = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><meta http-equiv=refresh content=4>"
        f"<meta name=viewport content='width=device-width'><title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return Answer(body=html.encode(), media_type="text/html; charset=utf-8", headers={"content-security-policy": policy})
