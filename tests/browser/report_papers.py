"""A report as the desk shows it, and as programs that are not ours read its files: the same numbers."""

import csv
import email
import email.policy
import io
import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import openpyxl
import pypdf
from playwright.async_api import Locator

Line = tuple[str, list[float | None]]
"""A row's name and its figures: counts, shares of 1, seconds; None where none is shown."""

_SECONDS = {"Sek.": 1, "Min.": 60, "Std.": 3_600, "Tag": 86_400, "Tage": 86_400, "Tg.": 86_400}


def spoken(words: str) -> float | None:
    """Return the number that a German figure of the desk says."""
    words = words.replace("\xa0", " ").replace("\u202f", " ").strip()
    if words == "–":
        return None
    if words.endswith("%"):
        return float(words.removesuffix("%").strip().replace(".", "").replace(",", ".")) / 100
    if parts := re.findall(r"(\d+) ([A-Za-z]+\.?)", words):
        return float(sum(int(n) * _SECONDS[unit] for n, unit in parts))
    return float(words.replace(".", ""))


async def shown(table: Locator) -> tuple[list[Line], list[list[str]]]:
    """Return the rows of a table of figures, its total last, and by how much each figure changed, in words."""
    rows = await table.locator("tbody tr, tfoot tr").all()
    lines, changes = [], []
    for row in rows:
        cells = await row.locator("td").all()
        texts, more = [], []
        for cell in cells:
            change = cell.locator(".change")
            change_words = (await change.inner_text()).strip() if await change.count() else ""
            texts.append((await cell.inner_text()).replace(change_words, "").strip() if change_words else await cell.inner_text())
            more.append(change_words.replace("\xa0", " "))
        lines.append(((await row.locator("th").inner_text()).strip(), [spoken(text) for text in texts]))
        changes.append(more)
    return lines, changes


def of_csv(content: bytes) -> list[list[Any]]:
    """Return name and figures of each row of a German table: now and before by turns."""
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    return [[row[0], *(_number(cell) for cell in row[1:])] for row in rows if len(row) == len(head)]


def _number(cell: str) -> float | None:
    return float(cell.replace(",", ".")) if cell else None


def of_xlsx(content: bytes) -> list[list[Any]]:
    """Return the same of a workbook: spans in seconds."""
    rows = [list(line) for line in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]
    begins = next(n for n, row in enumerate(rows) if sum(cell is not None for cell in row) > 2)
    return [[row[0], *(_plain(cell) for cell in row[1:])] for row in rows[begins + 1 :] if any(c is not None for c in row[1:])]


def _plain(cell: Any) -> float | None:
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    return None if cell is None else float(cell)


def of_pdf(content: bytes) -> str:
    """Return the words of all pages, one blank between any two."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def in_pdf(row: list[Any], units: list[str]) -> str:
    """Return a row as a German page says it. row: as `of_csv` has it; units: `count`, `share` or `ms` of each figure."""
    words = [str(row[0])]
    for value, unit in zip(row[1:], units, strict=True):
        if value is None:
            words.append("–")
        elif unit == "ms":
            words.append(f"{int(value) // 3_600}:{int(value) // 60 % 60:02}:{int(value) % 60:02}")
        else:
            words.append(f"{value:.1f} %".replace(".", ",") if unit == "share" else f"{value:,.0f}".replace(",", "."))
    return " ".join(words)


def file_in(mail: bytes) -> tuple[str, bytes]:
    """Return name and bytes of the one file of a mail."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    [file] = message.iter_attachments()
    return str(file.get_filename()), file.get_content()
