"""The desk's files, out of memory; every address of the desk itself gives its one page."""

import functools
import gzip
import hashlib
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Struct

from unisono.service.words import choose_locale, say
from unisono.web.needs import PUBLIC, needs

STATIC: Final = Path(__file__).parent / "static"
INDEX: Final = "index.html"
HASHED: Final = "assets/"
MIN_GZIP_BYTES: Final = 1_000
_FOREIGN: Final = ("api", "hooks", "c")
# Not asked of the system, whose tables differ.
_TYPES: Final = {
    ".html": "text/html", ".js": "text/javascript", ".css": "text/css",
    ".svg": "image/svg+xml", ".json": "application/json", ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2", ".png": "image/png", ".ico": "image/x-icon", ".txt": "text/plain",
    ".ftl": "text/plain", ".wasm": "application/wasm", ".map": "application/json", ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg", ".webp": "image/webp",
}  # fmt: skip
_COMPRESSIBLE: Final = ("text/", "image/svg", "application/json", "application/manifest", "application/wasm")


class DeskFile(Struct, frozen=True, kw_only=True):
    """One file with its compressed form, if that is smaller."""

    content: bytes
    zipped: bytes | None
    media_type: str
    etag: str
    cache_control: str


@functools.cache
def load_desk(folder: Path = STATIC) -> dict[str, DeskFile]:
    """Return the desk's files by their path; empty when the desk is not built. Read and compressed once in a process."""
    if not (folder / INDEX).is_file():
        return {}
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): _load(path, path.relative_to(folder).as_posix()) for path in files}


def _load(path: Path, name: str) -> DeskFile:
    content = path.read_bytes()
    media_type = _TYPES.get(path.suffix.lower(), "application/octet-stream")
    zipped = gzip.compress(content, 6, mtime=0) if media_type.startswith(_COMPRESSIBLE) else None
    worth_it = zipped is not None and len(content) >= MIN_GZIP_BYTES and len(zipped) < len(content)
    return DeskFile(
        content=content, zipped=zipped if worth_it else None, media_type=media_type,
        etag=f'"{hashlib.sha256(content).hexdigest()[:24]}"',
        cache_control="public, max-age=31536000, immutable" if name.startswith(HASHED) else "no-cache",
    )  # fmt: skip


# "/demo" by name: below it lie routes of the demo, and a router looks no further than the first part that fits.
@get(["/", "/demo", "/{rest:path}"], opt=needs(PUBLIC), include_in_schema=False)
async def desk(request: Request[Any, Any, Any], rest: FromPath[str] = "/") -> Response[Any]:
    """Return a file of the desk, or its page for any of its addresses."""
    files: dict[str, DeskFile] = request.app.state["desk"]
    path = PurePosixPath(rest.lstrip("/"))
    if path.parts and path.parts[0] in _FOREIGN:
        raise NotFoundException
    found = files.get(path.as_posix())
    if found is not None:
        return _file(request, found)
    if path.suffix or "text/html" not in request.headers.get("accept", "text/html"):
        raise NotFoundException
    return _file(request, files[INDEX]) if INDEX in files else _not_built(request)


def _file(request: Request[Any, Any, Any], file: DeskFile) -> Response[Any]:
    headers = {"etag": file.etag, "cache-control": file.cache_control, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(None, status_code=304, headers=headers)
    content = file.content
    if file.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        content = file.zipped
    return Response(content, headers=headers, media_type=file.media_type)


def _not_built(request: Request[Any, Any, Any]) -> Response[Any]:
    locale = choose_locale(request.headers.get("accept-language", ""))
    title, text, next_step = (escape(say(locale, f"desk-missing-{part}") or "") for part in ("title", "text", "what-next"))
    page = (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f"<body><main><h1>{title}</h1><p>{text}</p><p>{next_step}</p></main></body></html>"
    )
    return Response(page, status_code=503, media_type="text/html; charset=utf-8", headers={"cache-control": "no-store"})


ROUTES: list[Any] = [desk]
