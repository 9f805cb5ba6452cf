"""A scripted X: users, posts, direct messages, files, OAuth 2, limits, the summon rule, webhooks and streams, over real HTTP.

async with XServer() as x:
    shop = x.company("Example Shop", "exampleshop")
    anna = x.person("Anna")
    x.post_mention(anna, shop, "where is my parcel?")
    ...
    x.answers(shop)
"""

from unisono.testing.networks.x.app import Kept
from unisono.testing.networks.x.limits import LIMITS, Limit
from unisono.testing.networks.x.model import App, Dm, Grant, Media, Post, Refused, User
from unisono.testing.networks.x.network import XNetwork
from unisono.testing.networks.x.pushing import SIGNATURE, signed
from unisono.testing.networks.x.server import Company, XServer

__all__ = [
    "LIMITS", "SIGNATURE", "App", "Company", "Dm", "Grant", "Kept", "Limit", "Media", "Post", "Refused", "User", "XNetwork",
    "XServer", "signed",
]  # fmt: skip
