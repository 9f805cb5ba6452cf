"""What is asked of whatever makes files of reports: elsewhere than on the event loop."""

from typing import Protocol

from msgspec import Struct, field

Cell = str | float | None


class Sheet(Struct, frozen=True, kw_only=True):
    """A report in words, ready to be written: a table with its heading. Texts are of one language.

    units: of each column, `text`, `count`, `share` or `ms`. lines: what was asked, above the table; notes: below it. decimal
    comma, semicolon, byte order mark: how CSV is written.
    """

    title: str
    lines: list[str]
    headings: list[str]
    units: list[str]
    rows: list[list[Cell]]
    total: list[Cell] | None
    notes: list[str]
    page: str
    decimal_comma: bool = False
    semicolon: bool = False
    byte_order_mark: bool = True


class Made(Struct, frozen=True, kw_only=True):
    """A file. `name` is ASCII."""

    name: str
    media_type: str
    content: bytes = field(default=b"")


class ReportFiles(Protocol):
    """Port. Raises Unavailable while too many others are being made, or when one could not be made."""

    async def make(self, form: str, sheet: Sheet) -> bytes:
        """Return the sheet as `csv`, `xlsx` or `pdf`."""
