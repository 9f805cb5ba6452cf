"""The Graph API by script: Facebook pages, Messenger, Instagram and WhatsApp over real HTTP, with webhooks and trouble.

`GraphNetwork` is the network: people, pages, numbers and what they say; rules (windows, lengths, one private answer) are
kept as Meta's documentation states them. `GraphServer` serves it and pushes webhooks, with a script of faults.
"""

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
    "signed",
    "written",
]
