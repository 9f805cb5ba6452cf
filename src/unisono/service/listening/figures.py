"""Figures of what monitors found: how much, how far, how it sounds, by day, network and language; shares of voice; top words.

Counts are kept as numbers and stay when the posts are gone. Words and tones are counted from what still stands, so that what is
erased is gone from them too.
"""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.listening.words import words_of
from unisono.service.access import Access
from unisono.service.instant import Instant, instant
from unisono.service.ports import Database
from unisono.service.settings import read_settings

MOST_DAYS: Final = 366
MOST_MONITORS: Final = 20
_MOST_TEXTS: Final = 2_000
_MOST_WORDS: Final = 20
_LEAST_LETTERS: Final = 4
_TONES: Final = ("negative", "neutral", "positive")
_WORDS: Final = """
aber about after again alle also auch because been beim bitte could dann dass dein denn diese doch does doing
durch eine einem einen einer eines etwas euch euer from fuer ganz habe haben habt hast hatte have here hier http
https ihre immer into jetzt just kann kein keine like mehr mein meine mich more most much nach nicht nichts noch
oder ohne only other over schon sehr seid sein seit should sich sind some such than that their them then there
these they this those ueber unser very viel wann warum weil wenn werde werden were what when where which wieder
will wird with would wurde your yours
"""
#: Words that say nothing by themselves; what is shorter than four letters is left out anyway.
_EMPTY: Final = frozenset(_WORDS.split())


class MonitorFigures(Struct, frozen=True, kw_only=True):
    """What a monitor found. share: of all posts of the monitors that are compared, 0 to 1. words: (word, in how many posts).

    tones: (day, negative, neutral, positive), as they were judged or as somebody said.
    """

    monitor_id: UUID
    name: str
    posts: int
    reach: int
    share: float
    days: list[tuple[str, int, int]]
    networks: dict[str, int]
    languages: dict[str, int]
    words: list[tuple[str, int]]
    tones: list[tuple[str, int, int, int]]


class ListeningFigures(Struct, frozen=True, kw_only=True):
    """Figures of some monitors since an instant, days in the zone of the reports."""

    since: Instant
    zone: str
    monitors: list[MonitorFigures]


async def listening_figures(db: Database, access: Access, monitor_ids: Sequence[UUID], days: int) -> ListeningFigures:
    """Return figures of monitors that the asker sees; without any named, of all that are on. Raises Invalid."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"Between 1 and {MOST_DAYS} days.", code="out_of_range", field="days", low=1, high=MOST_DAYS)
    async with db.read() as tx:
        zone = str((await read_settings(tx))["reports.time_zone"])
        today = tx.now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        since = today - timedelta(days=days - 1)
        seen = await tx.listening.monitors(access.visible_classes())
        chosen = [one for one in seen if (one.id in monitor_ids if monitor_ids else one.state == "on")][:MOST_MONITORS]
        counts = await tx.listening.hours([one.id for one in chosen], since)
        tones = await tx.triage.tones([one.id for one in chosen], since, zone)
        texts = {one.id: await tx.listening.texts_since(one.id, since, _MOST_TEXTS) for one in chosen}
    whole = sum(count.posts for count in counts)
    found: list[MonitorFigures] = []
    for one in chosen:
        by_day: dict[str, list[int]] = {
            (since + timedelta(days=n)).strftime("%Y-%m-%d"): [0, 0] for n in range(days)
        }  # fmt: skip
        networks, languages = Counter[str](), Counter[str]()
        for count in (c for c in counts if c.monitor_id == one.id):
            at = datetime.fromisoformat(count.hour).astimezone(ZoneInfo(zone))
            day = by_day.setdefault(at.strftime("%Y-%m-%d"), [0, 0])
            day[0] += count.posts
            day[1] += count.reach
            networks[count.network] += count.posts
            languages[count.language or "?"] += count.posts
        posts = sum(networks.values())
        found.append(
            MonitorFigures(
                monitor_id=one.id, name=one.name, posts=posts, reach=sum(reach for _, reach in by_day.values()),
                share=posts / whole if whole else 0.0, days=[(day, n, reach) for day, (n, reach) in sorted(by_day.items())],
                networks=dict(networks.most_common()), languages=dict(languages.most_common()), words=top_words(texts[one.id]),
                tones=_tones(sorted(by_day), [(day, tone, n) for monitor_id, day, tone, n in tones if monitor_id == one.id]),
            )
        )  # fmt: skip
    return ListeningFigures(since=instant(since), zone=zone, monitors=sorted(found, key=lambda one: -one.posts))


def _tones(days: Sequence[str], counted: Sequence[tuple[str, str, int]]) -> list[tuple[str, int, int, int]]:
    of = {(day, tone): posts for day, tone, posts in counted}
    negative, neutral, positive = _TONES
    return [(day, of.get((day, negative), 0), of.get((day, neutral), 0), of.get((day, positive), 0)) for day in days]


def top_words(texts: Sequence[str]) -> list[tuple[str, int]]:
    """Return the words that most of the texts say, with in how many; folded, without what says nothing."""
    counted = Counter[str]()
    for text in texts:
        counted.update({
            word for word in words_of([text]).plain if len(word) >= _LEAST_LETTERS and word not in _EMPTY and not word.isdigit()
        })  # fmt: skip
    return counted.most_common(_MOST_WORDS)


def as_csv(figures: ListeningFigures) -> str:
    """Return a line for each monitor and day."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("monitor", "day", "posts", "reach", *_TONES))
    for one in figures.monitors:
        # A name that a spreadsheet would take for a formula is told to be a text.
        name = f"'{one.name}" if one.name[:1] in "=+-@" else one.name
        tones = {day: counts for day, *counts in one.tones}
        writer.writerows((name, day, posts, reach, *tones[day]) for day, posts, reach in one.days)
    return out.getvalue()
