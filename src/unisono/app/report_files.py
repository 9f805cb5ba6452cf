"""Files of reports, each made in a process of its own: the desk goes on meanwhile."""

import asyncio
from typing import Final

import msgspec
import structlog

from unisono.app.apart import ask_apart
from unisono.app.make_file import Order
from unisono.domain.errors import Unavailable
from unisono.service.ports.report_files import Sheet

LIMIT_S: Final = 60.0
AT_ONCE: Final = 2
WAIT_S: Final = 20.0
_log = structlog.get_logger("reports")


class FileMaker:
    """Implements `service.ports.report_files.ReportFiles`."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)

    async def make(self, form: str, sheet: Sheet) -> bytes:
        """Return the sheet as a file."""
        try:
            async with asyncio.timeout(WAIT_S):
                await self._room.acquire()
        except TimeoutError:
            raise Unavailable("Other files are being made; ask again in a moment.", code="files_busy") from None
        try:
            order = await asyncio.to_thread(msgspec.json.encode, Order(form=form, sheet=sheet))
            return await self._made(order)
        finally:
            self._room.release()

    async def _made(self, order: bytes) -> bytes:
        try:
            ended = await ask_apart("unisono.app.make_file", order, LIMIT_S)
        except TimeoutError:
            raise Unavailable("The file took too long to make. Ask for a shorter time.", code="file_failed") from None
        if not ended.answer:
            _log.error("file_failed", code=ended.code, complaint=ended.complaint)
            raise Unavailable("The file could not be made; nothing was changed. The log says more.", code="file_failed")
        return ended.answer
