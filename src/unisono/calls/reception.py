"""The reception of a line: opening hours, a menu by digits, a message, a call-back; as data, without anybody's words.

A call that comes in goes through here before it waits in a queue. What the caller is at stands in a `Place`; every digit and
every prompt that ends leads to a `Move`: what is said next, or where the call goes.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct, field

MOST_TRIES: Final = 3


class Goal(StrEnum):
    """Where a choice leads. QUEUE: it waits for a person. MENU: another menu. MESSAGE: the caller speaks one on tape."""

    QUEUE = "queue"
    MENU = "menu"
    MESSAGE = "message"
    CALL_BACK = "call_back"
    GOODBYE = "goodbye"


class Choice(Struct, frozen=True, kw_only=True):
    """What a digit means. queue: its key, else the line's own. skills: what is needed besides the line's.

    between: for a call-back, when it is wished for, as `13:00-17:00`; empty: as soon as can be.
    """

    goal: Goal = Goal.QUEUE
    menu: str = ""
    queue: str = ""
    skills: tuple[str, ...] = ()
    between: str = ""


class Menu(Struct, frozen=True, kw_only=True):
    """says: the words of this menu, else the house's. otherwise: where a caller goes who chooses nothing."""

    says: str = ""
    choices: dict[str, Choice] = field(default_factory=dict)
    otherwise: Choice = Choice()


class House(Struct, frozen=True, kw_only=True):
    """What the reception of a line knows. first: the menu that all hear, if any.

    closed: what callers get outside the hours; withheld: what those get who do not show their number. QUEUE is as ever.
    """

    menus: dict[str, Menu] = field(default_factory=dict)
    first: str = ""
    closed: Goal = Goal.MESSAGE
    withheld: Goal = Goal.QUEUE
    can_call_back: bool = True
    can_take_message: bool = True


class Place(Struct, frozen=True, kw_only=True):
    """Where a caller is: `menu`, `closed`, `message`, `done`. tries: how often the menu was heard in vain.

    between: when they wish to be called back, as in `Choice`.
    """

    at: str = "done"
    menu: str = ""
    tries: int = 0
    queue: str = ""
    skills: tuple[str, ...] = ()
    between: str = ""


class Effect(StrEnum):
    """What is to be done. SAY: the announcement `say`, keys are waited for. TAKE_MESSAGE: after that announcement.

    WAIT: into the queue. CALL_BACK: note it, say so, goodbye. GOODBYE: say it and hang up. LEAVE: hang up. NOTHING: as it is.
    """

    SAY = "say"
    TAKE_MESSAGE = "take_message"
    WAIT = "wait"
    CALL_BACK = "call_back"
    GOODBYE = "goodbye"
    LEAVE = "leave"
    NOTHING = "nothing"


class Move(Struct, frozen=True, kw_only=True):
    """The caller's new place, and what is to be done."""

    place: Place
    effect: Effect
    say: str = ""
    text: str = ""
    digits: str = ""


def arrive(house: House, *, open_now: bool, can_be_called: bool, withheld: bool = False) -> Move:
    """Return what a caller meets first. can_be_called: there is a number to call back. withheld: they do not show theirs."""
    if withheld and house.withheld is not Goal.QUEUE:
        return _away(house, house.withheld, Choice(), can_be_called=False, say="withheld")
    if not open_now and house.closed is not Goal.QUEUE:
        return _closed(house, can_be_called=can_be_called)
    if house.first in house.menus:
        return _menu(house, house.first, tries=0)
    return Move(place=Place(), effect=Effect.WAIT)


def voicemail(house: House) -> Move:
    """Return what a caller meets whose call is for one person who is not to be reached."""
    return _away(house, Goal.MESSAGE, Choice(), can_be_called=False, say="not_there")


def press(house: House, place: Place, digit: str, *, can_be_called: bool) -> Move:
    """Return what a key leads to; one that means nothing here changes nothing."""
    if place.at != "menu":
        return Move(place=place, effect=Effect.NOTHING)
    menu = house.menus.get(place.menu, Menu())
    choice = menu.choices.get(digit)
    if choice is None:
        return Move(place=place, effect=Effect.NOTHING)
    return _choose(house, choice, place, can_be_called=can_be_called)


def played(house: House, place: Place, *, can_be_called: bool) -> Move:
    """Return what follows when a prompt came to its end without a key."""
    match place.at:
        case "menu":
            if place.tries + 1 < MOST_TRIES:
                return _menu(house, place.menu, tries=place.tries + 1)
            return _choose(house, house.menus.get(place.menu, Menu()).otherwise, place, can_be_called=can_be_called)
        case "goodbye":
            return Move(place=place, effect=Effect.LEAVE)
        case _:
            return Move(place=place, effect=Effect.NOTHING)


def _menu(house: House, name: str, *, tries: int) -> Move:
    menu = house.menus[name]
    return Move(
        place=Place(at="menu", menu=name, tries=tries), effect=Effect.SAY, say="menu", text=menu.says,
        digits="".join(sorted(menu.choices)),
    )  # fmt: skip


def _choose(house: House, choice: Choice, place: Place, *, can_be_called: bool) -> Move:
    match choice.goal:
        case Goal.MENU if choice.menu in house.menus and choice.menu != place.menu:
            return _menu(house, choice.menu, tries=0)
        case Goal.QUEUE | Goal.MENU:
            return Move(place=Place(queue=choice.queue, skills=choice.skills), effect=Effect.WAIT)
    return _away(house, choice.goal, choice, can_be_called=can_be_called)


def _closed(house: House, *, can_be_called: bool) -> Move:
    return _away(house, house.closed, Choice(), can_be_called=can_be_called, say="closed")


def _away(house: House, goal: Goal, choice: Choice, *, can_be_called: bool, say: str = "") -> Move:
    if goal is Goal.CALL_BACK and not (house.can_call_back and can_be_called):
        goal = Goal.MESSAGE
    if goal is Goal.MESSAGE and not house.can_take_message:
        goal = Goal.GOODBYE
    if goal is Goal.MESSAGE:
        place = Place(at="message", queue=choice.queue, skills=choice.skills)
        return Move(place=place, effect=Effect.TAKE_MESSAGE, say=say or "leave_message")
    place = Place(at="goodbye", queue=choice.queue, skills=choice.skills, between=choice.between)
    if goal is Goal.CALL_BACK:
        return Move(place=place, effect=Effect.CALL_BACK, say=say or "call_back_noted")
    return Move(place=place, effect=Effect.GOODBYE, say=say or "goodbye")
