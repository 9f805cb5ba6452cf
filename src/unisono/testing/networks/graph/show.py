"""Pages for people to look at: a page's feed with its comments, an account's media with theirs, a number's chats.

They show what stands on the network, so that an answer can be seen to arrive; they look again by themselves. Nothing is loaded
from elsewhere, and everything that people wrote is escaped.
"""

from html import escape

from unisono.testing.networks.graph.instagram import Remark
from unisono.testing.networks.graph.model import Chat, Comment, Direct, Page, Picture, Post
from unisono.testing.networks.graph.network import GraphNetwork

_STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --us: #0b636022; }
html { background: light-dark(#fff, #131516); color: light-dark(#1b1d1e, #efece6); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 44rem; padding: 1rem; }
article, .chat { border: 1px solid var(--line); border-radius: .75rem; margin: 1rem 0; padding: 1rem; }
.below { border-left: 2px solid var(--line); margin: .5rem 0 0 .5rem; padding-left: .75rem; }
.said { background: var(--soft); border-radius: .6rem; margin: .4rem 0; padding: .4rem .7rem; }
.ours { background: var(--us); } .chat .ours { margin-left: 20%; } .chat .theirs { margin-right: 20%; }
.who { font-weight: 600; } .small { font-size: .85rem; opacity: .8; } p { margin: .2rem 0; overflow-wrap: anywhere; }
img { border-radius: .4rem; max-width: 12rem; } nav a { margin-right: 1rem; }
"""


def page_of(network: GraphNetwork, path: str) -> str | None:
    """Return the page for an address below `/show`, None when there is none."""
    kind, _, node = path.strip("/").partition("/")
    match kind:
        case "":
            return _framed("Networks", _all(network))
        case "page" if node in network.pages.pages:
            page = network.pages.pages[node]
            return _framed(page.name, _feed(network, page) + _chats(network, "messenger", page.id))
        case "messenger" if node in network.pages.pages:
            return _framed(network.pages.pages[node].name, _chats(network, "messenger", node))
        case "instagram" if node in network.instagram.accounts:
            username = network.instagram.accounts[node].username
            return _framed(f"@{username}", _media(network, node) + _chats(network, "instagram", node))
        case "whatsapp" if node in network.whatsapp.numbers:
            return _framed(network.whatsapp.numbers[node].name, _number(network, node))
    return None


def _framed(title: str, body: str) -> str:
    return (
        "<!DOCTYPE html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<meta http-equiv='refresh' content='3'><title>{escape(title)}</title><style>{_STYLE}</style>"
        f"<main><h1>{escape(title)}</h1>{body}</main></html>"
    )


def _all(network: GraphNetwork) -> str:
    links = [(f"/show/page/{page.id}", page.name) for page in network.pages.pages.values()]
    links += [(f"/show/instagram/{one.id}", f"@{one.username}") for one in network.instagram.accounts.values()]
    links += [(f"/show/whatsapp/{one.id}", f"{one.name} (+{one.shown})") for one in network.whatsapp.numbers.values()]
    return "<nav>" + "".join(f"<a href='{escape(to)}'>{escape(name)}</a>" for to, name in links) + "</nav>"


def _feed(network: GraphNetwork, page: Page) -> str:
    return "".join(_post(network, page, post) for post in network.pages.feed(page.id))


def _post(network: GraphNetwork, page: Page, post: Post) -> str:
    pages = network.pages
    first = [comment for comment in pages.below(post.id) if comment.parent is None]
    below = "".join(_comment(network, page, comment) for comment in first)
    return (
        f"<article id='{escape(post.id)}'><p class='who'>{escape(post.author.name)}</p><p>{escape(post.text)}</p>"
        f"{_picture(post.picture)}<div class='below'>{below}</div></article>"
    )


def _comment(network: GraphNetwork, page: Page, comment: Comment) -> str:
    replies = [one for one in network.pages.below(comment.id) if one.parent == comment.id]
    facts = [word for word, holds in (("hidden", comment.hidden), ("liked by the page", comment.liked)) if holds]
    side = "ours" if comment.author.id == page.id else "theirs"
    below = "".join(_comment(network, page, one) for one in replies)
    return (
        f"<div class='said {side}' id='{escape(comment.id)}'><p class='who'>{escape(comment.author.name)}</p>"
        f"<p>{escape(comment.text)}</p>{_picture(comment.picture)}<p class='small'>{', '.join(facts)}</p></div>"
        f"<div class='below'>{below}</div>"
    )


def _media(network: GraphNetwork, account: str) -> str:
    instagram = network.instagram
    parts = []
    for media in sorted((m for m in instagram.media.values() if m.owner == account), key=lambda m: m.at, reverse=True):
        said = ""
        for remark in reversed(instagram.below(media.id)):
            replies = "".join(_remark(one, account) for one in reversed(instagram.below(remark.id)))
            said += f"{_remark(remark, account)}<div class='below'>{replies}</div>"
        parts.append(f"<article id='{escape(media.id)}'><p>{escape(media.caption)}</p><div class='below'>{said}</div></article>")
    return "".join(parts)


def _remark(remark: Remark, account: str) -> str:
    side = "ours" if remark.author.id == account else "theirs"
    who, text = escape(remark.author.username), escape(remark.text)
    return f"<div class='said {side}' id='{escape(remark.id)}'><p class='who'>@{who}</p><p>{text}</p></div>"


def _chats(network: GraphNetwork, platform: str, account: str) -> str:
    return "".join(_chat(chat) for chat in network.chats.of(platform, account))


def _chat(chat: Chat) -> str:
    return f"<section class='chat'><h2>{escape(chat.person.name)}</h2>{''.join(map(_direct, chat.messages))}</section>"


def _direct(direct: Direct) -> str:
    if direct.deleted:
        return "<div class='said theirs'><p class='small'>unsent</p></div>"
    side = "ours" if direct.ours else "theirs"
    private = "<p class='small'>private answer to a comment</p>" if direct.comment else ""
    return f"<div class='said {side}'>{private}<p>{escape(direct.text)}</p>{''.join(map(_picture, direct.pictures))}</div>"


def _number(network: GraphNetwork, node: str) -> str:
    number = network.whatsapp.numbers[node]
    chats: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for said in network.whatsapp.of(number):
        names[said.person.id] = said.person.name
        state = said.events[-1][0] if said.events else ""
        side = "ours" if said.ours else "theirs"
        words = said.text or f"[{said.kind}]"
        chats.setdefault(said.person.id, []).append(
            f"<div class='said {side}'><p>{escape(words)}</p>{_picture(said.picture)}<p class='small'>{escape(state)}</p></div>"
        )
    return "".join(
        f"<section class='chat'><h2>{escape(names[person])}</h2>{''.join(lines)}</section>" for person, lines in chats.items()
    )


def _picture(picture: Picture | None) -> str:
    if picture is None:
        return ""
    if not picture.media_type.startswith("image/"):
        return f"<p class='small'><a href='/files/{picture.node}'>{escape(picture.name or picture.media_type)}</a></p>"
    return f"<p><img src='/files/{picture.node}' alt='{escape(picture.name)}'></p>"
