"""What a planted fault is."""

from msgspec import Struct


class Mutant(Struct, frozen=True, kw_only=True):
    """One fault: in `file`, the text `old` (it stands there once) becomes `new`. `tests`: what must fail then.

    `besides`: further texts of the file and what becomes of them, where a second guard would stop the first fault.
    """

    law: int
    name: str
    file: str
    old: str
    new: str
    tests: str
    besides: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"law{self.law}: {self.name}"
