"""Bluesky on this machine: its own PDS, and doubles of what stands behind a PDS.

Accounts, sessions, records, files and the firehose are the real server's. What it does not do itself it passes on, signed,
to the doubles here, as it would to Bluesky's AppView and chat. They show what really stands in the repositories, as the
firehose tells it; the live stream (Jetstream) is the same events in JSON.
"""

from unisono.testing.networks.bluesky.accounts import Person
from unisono.testing.networks.bluesky.network import BlueskyNetwork, find_pds

__all__ = ["BlueskyNetwork", "Person", "find_pds"]
