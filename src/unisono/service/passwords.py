"""Passwords: hashed with Argon2id off the event loop, and long enough to be worth it."""

import asyncio
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from unisono.domain.errors import Invalid
from unisono.service.text import fold

MIN_CHARS = 10
MAX_CHARS = 1_000
AT_ONCE = 2


def check_password(password: str, login: str) -> None:
    """Raise Invalid when a password is too short, too long, or says what the login says."""
    if len(password) < MIN_CHARS:
        raise Invalid(
            f"A password has at least {MIN_CHARS} characters, this one has {len(password)}.",
            code="password_short", field="password", minimum=MIN_CHARS,
        )  # fmt: skip
    if len(password) > MAX_CHARS:
        raise Invalid(
            f"A password has at most {MAX_CHARS} characters.", code="password_long", field="password", maximum=MAX_CHARS
        )
    if len(set(password)) < 4 or hmac.compare_digest(fold(password).encode(), fold(login).encode()):
        raise Invalid("This password is too easy to guess.", code="password_weak", field="password")


class Passwords:
    """Makes and checks hashes, at most AT_ONCE at a time: each takes 19 MiB and some 20 ms of a core.

    Source of the parameters: OWASP Password Storage Cheat Sheet, Argon2id (m = 19 MiB, t = 2, p = 1).
    """

    def __init__(self, *, time_cost: int = 2, memory_kib: int = 19_456) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password fits; a person without one takes as long and never fits."""
        if len(password) > MAX_CHARS:
            return False
        if password_hash is None:
            self._nobody = self._nobody or await self.hash("nobody has this password")
        async with self._slots:
            fits = await asyncio.to_thread(self._fits, password_hash or self._nobody or "", password)
        return fits and password_hash is not None

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, password_hash: str) -> bool:
        """Tell whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)
