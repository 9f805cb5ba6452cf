"""What a planted fault is."""

from msgspec import Struct


class Mutant(Struct, frozen=True, kw_only=True):
    """One fault: in `file`, the text `old` (it stands there once) becomes `new`. `tests`: what must fail then."""

    law: int
    name: str
    file: str
    old: str
    new: str
    tests: str

    def __str__(self) -> str:
        return f"law{self.law}: {self.name}"
