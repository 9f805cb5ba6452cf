"""Hands at the desk that count what they do: clicks and keys as the page itself sees them, and the letters that are text."""

import time
from typing import Final

from msgspec import Struct
from playwright.async_api import Locator, Page

# The page counts: what it did not see was not done. Kept over reloads within a window.
COUNTING: Final = """
(() => {
    if (window.top !== window) return;
    const count = (name) => sessionStorage.setItem(name, String(Number(sessionStorage.getItem(name) ?? 0) + 1));
    addEventListener('pointerdown', (event) => event.isTrusted && count('hands.clicks'), true);
    const held = ['Shift', 'Control'];
    addEventListener('keydown', (event) => event.isTrusted && !held.includes(event.key) && count('hands.keys'), true);
})();
"""
_COUNTS: Final = "() => ['clicks', 'keys'].map((name) => Number(sessionStorage.getItem(`hands.${name}`) ?? 0))"


class Effort(Struct, frozen=True, kw_only=True):
    """What a task took. letters: keys that are text, which no desk can spare; seconds: of the machine, which does not think."""

    clicks: int
    keys: int
    letters: int
    seconds: float

    def reckoned_s(self) -> float:
        """How long a practised person takes: 1.2 s for each click (pointing and pressing), 0.2 s for each key, 1.35 s to begin.

        Source: Card, Moran, Newell, "The keystroke-level model for user performance time", CACM 23 (1980).
        """
        return 1.35 + 1.2 * self.clicks + 0.2 * self.keys


class Hands:
    """Somebody at the desk, who sees only what is visible."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.letters = 0

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def write(self, text: str) -> None:
        """Write where the cursor is."""
        self.letters += len(text)
        await self.page.keyboard.type(text)

    async def click(self, what: Locator) -> None:
        """Click something."""
        await what.click()

    async def begin(self) -> tuple[float, list[int]]:
        """Look at the clock and the counters."""
        self.letters = 0
        counts: list[int] = await self.page.evaluate(_COUNTS)
        return time.perf_counter(), counts

    async def end(self, begun: tuple[float, list[int]]) -> Effort:
        """Return what it took since."""
        clicks, keys = await self.page.evaluate(_COUNTS)
        at, before = begun
        return Effort(clicks=clicks - before[0], keys=keys - before[1], letters=self.letters, seconds=time.perf_counter() - at)
