"""The Graph API's edges of Instagram accounts, media and comments."""

from typing import Any

from unisono.testing.networks.graph.asked import Asked, chosen, listed
from unisono.testing.networks.graph.instagram import Account
from unisono.testing.networks.graph.model import no_object
from unisono.testing.networks.graph.network import GraphNetwork

Answer = dict[str, Any]


def owns(network: GraphNetwork, node: str) -> bool:
    """Tell whether a node is Instagram's."""
    instagram = network.instagram
    return node in instagram.accounts or node in instagram.media or node in instagram.remarks


def _account(network: GraphNetwork, asked: Asked, node: str) -> Account:
    account = network.instagram.accounts.get(node)
    if account is None or account.page != asked.grant.node:
        raise no_object(node)
    return account


def show(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{account, media or comment}. A comment that mentions the account is asked for by `mentioned_comment`."""
    instagram = network.instagram
    if node in instagram.accounts:
        account = _account(network, asked, node)
        if mentioned := asked.text("mentioned_comment_id"):
            return {"id": account.id, "mentioned_comment": instagram.shown(instagram.found(mentioned))}
        if mentioned := asked.text("mentioned_media_id"):
            return {"id": account.id, "mentioned_media": instagram.shown_media(instagram.media[mentioned])}
        return chosen(asked, {"id": account.id, "username": account.username, "name": account.username}, ("id", "username"))
    if node in instagram.media:
        return chosen(asked, instagram.shown_media(instagram.media[node]))
    return chosen(asked, instagram.shown(instagram.found(node)), ("id", "text", "timestamp"))


def media(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{account}/media: newest first."""
    account = _account(network, asked, node)
    owned = sorted((m for m in network.instagram.media.values() if m.owner == account.id), key=lambda m: m.at, reverse=True)
    return listed(asked, owned, lambda one: one.id, lambda one: chosen(asked, network.instagram.shown_media(one)))


def tags(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{account}/tags: media in which the account is tagged; captions that mention it count here."""
    account = _account(network, asked, node)
    word = f"@{account.username}"
    found = [m for m in network.instagram.media.values() if m.owner != account.id and word in m.caption]
    return listed(asked, found[::-1], lambda one: one.id, lambda one: chosen(asked, network.instagram.shown_media(one)))


def comments(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET /{media}/comments: the first level, newest first."""
    if node not in network.instagram.media:
        raise no_object(node)
    shown = lambda one: chosen(asked, network.instagram.shown(one), ("id", "text", "timestamp"))  # noqa: E731
    return listed(asked, network.instagram.below(node), lambda one: one.id, shown)


def replies(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """GET and POST /{comment}/replies."""
    found = network.instagram.found(node)
    if asked.method == "POST":
        return {"id": network.instagram.comment(_own(network, asked), found.id, asked.text("message"), written=network.app_id).id}
    shown = lambda one: chosen(asked, network.instagram.shown(one), ("id", "text", "timestamp"))  # noqa: E731
    return listed(asked, network.instagram.below(node), lambda one: one.id, shown)


def comment(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST /{media}/comments."""
    return {"id": network.instagram.comment(_own(network, asked), node, asked.text("message"), written=network.app_id).id}


def answer_mention(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST /{account}/mentions: answer below what mentions the account."""
    account = _account(network, asked, node)
    on = asked.text("comment_id") or asked.text("media_id")
    return {"id": network.instagram.comment(account, on, asked.text("message"), written=network.app_id).id}


def change(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """POST /{comment}?hide=: hide it, or show it again."""
    network.instagram.found(node).hidden = asked.text("hide") == "true"
    return {"success": True}


def remove(network: GraphNetwork, asked: Asked, node: str) -> Answer:
    """DELETE /{comment}."""
    _own(network, asked)
    network.instagram.remove(node)
    return {"success": True}


def _own(network: GraphNetwork, asked: Asked) -> Account:
    for account in network.instagram.accounts.values():
        if account.page == asked.grant.node:
            return account
    raise no_object(asked.grant.node)
