"""What visitors' browsers ask, checked; and how they are told no."""

import hashlib
import re
from typing import Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.connectors.webchat.look import MAX_TEXT
from unisono.connectors.webchat.uploads import UploadedFile
from unisono.contract import MISSHAPEN, HttpRequest

_T = TypeVar("_T")
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_EMAIL = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,180}\.[^@\s<>\"',;.]{2,60}")


class NewMessage(Struct):
    """A message. `word` begins a session; `email` with `consent` asks for an answer by e-mail."""

    key: str
    text: str = ""
    word: str = ""
    name: str = ""
    language: str = "en"
    email: str = ""
    consent: bool = False
    consent_text: str = ""
    files: list[UploadedFile] = []


class ChangedText(Struct):
    """A message's new text."""

    key: str
    text: str


class OneKey(Struct):
    """Which message."""

    key: str


class Seen(Struct):
    """Which answers arrived, or were read."""

    ids: list[UUID]
    state: Literal["delivered", "read"]


class Refusal(Exception):
    """What the browser is told instead of an answer; `code` is what it finds its words by."""

    def __init__(self, status: int, code: str, wait_s: float = 0.0) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.wait_s = wait_s


def body_of(request: HttpRequest, shape: type[_T]) -> _T:
    """Return a request's JSON. Raises Refusal."""
    try:
        return msgspec.json.decode(request.body, type=shape)
    except MISSHAPEN as error:
        raise Refusal(422, "body") from error


def bearer_of(request: HttpRequest) -> str:
    """Return the token that a request carries, or nothing."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def check_key(key: str) -> None:
    """Refuse a message's key that no browser of ours makes."""
    if not _KEY.fullmatch(key):
        raise Refusal(422, "key")


def check_text(text: str) -> None:
    """Refuse a changed text that is empty or too long."""
    if len(text) > MAX_TEXT:
        raise Refusal(413, "too_long")
    if not text.strip():
        raise Refusal(422, "empty")


def check_message(new: NewMessage) -> None:
    """Refuse a message that says nothing or too much, or that wants an answer by e-mail without saying yes to it."""
    check_key(new.key)
    if len(new.text) > MAX_TEXT:
        raise Refusal(413, "too_long")
    if not new.text.strip() and not new.files and not new.email:
        raise Refusal(422, "empty")
    if new.email and not _EMAIL.fullmatch(new.email.strip()):
        raise Refusal(422, "email")
    if new.email and not new.consent:
        raise Refusal(422, "consent")


def first_of(request: HttpRequest, name: str) -> str:
    """Return the first value of a query's parameter, or nothing."""
    return (request.query.get(name) or [""])[0]


def seconds_of(text: str) -> float:
    """Return a number of seconds, 0 for anything else."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


def ended_key(session_id: str) -> str:
    """Return under which key it is remembered that a visitor deleted their conversation."""
    return f"ended:{hashlib.sha256(session_id.encode()).hexdigest()[:32]}"
