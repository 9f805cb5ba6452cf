"""Keeping a network over a restart: what stands on it as bytes, and back. Who listens, and faults, are not kept."""

from typing import Any

import msgspec
from msgspec import Struct

from unisono.testing.networks.graph.instagram import Account, Media, Remark
from unisono.testing.networks.graph.model import Chat, Comment, Page, Person, Picture, Post
from unisono.testing.networks.graph.network import GraphNetwork
from unisono.testing.networks.graph.tokens import Grant
from unisono.testing.networks.graph.whatsapp import Number, Said, Template


class Kept(Struct, kw_only=True):
    """All that stands on a network."""

    app_id: str
    app_secret: str
    last_number: int
    grants: list[Grant]
    people: dict[str, Person]
    pictures: dict[str, Picture]
    pages: dict[str, Page]
    posts: dict[str, Post]
    comments: dict[str, Comment]
    answered: set[str]
    chats: dict[str, Chat]
    accounts: dict[str, Account]
    media: dict[str, Media]
    remarks: dict[str, Remark]
    remarks_answered: set[str]
    numbers: dict[str, Number]
    said: dict[str, Said]
    templates: dict[str, list[Template]]


def saved(network: GraphNetwork) -> bytes:
    """Return a network as bytes."""
    kept = Kept(
        app_id=network.app_id, app_secret=network.app_secret, last_number=network.last_number, grants=network.tokens.grants,
        people=network.people, pictures=network.pictures, pages=network.pages.pages, posts=network.pages.posts,
        comments=network.pages.comments, answered=network.pages.answered, chats=network.chats.chats,
        accounts=network.instagram.accounts, media=network.instagram.media, remarks=network.instagram.remarks,
        remarks_answered=network.instagram.answered, numbers=network.whatsapp.numbers, said=network.whatsapp.said,
        templates=network.whatsapp.templates,
    )  # fmt: skip
    return msgspec.json.encode(kept)


def restore(network: GraphNetwork, body: bytes) -> None:
    """Put what was saved on a new network that has the same app id and secret. Raises msgspec.DecodeError for other bytes."""
    kept = msgspec.json.decode(body, type=Kept)
    network.last_number = kept.last_number
    network.tokens.restore(kept.grants)
    network.people, network.pictures = kept.people, kept.pictures
    network.pages.restore(kept.pages, kept.posts, kept.comments, kept.answered)
    network.chats.chats = kept.chats
    network.instagram.restore(kept.accounts, kept.media, kept.remarks, kept.remarks_answered)
    network.whatsapp.numbers, network.whatsapp.said, network.whatsapp.templates = kept.numbers, kept.said, kept.templates
    # Everybody is one person again, wherever they stand.
    wherever: list[Any] = [*kept.posts.values(), *kept.comments.values(), *kept.remarks.values()]
    for thing in wherever:
        thing.author = kept.people.get(thing.author.id, thing.author)
    written: list[Any] = [*kept.chats.values(), *kept.said.values()]
    for one in written:
        one.person = kept.people.get(one.person.id, one.person)
