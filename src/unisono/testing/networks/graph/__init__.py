"""The Graph API by script: Facebook pages, Messenger, Instagram and WhatsApp over real HTTP, with webhooks and trouble.

`GraphNetwork` is the network: people, pages, numbers and what they say; rules (windows, lengths, one private answer) are
kept as Meta's documentation states them. `GraphServer` serves it and pushes webhooks, with a script of faults; under `/show`
people can look at it. `saved` and `restore` keep it over a restart.

    network = GraphNetwork()
    page, anna = network.pages.add("Brookwatt"), network.join("Anna Muster")
    async with GraphServer(network, port=8710) as server:
        await server.pushes.subscribe("page", hook_url, verify_token)
        network.pages.post(page, anna, "Mein Zähler steht still")
        network.whatsapp.write(network.whatsapp.add("Brookwatt"), anna, "Hallo")
"""

from unisono.testing.networks.graph.keep import restore, saved
from unisono.testing.networks.graph.model import Comment, Direct, News, Page, Person, Picture, Post, Refused
from unisono.testing.networks.graph.network import VERSION, GraphNetwork
from unisono.testing.networks.graph.pushes import SIGNATURE, signed, written
from unisono.testing.networks.graph.server import GraphServer
from unisono.testing.networks.graph.whatsapp import Number, Said, Template

__all__ = [
    "SIGNATURE",
    "VERSION",
    "Comment",
    "Direct",
    "GraphNetwork",
    "GraphServer",
    "News",
    "Number",
    "Page",
    "Person",
    "Picture",
    "Post",
    "Refused",
    "Said",
    "Template",
    "restore",
    "saved",
    "signed",
    "written",
]
