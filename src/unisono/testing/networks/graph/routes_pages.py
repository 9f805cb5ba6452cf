"""The Graph API's edges of pages, posts, comments and direct messages."""

from typing import Any

from unisono.testing.networks.graph.asked import Asked, chosen, listed
from unisono.testing.networks.graph.model import Chat, Comment, Page, Picture, Post, Refused, instant, no_object
from unisono.testing.networks.graph.network import GraphNetwork

Answer = dict[str, Any]
_FIELDS = ("id", "created_time", "message")


def _page(network: GraphNetwork, node: str, asked: Asked) -> Page:
    page = network.pages.pages.get(asked.grant.node if node == "me" else node)
    if page is None:
        raise no_object(node)
    asked.must_be(page.id)
    return page


def show(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{node}: a page, a post or a comment."""
    pages = network.pages
    if node == "me" or node in pages.pages:
        page = _page(network, node, asked)
        link = f"https://www.facebook.com/{page.id}"
        return chosen(asked, {"id": page.id, "name": page.name, "link": link, "username": ""}, ("id", "name"))
    if node in pages.posts:
        return chosen(asked, pages.shown_post(pages.seen(node), _root(asked)), _FIELDS)
    if node in pages.comments:
        return chosen(asked, pages.shown_comment(pages.found(node), _root(asked)), _FIELDS)
    raise no_object(node)


def feed(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{page}/feed: all posts on a page, newest first."""
    return _posts(asked, network, network.pages.feed(_page(network, node, asked).id))


def tagged(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{page}/tagged: posts that mention the page."""
    return _posts(asked, network, network.pages.tagged(_page(network, node, asked).id))


def _posts(asked: Asked, network: GraphNetwork, posts: list[Post]) -> Answer:
    return listed(asked, posts, lambda p: p.id, lambda p: chosen(asked, network.pages.shown_post(p, _root(asked)), _FIELDS))


def comments(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{post or comment}/comments. `filter=stream` is all levels, `toplevel` the first alone."""
    pages = network.pages
    below = pages.below(node)
    if node in pages.posts:
        if asked.text("filter", "toplevel") != "stream":
            below = [one for one in below if one.parent is None]
    elif node in pages.comments:
        pages.found(node)
        below = [one for one in below if one.parent == node]
    else:
        raise no_object(node)
    below.sort(key=lambda one: (one.at, one.id), reverse=asked.text("order") == "reverse_chronological")
    return listed(asked, below, lambda c: c.id, lambda c: chosen(asked, pages.shown_comment(c, _root(asked)), _FIELDS))


def comment(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST /{post or comment}/comments: answer as the page."""
    page = _page(network, "me", asked)
    picture = None
    if (upload := asked.files.get("source")) is not None:
        picture = network.picture(upload.content, upload.media_type, upload.name)
    return {"id": network.pages.comment(page, node, asked.text("message"), picture=picture, written=network.app_id).id}


def change(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST /{comment}: hide it, show it, or (our own) give it other words."""
    page = _page(network, "me", asked)
    found = network.pages.found(node)
    if "is_hidden" in asked.params:
        network.pages.hide(node, hidden=asked.text("is_hidden") == "true")
    if "message" in asked.params:
        if found.author.id != page.id:
            raise Refused(200, "(#200) A page can change its own comments only.", status=403)
        network.pages.edit(node, asked.text("message"))
    return {"success": True}


def remove(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """DELETE /{post or comment}."""
    page = _page(network, "me", asked)
    found: Comment | Post = network.pages.comments.get(node) or network.pages.seen(node)
    if isinstance(found, Comment):
        network.pages.found(node)
    if found.id.partition("_")[0] != page.id and not isinstance(found, Comment):
        raise no_object(node)
    network.pages.remove(node)
    return {"success": True}


def like(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST or DELETE /{comment}/likes."""
    _page(network, "me", asked)
    network.pages.like(node, liked=asked.method == "POST")
    return {"success": True}


def installed(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET and POST /{page}/subscribed_apps: whether the page's news reach the app."""
    page = _page(network, node, asked)
    if asked.method == "POST":
        page.installed = tuple(field for field in asked.text("subscribed_fields").split(",") if field)
        return {"success": True}
    if page.installed is None:
        return {"data": []}
    app = {"id": network.app_id, "name": "Unisono", "subscribed_fields": list(page.installed)}
    return {"data": [app]}


def debug_token(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /debug_token: what the app's own token may learn of another."""
    del node
    asked.must_be(network.app_id)
    try:
        grant = network.tokens.holder(asked.text("input_token"), None)
    except Refused as refused:
        error = {"code": refused.code, "message": str(refused), "subcode": refused.subcode}
        return {"data": {"app_id": network.app_id, "is_valid": False, "error": error}}
    expires = 0 if grant.expires_at is None else int(grant.expires_at.timestamp())
    return {"data": {"app_id": network.app_id, "is_valid": True, "profile_id": grant.node, "expires_at": expires, "type": "PAGE"}}


def ids_for_pages(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{user}/ids_for_pages: by which ids the app's pages know a person. People have one id here."""
    asked.must_be(network.app_id)
    return {"data": [{"id": node, "page": {"id": page.id, "name": page.name}} for page in network.pages.pages.values()]}


# -- direct messages -------------------------------------------------------------------------------------------------


def conversations(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{page}/conversations?platform=: whom the account talks with, newest first."""
    platform = asked.text("platform", "messenger")
    account = _account(network, asked, node, platform)

    def shown(chat: Chat) -> Answer:
        participants = {"data": [{"id": chat.person.id, "name": chat.person.name, "username": chat.person.username}]}
        return chosen(asked, {"id": chat.id, "updated_time": instant(chat.updated), "participants": participants})

    chats = [chat for chat in network.chats.of(platform, account) if asked.text("user_id", chat.person.id) == chat.person.id]
    return listed(asked, chats, lambda chat: chat.id, shown)


def messages(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{conversation}/messages: newest first."""
    chat = network.chats.chats.get(node)
    if chat is None:
        raise no_object(node)
    _account(network, asked, chat.account, chat.platform)
    standing = [one for one in reversed(chat.messages) if not one.deleted]
    shown = lambda m: chosen(asked, network.chats.shown(chat, m, _root(asked)), ("id", "created_time"))  # noqa: E731
    return listed(asked, standing, lambda m: m.mid, shown)


def send(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST /{page or account}/messages: a direct message, or the one private answer to a comment."""
    platform = "instagram" if node in network.accounts() else "messenger"
    account = _account(network, asked, node, platform)
    to, message = asked.thing("recipient"), asked.thing("message")
    if asked.text("messaging_type") == "MESSAGE_TAG" and not asked.text("tag"):
        raise Refused(100, "(#100) Param tag is required for messaging_type MESSAGE_TAG")
    public = str(to.get("comment_id") or to.get("post_id") or "")
    person = network.answer_privately(platform, account, public) if public else network.people.get(str(to.get("id")))
    if person is None:
        raise Refused(100, "(#100) No matching user found", subcode=2018001)
    pictures = _attached(network, asked, message)
    if pictures and message.get("text"):
        raise Refused(100, "(#100) A message is a text or an attachment, not both.", subcode=2018022)
    direct = network.chats.send(
        network.chats.chat(platform, account, person), str(message.get("text") or ""), pictures=pictures,
        tag=asked.text("tag"), metadata=str(message.get("metadata") or ""), written=network.app_id,
        reply_to=(asked.params.get("reply_to") or {}).get("mid") if isinstance(asked.params.get("reply_to"), dict) else None,
        comment=public or None,
    )  # fmt: skip
    return {"recipient_id": person.id, "message_id": direct.mid}


def _attached(network: GraphNetwork, asked: Asked, message: dict[str, Any]) -> list[Picture]:
    attachment = message.get("attachment")
    if not isinstance(attachment, dict):
        return []
    if (upload := asked.files.get("filedata")) is not None:
        return [network.picture(upload.content, upload.media_type, upload.name)]
    node = str((attachment.get("payload") or {}).get("attachment_id") or "")
    if node not in network.pictures:
        raise Refused(100, "(#100) Upload attachment failure.", subcode=2018047)
    return [network.pictures[node]]


def keep_attachment(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST /{page}/message_attachments: upload a file first, to send it afterwards."""
    _account(network, asked, node, "instagram" if node in network.accounts() else "messenger")
    upload = asked.files.get("filedata")
    if upload is None:
        raise Refused(100, "(#100) Upload attachment failure.", subcode=2018047)
    return {"attachment_id": network.picture(upload.content, upload.media_type, upload.name).node}


def show_direct(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{mid}: one message."""
    for chat in network.chats.chats.values():
        for one in chat.messages:
            if one.mid == node and not one.deleted:
                _account(network, asked, chat.account, chat.platform)
                return chosen(asked, network.chats.shown(chat, one, _root(asked)), ("id", "created_time"))
    raise no_object(node)


def _account(network: GraphNetwork, asked: Asked, node: str, platform: str) -> str:
    """Return the account that a page's token speaks for on a platform."""
    page = _page(network, "me", asked)
    if platform == "messenger":
        if node not in ("me", page.id):
            raise no_object(node)
        return page.id
    linked = network.linked(page.id)
    if linked is None or node not in ("me", page.id, linked):
        raise no_object(node)
    return linked


def _root(asked: Asked) -> str:
    return asked.at.split("/v2", 1)[0]
