"""What a process of its own does for one file: an order on standard input, the file's bytes on standard output.

Nothing in a cell is ever a formula: in CSV, text that a spreadsheet would take for one gets an apostrophe in front (CWE-1236); in
XLSX, texts are written as texts.
"""

import csv
import io
import os
import resource
import sys
from importlib import resources
from typing import Any, Final

import msgspec
from msgspec import Struct

from unisono.service.ports.report_files import Cell, Sheet

MEMORY_BYTES: Final = 2_000_000_000
_NICE: Final = 10
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_MS_A_DAY: Final = 86_400_000


class Order(Struct, frozen=True, kw_only=True):
    """What is to be made."""

    form: str
    sheet: Sheet


def as_csv(sheet: Sheet) -> bytes:
    """Return the table alone: spans in seconds, shares in percent. RFC 4180, UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if sheet.semicolon else ",", lineterminator="\r\n")
    writer.writerow([_harmless(heading) for heading in sheet.headings])
    for row in [*sheet.rows, *([sheet.total] if sheet.total else [])]:
        writer.writerow([_in_csv(cell, unit, comma=sheet.decimal_comma) for cell, unit in zip(row, sheet.units, strict=True)])
    return out.getvalue().encode("utf-8-sig" if sheet.byte_order_mark else "utf-8")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _in_csv(cell: Cell, unit: str, *, comma: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _harmless(cell)
    value = cell / 1_000 if unit == "ms" else cell * 100 if unit == "share" else cell
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if comma else text


def as_xlsx(sheet: Sheet) -> bytes:
    """Return a workbook of one sheet: numbers as numbers, spans as spans, headings that stay when one scrolls."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        table = book.add_worksheet(_sheet_name(sheet.title))
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        forms = {
            "text": {}, "count": {"num_format": "#,##0"}, "share": {"num_format": "0.0%"}, "ms": {"num_format": "[h]:mm:ss"},
        }  # fmt: skip
        plain = {unit: book.add_format(form) for unit, form in forms.items()}
        bold = {unit: book.add_format({**form, "bold": True, "top": 1}) for unit, form in forms.items()}
        table.set_column(0, 0, 30)
        table.set_column(1, max(1, len(sheet.headings) - 1), 15)
        table.write_string(0, 0, sheet.title, book.add_format({"bold": True, "font_size": 14}))
        for at, line in enumerate(sheet.lines, 1):
            table.write_string(at, 0, line)
        at = len(sheet.lines) + 2
        for place, heading in enumerate(sheet.headings):
            table.write_string(at, place, heading, head)
        table.freeze_panes(at + 1, 1)
        for row, formats in [*((row, plain) for row in sheet.rows), *([(sheet.total, bold)] if sheet.total else [])]:
            at += 1
            for place, (cell, unit) in enumerate(zip(row, sheet.units, strict=True)):
                _write(table, at, place, cell, unit, formats[unit])
        for place, note in enumerate(sheet.notes, at + 2):
            table.write_string(place, 0, note)
    return out.getvalue()


def _write(table: Any, at: int, place: int, cell: Cell, unit: str, form: Any) -> None:
    if cell is None:
        table.write_blank(at, place, None, form)
    elif isinstance(cell, str):
        table.write_string(at, place, cell, form)
    else:
        table.write_number(at, place, cell / _MS_A_DAY if unit == "ms" else cell, form)


def _sheet_name(title: str) -> str:
    """Return a name that a workbook takes: 31 characters, none of those that stand in references."""
    return "".join(c for c in title if c not in r"[]:*?/\'")[:31] or "1"


def as_pdf(sheet: Sheet) -> bytes:
    """Return pages in landscape, the headings on each of them."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer

    text, bold = _fonts()
    small = ParagraphStyle("small", fontName=text, fontSize=8, leading=10, textColor="#444444")
    words = ParagraphStyle("words", fontName=text, fontSize=8, leading=10)
    strong = ParagraphStyle("strong", parent=words, fontName=bold)
    right = ParagraphStyle("right", parent=strong, alignment=2)
    out = io.BytesIO()
    page = landscape(A4)
    document = SimpleDocTemplate(
        out, pagesize=page, leftMargin=15 * mm, rightMargin=15 * mm, topMargin=15 * mm, bottomMargin=18 * mm, title=sheet.title,
        creator="Unisono", author="",
    )  # fmt: skip
    body: list[list[Any]] = [[Paragraph(_escaped(h), right if i else strong) for i, h in enumerate(sheet.headings)]]
    rows = [*((row, words, text) for row in sheet.rows), *([(sheet.total, strong, bold)] if sheet.total else [])]
    for row, style, _ in rows:
        first, *rest = row
        body.append(
            [
                Paragraph(_escaped(str(first or "")), style),
                *(_in_pdf(c, u, sheet) for c, u in zip(rest, sheet.units[1:], strict=True)),
            ]
        )
    width = page[0] - 30 * mm
    first_width = max(width * 0.24, width - 28 * mm * (len(sheet.headings) - 1))
    table = LongTable(
        body, repeatRows=1,
        colWidths=[first_width, *[(width - first_width) / max(1, len(sheet.headings) - 1)] * (len(sheet.headings) - 1)],
        style=[
            ("FONT", (0, 0), (-1, -1), text, 8), ("ALIGN", (1, 0), (-1, -1), "RIGHT"), ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, "#222222"), ("LINEBELOW", (0, 1), (-1, -1), 0.25, "#cccccc"),
            *([("FONT", (0, -1), (-1, -1), bold, 8), ("LINEABOVE", (0, -1), (-1, -1), 0.8, "#222222")] if sheet.total else []),
        ],
    )  # fmt: skip
    title = ParagraphStyle("title", fontName=bold, fontSize=15, leading=19)
    story = [Paragraph(_escaped(sheet.title), title), *(Paragraph(_escaped(line), small) for line in sheet.lines)]
    story += [Spacer(1, 5 * mm), table, Spacer(1, 4 * mm), *(Paragraph(_escaped(note), small) for note in sheet.notes)]

    def foot(canvas: Any, made: Any) -> None:
        canvas.setFont(text, 7)
        canvas.drawRightString(page[0] - 15 * mm, 9 * mm, f"{sheet.page} {made.page}")
        canvas.drawString(15 * mm, 9 * mm, f"Unisono · {sheet.title}")

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _fonts() -> tuple[str, str]:
    """Return a typeface for many scripts, which comes with the built desk; without that, the library's own for Latin letters."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = resources.files("unisono.web") / "static" / "report-fonts"
    for name, file, spare in (("Text", "DejaVuSans.ttf", "Vera.ttf"), ("Bold", "DejaVuSans-Bold.ttf", "VeraBd.ttf")):
        found = folder / file
        pdfmetrics.registerFont(TTFont(name, str(found) if found.is_file() else spare))
    return "Text", "Bold"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _in_pdf(cell: Cell, unit: str, sheet: Sheet) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if unit == "ms":
        seconds = round(cell / 1_000)
        return f"{seconds // 3_600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    text = f"{cell * 100:.1f} %" if unit == "share" else f"{cell:,.0f}"
    return text.translate({ord(","): ".", ord("."): ","}) if sheet.decimal_comma else text


FORMS: Final = {"csv": as_csv, "xlsx": as_xlsx, "pdf": as_pdf}


def main() -> None:
    """Make one file; below others in priority, within a bound of memory."""
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(FORMS[order.form](order.sheet))


if __name__ == "__main__":
    main()
