"""Customers on the sandbox's networks, over HTTP: they join, post, comment, write in private, change and delete."""

from collections.abc import Mapping
from typing import Any

import httpx2
from msgspec import Struct

from unisono.app.demo.files import file_of
from unisono.app.demo.played import Played
from unisono.app.demo.script import PUBLIC_KINDS, Person, Step
from unisono.domain.errors import Unavailable, UnisonoError

#: What the company is called on every network.
HANDLE = "brookwatt"


class CompanyAccount(Struct, frozen=True, kw_only=True):
    """The company on one network. `pages`: what customers post there stands on the company's page."""

    id: str
    token: str
    pages: bool


class NetworkRefused(UnisonoError):
    """The network does not do it; `status` is HTTP's."""

    code = "network_refused"

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.status = status


class NetworkStage:
    """Plays steps on the networks of one sandbox server. What it needs to go on after a restart stands in `Played`."""

    def __init__(self, base_url: str, companies: Mapping[str, CompanyAccount]) -> None:
        self._companies = companies
        self._http = httpx2.AsyncClient(base_url=base_url, timeout=60.0)

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def play(self, step: Step, played: Played) -> str:
        """Do what the step says; returns the network's id of it. Raises NetworkRefused, Unavailable."""
        if step.kind in {"edit", "delete"}:
            return await self._change(step, played)
        parent = played.remote_id(step.parent) if step.parent else None
        try:
            return await self._say(step, played, parent or None)
        except NetworkRefused as error:
            # What should be answered is gone: people then say it beside.
            if parent is None or error.status not in {404, 410}:
                raise
            return await self._say(step, played, None)

    async def _say(self, step: Step, played: Played, parent: str | None) -> str:
        company = self._companies[step.face]
        said = {"text": step.text}
        if step.kind not in PUBLIC_KINDS:
            said["to"] = company.id
        elif parent is not None:
            said["in_reply_to"] = parent
        elif company.pages and not step.by_company:
            said["page"] = company.id
        if step.who is None:
            made = await self._ask("POST", f"/{step.face}/api/items", company.token, json=said, key=step.key)
            return str(made["id"])
        token = await self._token(step.face, step.who, played)
        form: dict[str, Any] = {name: (None, value) for name, value in said.items()}
        for media in step.media:
            file = file_of(media)
            if media.kind == "image":
                form |= {"file": (file.name, file.content, file.media_type), "alt": (None, file.alt)}
        made = await self._ask("POST", f"/{step.face}/web/items", token, files=form)
        return str(made["id"])

    async def private(self, face: str, who: Person, played: Played) -> list[tuple[bool, str]]:
        """Return what somebody and the company wrote each other in private, oldest first: whether it is theirs, and the text."""
        token = await self._token(face, who, played)
        try:
            found = await self._ask("GET", f"/{face}/web/threads/{HANDLE}", token)
        except NetworkRefused:
            return []
        company = self._companies[face].id
        return [(str(item["author"]["id"]) != company, str(item["text"])) for item in found["items"]]

    async def _change(self, step: Step, played: Played) -> str:
        remote_id = played.remote_id(step.target or "")
        if not remote_id or step.who is None:
            return ""
        token = await self._token(step.face, step.who, played)
        path = f"/{step.face}/web/items/{remote_id}"
        if step.kind == "edit":
            await self._ask("PATCH", path, token, json={"text": step.text})
        else:
            try:
                await self._ask("DELETE", path, token)
            except NetworkRefused as error:
                if error.status not in {404, 410}:
                    raise
        return ""

    async def _token(self, face: str, who: Person, played: Played) -> str:
        note = f"account:{face}:{who.key}"
        token = played.note(note)
        if token is None:
            token = await self._join(face, who)
            played.put_note(note, token)
        return token

    async def _join(self, face: str, who: Person) -> str:
        for handle in (who.handle, ""):
            try:
                made = await self._ask("POST", f"/{face}/web/people", "", json={"name": who.name, "handle": handle})
            except NetworkRefused as error:
                if handle == "" or error.status not in {409, 422}:
                    raise
            else:
                return str(made["token"])
        raise AssertionError("the second attempt returns or raises")

    async def _ask(self, method: str, path: str, token: str, *, key: str = "", **what: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["idempotency-key"] = key
        try:
            answer = await self._http.request(method, path, headers=headers, **what)
        except httpx2.HTTPError as error:
            raise Unavailable(f"The sandbox does not answer: {type(error).__name__}") from error
        if answer.status_code >= 400:
            told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            message = str(told.get("message", answer.reason_phrase))
            raise NetworkRefused(answer.status_code, str(told.get("error", "refused")), message)
        result: dict[str, Any] = answer.json() if answer.content else {}
        return result
