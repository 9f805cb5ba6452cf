"""Customers on the networks by script: what they do in the networks' own apps, which no API is for."""

import hashlib
from collections.abc import Callable
from typing import Final

from unisono.app.demo.files import file_of
from unisono.app.demo.played import Played
from unisono.app.demo.script import PUBLIC_KINDS, Person, Step
from unisono.app.demo.scripted import HANDLE, Scripted
from unisono.domain.errors import Unavailable
from unisono.testing.networks import graph, x
from unisono.testing.networks.graph import Picture

#: The topic of a company's post that is a story: it stands on no feed, and is answered in private.
STORY: Final = "story"


class ScriptedStage:
    """Plays steps on the networks by script. Who has joined where stands in `Played`, for the next start."""

    def __init__(self, networks: Scripted) -> None:
        self._on = networks
        self._ways: dict[str, Callable[[Step, Played, str | None], str]] = {
            "x": self._x, "facebook": self._facebook, "instagram": self._instagram, "messenger": self._messenger,
            "whatsapp": self._whatsapp, "telegram": self._telegram,
        }  # fmt: skip

    async def play(self, step: Step, played: Played) -> str:
        """Do what the step says; returns the network's id of it, once the house was told. Raises Unavailable."""
        parent = played.remote_id(step.parent) if step.parent else None
        try:
            try:
                remote_id = self._ways[step.face](step, played, parent or None)
            except (x.Refused, graph.Refused, KeyError):
                # What should be answered is gone: people then say it beside.
                if parent is None:
                    raise
                remote_id = self._ways[step.face](step, played, None)
        except (x.Refused, graph.Refused) as error:
            raise Unavailable(f"{step.face} refused a step: {error}") from error
        await self._on.graph.pushes.settle()
        return remote_id

    # -- each network --------------------------------------------------------------------------------------------------

    def _x(self, step: Step, played: Played, parent: str | None) -> str:
        network, us = self._on.x.network, self._on.x_company.user.id
        author = us if step.who is None else self._x_user(step.who, played)
        media = [str(network.upload(author, file.media_type, file.content, file.alt).id) for file in map(file_of, step.media)]
        if step.kind not in PUBLIC_KINDS:
            return str(network.dm(author, us, step.text, media=media).id)
        return str(network.post(author, step.text, reply_to=int(parent) if parent else None, media=media).id)

    def _x_user(self, who: Person, played: Played) -> int:
        network, note = self._on.x.network, f"account:x:{who.key}"
        known = int(played.note(note) or 0)
        if known not in network.users:
            handle = "".join(sign if sign.isalnum() else "_" for sign in who.handle)[:15]
            taken = network.user_named(handle) is not None
            known = network.join(who.name, f"{handle[:12]}_{len(network.users)}" if taken else handle).id
            played.put_note(note, str(known))
        return known

    def _facebook(self, step: Step, played: Played, parent: str | None) -> str:
        pages, page = self._on.graph.network.pages, self._on.page
        author = page if step.who is None else self._person(step, step.who, played)
        pictures = self._pictures(step)
        picture = pictures[0] if pictures else None
        if parent is None:
            return pages.post(page, author, step.text, picture=picture).id
        return pages.comment(author, parent, step.text, picture=picture).id

    def _instagram(self, step: Step, played: Played, parent: str | None) -> str:
        network, account = self._on.graph.network, self._on.account
        if step.who is None and step.topic == STORY:
            return self._pictures(step)[0].node
        if step.who is None and parent is None:
            return network.instagram.publish(account, step.text).id
        author = account if step.who is None else self._person(step, step.who, played)
        if step.kind in PUBLIC_KINDS and parent is not None:
            return network.instagram.comment(author, parent, step.text).id
        assert step.who is not None
        person = self._person(step, step.who, played)
        if step.kind in PUBLIC_KINDS:
            return network.instagram.mention(account, person, f"@{HANDLE} {step.text}").id
        story = parent if parent in network.pictures else None
        return network.chats.write(
            "instagram", account.id, person, step.text, pictures=self._pictures(step), story=story
        ).mid  # fmt: skip

    def _messenger(self, step: Step, played: Played, parent: str | None) -> str:
        del parent
        assert step.who is not None
        person = self._person(step, step.who, played)
        chats = self._on.graph.network.chats
        return chats.write("messenger", self._on.page.id, person, step.text, pictures=self._pictures(step)).mid

    def _whatsapp(self, step: Step, played: Played, parent: str | None) -> str:
        assert step.who is not None
        person = self._person(step, step.who, played)
        picture = next(iter(self._pictures(step)), None)
        kind = "text" if picture is None else "image" if picture.media_type.startswith("image/") else "document"
        whatsapp = self._on.graph.network.whatsapp
        return whatsapp.write(self._on.number, person, step.text, kind=kind, picture=picture, context=parent).id

    def _telegram(self, step: Step, played: Played, parent: str | None) -> str:
        del played
        assert step.who is not None
        lot = int.from_bytes(hashlib.sha256(step.who.key.encode()).digest()[:4], "big")
        person = self._on.telegram.person(1_000_000 + lot % 900_000_000, step.who.name)
        person |= {"username": step.who.handle.replace(".", "_"), "language_code": step.who.lang}
        file = next(iter(map(file_of, step.media)), None)
        answers = int(parent.partition(":")[2]) if parent else None
        photo = None if file is None else file.content
        message = self._on.telegram.write(person, step.text, answers=answers, photo=photo)
        return f"{message['chat']['id']}:{message['message_id']}"

    # -- what Meta's networks share ------------------------------------------------------------------------------------

    def _person(self, step: Step, who: Person, played: Played) -> graph.Person:
        """Each network knows somebody by another id; Messenger and the page are one. On WhatsApp it is the number."""
        network = self._on.graph.network
        place = "facebook" if step.face == "messenger" else step.face
        note = f"account:{place}:{who.key}"
        known = network.people.get(played.note(note) or "")
        if known is None:
            known = network.join(who.name, who.handle) if place != "whatsapp" else self._with_number(who)
            played.put_note(note, known.id)
        return known

    def _with_number(self, who: Person) -> graph.Person:
        """Give somebody a number of the block that the Bundesnetzagentur keeps for films: 0171 39200 and two digits."""
        people, lot = self._on.graph.network.people, hashlib.sha256(who.key.encode()).digest()[0]
        number = next(n for n in (f"4917139200{(lot + step) % 100:02}" for step in range(100)) if n not in people)
        people[number] = graph.Person(id=number, name=who.name)
        return people[number]

    def _pictures(self, step: Step) -> list[Picture]:
        files = map(file_of, step.media)
        return [self._on.graph.network.picture(file.content, file.media_type, file.name) for file in files]
