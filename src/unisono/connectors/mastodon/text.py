"""A status's HTML as plain text, as its author typed it."""

from html.parser import HTMLParser


class _Text(HTMLParser):
    """Collects text; paragraphs and line breaks become line ends, shortened links are written out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append("\n")
        elif tag == "p" and self.parts:
            self.parts.append("\n\n")
        elif tag == "li":
            self.parts.append("\n- ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain_text(html: str) -> str:
    """Return the text of a status; Mastodon hides parts of long links by style only, so all of it is there. Raises ValueError."""
    parser = _Text()
    try:
        parser.feed(html)
        parser.close()
    except AssertionError as error:
        # The library's way to refuse an unknown `<![...[` section.
        raise ValueError("This is no HTML.") from error
    return "".join(parser.parts).strip()
