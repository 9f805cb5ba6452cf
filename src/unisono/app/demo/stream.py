"""Ten thousand posts of a town in five minutes, and in them an outage: what the demo page's outage button plays.

The voices are those of `outage`; what else is said speaks of anything, once in a while of the company or of other trouble, and is
said to nobody. So who listens has to find it, and who waits for enquiries gets the outage alone.
"""

import random
import re
from typing import Final

import msgspec

from unisono.app.demo.material import town
from unisono.app.demo.outage import OVER_S, murmur_steps, outage_steps
from unisono.app.demo.places import placed
from unisono.app.demo.script import Person, Step
from unisono.testing.sandbox.faces import ZWITSCHER

POSTS: Final = 10_000
LEAST: Final = 100
#: For all of them; fewer are said as fast, and are over sooner. What a small laptop takes with a desk beside it.
LASTS_S: Final = 300.0
#: How many of all belong to the outage, and are said to the company; how many speak of it to nobody.
VOICES_SHARE: Final = 0.05
MURMURS_SHARE: Final = 0.004
#: When the outage begins and how long new voices come, as a share of the whole.
BEGINS, GOES_ON = 0.2, 0.4
RARE_SHARE: Final = 0.0005
PEOPLE: Final = 300
_SLOT = re.compile(r"\{(\w+)\}")


def stream_steps(run: int, posts: int = POSTS) -> list[Step]:
    """Return the whole stream in its order; the same run says the same. `posts`: at least LEAST."""
    lasts_s = LASTS_S * posts / POSTS
    begins_s, goes_on_s = lasts_s * BEGINS, lasts_s * GOES_ON
    voices = placed(outage_steps(run, voices_of(posts)))
    # On a network with pages it would stand on the company's own.
    murmurs = [step for step in placed(murmur_steps(run, max(1, round(posts * MURMURS_SHARE)))) if step.face == ZWITSCHER.key]
    about = [
        msgspec.structs.replace(step, at_s=begins_s + goes_on_s * step.at_s / OVER_S) for step in (*voices, *murmurs)
    ]  # fmt: skip
    return sorted([*about, *_town(run, posts - len(about), lasts_s)], key=lambda step: step.at_s)


def voices_of(posts: int) -> int:
    """Return how many customers write about the outage in a stream of so many posts."""
    return round(posts * VOICES_SHARE)


def _town(run: int, count: int, lasts_s: float) -> list[Step]:
    chance = random.Random(f"town {run}")  # noqa: S311 - a script has to be the same every time
    material = town()
    people = [
        Person(key=f"town-{n}", name=f"{chance.choice(material.first_names)} {chance.choice(material.last_names)}",
               handle=f"altwick_{n}", address="")
        for n in range(PEOPLE)
    ]  # fmt: skip
    found = []
    for number in range(count):
        templates = material.rare if chance.random() < RARE_SHARE else material.templates
        text = _SLOT.sub(lambda slot: chance.choice(material.slots[slot[1]]), chance.choice(templates))
        thread = f"town-{run}-{number}"
        found.append(Step(
            key=thread, thread=thread, at_s=lasts_s * chance.random(), kind="post", who=chance.choice(people),
            text=text[:1].upper() + text[1:], face=ZWITSCHER.key,
        ))  # fmt: skip
    return found
