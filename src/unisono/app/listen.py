"""Replay: a file or pipe of posts, held against the monitors as if a network had said them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID, uuid5

import msgspec
import typer

from unisono.app.accelerate import LIBRARY, compile_core, matcher_maker
from unisono.app.build import Running, build
from unisono.app.logs import set_up_logging
from unisono.app.settings import Settings
from unisono.contract.listening import Heard, Overheard
from unisono.domain.errors import Invalid, NotFound
from unisono.service.listening.ear import Ear
from unisono.service.listening.listen import BATCH
from unisono.service.listening.sources import FEED
from unisono.service.listening.take_in import take_in

_SPACE: Final = UUID("6f0b0d0e-6d1c-5f0e-9a53-0d6b1a3f7c11")
_MOST_LINE: Final = 1_000_000


async def run_listen(settings: Settings, feed: str) -> int:
    """Hold a file against the monitors; `-` is the standard input. Raises NotFound, Invalid for a line that is no post."""
    set_up_logging(settings.log_format, "warning")
    path = None if feed == "-" else Path(feed)
    if path is not None and not path.is_file():
        raise NotFound(f"There is no file {feed}. Nothing was read.")
    async with build(settings) as running:
        with path.open("rb") if path is not None else sys.stdin.buffer as stream:
            heard, found = await play(running, stream, path.name if path else "pipe", seekable=path is not None)
    typer.echo(f"{heard} posts heard, {found} mentions new.")
    return 0


async def play(running: Running, stream: BinaryIO, name: str, *, seekable: bool) -> tuple[int, int]:
    """Read posts to the end; returns how many were heard and how many mentions are new. A file goes on where it was left."""
    ear = Ear(running.db, matcher_maker(running.settings, running.data_dir))
    await ear.keep_up()
    source_id = uuid5(_SPACE, name)
    async with running.db.write() as tx:
        await tx.listening.add_source(source_id, FEED, None, name, {})
        source = await tx.listening.source(source_id)
    if seekable and source is not None and source.place:
        stream.seek(int(source.place))
    heard = found = 0
    async for network, step in _batches(stream, seekable=seekable):
        await ear.keep_up()
        heard += len(step.posts)
        found += await take_in(running.outside, ear, source_id, network, [step])
    return heard, found


async def _batches(stream: BinaryIO, *, seekable: bool) -> AsyncIterator[tuple[str, Overheard]]:
    """Yield posts of one network at a time, with the place behind them."""
    place = stream.tell() if seekable else 0
    network, posts = "", list[Heard]()
    while line := await asyncio.to_thread(stream.readline, _MOST_LINE):
        behind = place + len(line)
        said = post_of_line(line, place) if line.strip() else None
        if said is not None:
            if posts and (said[0] != network or len(posts) >= BATCH):
                yield network, Overheard(posts=tuple(posts), place=str(place) if seekable else "")
                posts = []
            network = said[0]
            posts.append(said[1])
        place = behind
    if posts:
        yield network, Overheard(posts=tuple(posts), place=str(place) if seekable else "")


def post_of_line(line: bytes, place: int) -> tuple[str, Heard]:
    """Return what a line says. Raises Invalid naming where the line stands."""
    try:
        item = msgspec.json.decode(line, type=dict[str, Any])
        text, remote_id = str(item["text"]), str(item["id"])
        made = item.get("created_at")
        at = datetime.fromisoformat(made) if made else datetime.now(UTC)
    except (msgspec.DecodeError, KeyError, ValueError, TypeError) as error:
        raise Invalid(
            f"At byte {place} stands no post ({type(error).__name__}); each needs `id` and `text`. What stands before was heard."
        ) from error
    author = item.get("author")
    followers = item.get("followers")
    return str(item.get("network") or "feed"), Heard(
        remote_id=remote_id, author_id=str(author or ""), author=str(author or ""),
        said_at=at if at.tzinfo else at.replace(tzinfo=UTC), text=text, url=str(item.get("url") or ""),
        language=str(item["lang"]) if item.get("lang") else None,
        root_id=str(item["thread_id"]) if item.get("thread_id") else None,
        parent_id=str(item["reply_to"]) if item.get("reply_to") else None,
        followers=followers if isinstance(followers, int) else None,
    )  # fmt: skip


def run_accelerate(settings: Settings, compiler: str) -> Path:
    """Compile the part of listening that exists in C. Raises Unavailable with what the compiler said."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    target = settings.data_dir / LIBRARY
    made = target.with_suffix(".new")
    compile_core(compiler, made)
    made.replace(target)
    return target
