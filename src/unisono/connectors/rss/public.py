"""A feed as a public stream: its entries are held against the monitors, and only what one finds is kept."""

from collections.abc import Iterator
from datetime import datetime

from unisono.connectors.rss.reading import read_entry
from unisono.contract import Created, Heard, Overheard, Page, Raw


def overheard(page: Page, realm: str, now: datetime) -> Overheard:
    """Return what a page of a feed says. The feed was read as it stands now, so that is how far its clock has come."""
    posts = tuple(post for raw in page.raws for post in _posts(raw, realm))
    return Overheard(posts=posts, place=page.next_cursor or "", at=now, gap=page.gap)


def _posts(raw: Raw, realm: str) -> Iterator[Heard]:
    """An entry that reads otherwise is the same post again. Ids are the feed's own, so its address is told in front of them."""
    for event in read_entry(raw, realm, work=False):
        if isinstance(event, Created):
            author = event.author
            yield Heard(
                remote_id=f"{realm}/{event.remote_id}", author_id=f"{realm}/{author.remote_id}", author=author.display_name,
                said_at=min(event.occurred_at, raw.received_at), text="\n".join(filter(None, (event.subject, event.text))),
                url=event.url, root_id=f"{realm}/{event.remote_id}", traits=("is:post",),
            )  # fmt: skip
