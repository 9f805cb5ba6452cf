"""A public stream in which an outage is hidden: thousands of posts of a town, and among them those who have no internet.

The voices are the demo's, no two alike, in the order in which an outage is noticed. What else is said speaks of anything, also of
the company, and of other companies' outages: who looks for words alone is alarmed by it all day.
"""

import random
from typing import Final

import msgspec
from msgspec import Struct

from bench.listening_data import Language
from unisono.app.demo.outage import murmur_steps, outage_steps
from unisono.app.demo.script import Person

#: How many of all posts speak of the outage, and how late in the stream it begins.
VOICES_SHARE: Final = 0.02
#: What a supervisor would watch: the company's name with what people say when nothing works.
OUTAGE_QUERY: Final = (
    "brookwatt (störung* OR ausfall OR ausgefallen OR offline OR lahmgelegt OR glasfaser* OR bagger* OR nix OR nichts OR kein "
    "OR keine OR weg OR tot OR geht OR internet OR internett OR netz OR wlan OR leitung OR router OR modem)"
)
BEGINS_AT: Final = 0.5
#: In what part of the stream the voices come, the most of them soon.
LASTS: Final = 0.3
PER_S: Final = 1.5
#: Some who wait say it twice.
AGAIN: Final = 0.1
BRAND_SHARE, ELSEWHERE_SHARE, GRUMBLE_SHARE = 0.01, 0.004, 0.0005
_BRAND: Final = (
    "Rechnung von Brookwatt ist da, diesmal pünktlich", "Brookwatt sponsert das Hafenfest",
    "Zähler bei Brookwatt abgelesen, ging schnell",
    "Wer hat Erfahrung mit dem Solartarif von Brookwatt?", "Brookwatt sucht Azubis, falls jemand wen kennt",
)  # fmt: skip
#: Finds its way into the search, and is about something else.
_GRUMBLES: Final = (
    "Brookwatt schickt mir keine Rechnung, seit Mai",
    "Bei Brookwatt geht keiner ans Telefon wegen meines Vertrags",
)
_ELSEWHERE: Final = (
    "Störung bei Nordtel in Altwick, die dritte diese Woche", "Zugausfall nach Altwick, wie immer",
    "Bagger auf der B77, Stau bis zur Brücke",
    "Das Licht im Kino flackert, sonst schöner Film", "Ausfall der Lesung am Freitag, Karten gelten weiter",
)  # fmt: skip


class Said(Struct, frozen=True):
    """A post: seconds after the stream's beginning, by whom, and whether it is about the outage and says so to the company."""

    at_s: float
    who: Person
    text: str
    about_it: bool = False
    to_us: bool = False


class Story(Struct, frozen=True):
    """The whole stream in its order."""

    said: list[Said]
    begins_s: float
    lasts_s: float

    @property
    def voices(self) -> list[Said]:
        """What is about the outage."""
        return [one for one in self.said if one.about_it]


def story(posts: int, voices: int | None = None, seed: int = 1) -> Story:
    """Return a stream of so many posts, of which so many speak of the outage; the same seed gives the same words."""
    chance = random.Random(f"stream {seed}")
    lasts_s = posts / PER_S
    begins_s = lasts_s * BEGINS_AT
    about = _voices(voices or round(posts * VOICES_SHARE), begins_s, lasts_s * LASTS, seed, chance)
    town = [Person(key=f"town-{n}", name=f"Nachbar {n}", handle=f"nachbar_{n}", address="") for n in range(200)]
    talk = Language(seed, 300)
    others = []
    for _ in range(posts - len(about)):
        lot = chance.random()
        text = (
            chance.choice(_BRAND) if lot < BRAND_SHARE
            else chance.choice(_ELSEWHERE) if lot < BRAND_SHARE + ELSEWHERE_SHARE
            else chance.choice(_GRUMBLES) if lot < BRAND_SHARE + ELSEWHERE_SHARE + GRUMBLE_SHARE
            else talk.text(0.1)
        )  # fmt: skip
        others.append(Said(chance.random() * lasts_s, chance.choice(town), text))
    return Story(sorted([*others, *about], key=lambda one: one.at_s), begins_s, lasts_s)


def _voices(count: int, begins_s: float, lasts_s: float, seed: int, chance: random.Random) -> list[Said]:
    """Half say it to the company, half of it to others; some of the first say it again."""
    again = round(count * AGAIN)
    to_us = [step for step in outage_steps(seed, 8 * count) if step.kind == "post" and step.who is not None]
    to_nobody = [step for step in murmur_steps(seed, 8 * count) if step.who is not None and "Brookwatt" in step.text]
    first = count - again
    some = [
        msgspec.structs.replace(step, who=msgspec.structs.replace(step.who, handle=f"{step.who.handle[:20]}_{number}"))
        for number, step in enumerate([*to_us[: first - first // 2], *to_nobody[: first // 2]]) if step.who is not None
    ]  # fmt: skip
    chance.shuffle(some)
    # Most notice it at once: the place of each is drawn from a triangle.
    times = sorted(begins_s + lasts_s * chance.triangular(0, 1, 0) for _ in some)
    said = [
        Said(at_s, step.who, step.text, about_it=True, to_us="@brookwatt" in step.text)
        for at_s, step in zip(times, some, strict=True) if step.who is not None
    ]  # fmt: skip
    repeated = [
        Said(
            one.at_s + 120 + 60 * chance.random(),
            one.who,
            f"Immer noch kein Internet. {one.text}"[:270],
            about_it=True,
            to_us=one.to_us,
        )
        for one in said[:again]
    ]
    return [*said, *repeated]
