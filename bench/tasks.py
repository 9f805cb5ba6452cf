"""Twelve tasks at the desk, each done as a practised agent does it: how many clicks, keys and seconds they take.

Only visible controls are used, in a real browser on the demo. The page counts clicks and keys itself. Beside the clicks stands
how many choices the task has, beside the keys how many letters of text; what is more than that is the desk's own doing. The
seconds are the machine's; beside them stands what the keystroke-level model says of a practised person.
"""

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from msgspec import Struct
from playwright.async_api import Page, async_playwright, expect

from bench.hands import COUNTING, Effort, Hands
from bench.results import Figure
from unisono.app.demo.run import DemoHouse, open_demo
from unisono.app.settings import Settings

_CHROMIUM: Final = "/usr/bin/chromium"
_ARGS: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


class Task(Struct, frozen=True, kw_only=True):
    """A task: how it is done, where it begins, and how many choices it has that no desk can spare."""

    name: str
    title: str
    choices: int
    do: Callable[[Hands], Awaitable[None]]
    at: str = ""


async def accept_and_answer(hands: Hands) -> None:
    """Take the offer that rings, answer it."""
    await expect(hands.page.get_by_test_id("offer").first).to_be_visible()
    await hands.press("a")
    area = hands.page.get_by_test_id("composer").locator("textarea")
    await expect(area).to_be_focused()
    await hands.write("Das sehen wir uns heute noch an.")
    await expect(hands.page.get_by_test_id("send")).to_be_enabled()
    await hands.press("Control+Enter")
    await expect(area).to_have_value("")


async def note(hands: Hands) -> None:
    """Leave a note for colleagues."""
    await hands.press("n")
    area = hands.page.get_by_test_id("composer").locator("textarea")
    await expect(area).to_be_focused()
    await hands.write("Rückruf vereinbart")
    await hands.press("Control+Enter")
    await expect(hands.page.get_by_test_id("message").filter(has_text="Rückruf vereinbart").first).to_be_visible()


async def open_case(hands: Hands) -> None:
    """Make a case of it."""
    await hands.press("m")
    dialog = hands.page.get_by_role("dialog")
    await expect(dialog.locator("#case-title")).to_be_focused()
    # A mail's subject is its title already.
    await hands.press("Control+a")
    await hands.write("Storch lädt nicht")
    await hands.press("Control+Enter")
    await expect(dialog).to_have_count(0)


async def priority(hands: Hands) -> None:
    """Make it urgent."""
    await hands.press("i")
    dialog = hands.page.get_by_role("dialog")
    await hands.click(dialog.get_by_role("group").get_by_role("button").last)
    await hands.click(dialog.locator("#priority-reason"))
    await hands.write("Frist läuft ab")
    await hands.press("Control+Enter")
    await expect(dialog).to_have_count(0)


async def close_with_code(hands: Hands) -> None:
    """Say that it is done and what it was."""
    await hands.press("f")
    form = hands.page.get_by_test_id("wrap-up")
    await hands.click(form.get_by_text("Frage beantwortet", exact=True))
    await hands.click(form.get_by_role("button", name="Abschließen"))
    await expect(form).to_have_count(0)


async def transfer_with_note(hands: Hands) -> None:
    """Hand it to another queue and say why."""
    await hands.press("v")
    dialog = hands.page.get_by_role("dialog")
    await hands.click(dialog.get_by_role("radio").first)
    await hands.click(dialog.locator("textarea"))
    await hands.write("Bitte übernehmen")
    await hands.click(dialog.locator("button[type=submit]"))
    await expect(dialog).to_have_count(0)


async def park(hands: Hands) -> None:
    """Put it aside for a while."""
    await hands.press("p")
    dialog = hands.page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    # The first choice has the cursor.
    await hands.press("Enter")
    await expect(dialog).to_have_count(0)


async def accept_next(hands: Hands) -> None:
    """Accept the offer that rings, ready to write."""
    await expect(hands.page.get_by_test_id("offer").first).to_be_visible()
    await hands.press("a")
    await expect(hands.page.get_by_test_id("composer").locator("textarea")).to_be_focused()


async def search_and_open(hands: Hands) -> None:
    """Find what was said about something, and open it."""
    await hands.press("/")
    await expect(hands.page.locator("main input").first).to_be_focused()
    await hands.write("Storch")
    hit = hands.page.locator("main a[href*='/work/'], main a[href*='/conversation/'], main [role=option]").first
    await expect(hit).to_be_visible()
    await hands.click(hit)
    await expect(hands.page.get_by_test_id("message").first).to_be_visible()


async def to_service_levels(hands: Hands) -> None:
    """Go to a page that one seldom needs, by the command menu."""
    await hands.press("Control+k")
    await expect(hands.page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    await hands.write("Zusagen")
    await expect(hands.page.get_by_role("option", name="Zusagen").first).to_be_visible()
    await hands.press("Enter")
    await expect(hands.page.get_by_role("heading", level=1)).to_be_visible()


async def add_user(hands: Hands) -> None:
    """Add a colleague, who then chooses a password by a link."""
    await hands.click(hands.page.locator("main .btn.primary").first)
    dialog = hands.page.get_by_role("dialog")
    await expect(dialog.get_by_label("Name", exact=True).first).to_be_focused()
    await hands.write("Ada Lund")
    await hands.press("Tab")
    await hands.write("ada")
    await hands.click(dialog.locator("button[type=submit]"))
    await expect(dialog.locator("input[readonly]").first).to_be_visible()
    await hands.press("Escape")
    await expect(dialog).to_have_count(0)


async def log_out(hands: Hands) -> None:
    """End the day."""
    await hands.press("Control+k")
    await expect(hands.page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    await hands.write("Abmelden")
    await expect(hands.page.get_by_role("option", name="Abmelden").first).to_be_visible()
    await hands.press("Enter")
    await expect(hands.page.locator("input[name=login]")).to_be_visible()


#: In the order of a working day; each begins where the one before ended, unless it says where.
TASKS: Final = (
    Task(name="accept_and_answer", title="Accept an offer and answer it", choices=0, do=accept_and_answer),
    Task(name="note", title="Leave a note", choices=0, do=note),
    Task(name="priority", title="Make it urgent", choices=1, do=priority),
    Task(name="open_case", title="Make a case of it", choices=0, do=open_case),
    Task(name="close_with_code", title="Close it with a wrap-up code", choices=1, do=close_with_code),
    Task(name="accept_next", title="Accept the next offer", choices=0, do=accept_next),
    Task(name="transfer_with_note", title="Transfer it with a note", choices=1, do=transfer_with_note),
    Task(name="park", title="Park it", choices=1, do=park, at="accepted"),
    Task(name="search_and_open", title="Search for a word and open a hit", choices=1, do=search_and_open),
    Task(name="to_a_page", title="Go to any page by the command menu", choices=0, do=to_service_levels),
    Task(name="add_user", title="Add a colleague", choices=0, do=add_user, at="/people/users"),
    Task(name="log_out", title="Log out", choices=0, do=log_out),
)


async def do_all(page: Page, demo: DemoHouse) -> dict[str, Effort]:
    """Do the tasks one after the other; returns what each took."""
    hands = Hands(page)
    found = {}
    for task in TASKS:
        await page.evaluate("() => document.activeElement?.blur()")
        if task.at == "accepted":
            await accept_next(hands)
            # Letters in the composer are text.
            await page.get_by_test_id("composer").locator("textarea").blur()
        elif task.at:
            await page.goto(f"{demo.url}{task.at}")
            await page.locator("h1").first.wait_for()
        begun = await hands.begin()
        await task.do(hands)
        found[task.name] = await hands.end(begun)
    return found


async def measure() -> dict[str, Figure]:
    """Work a day in the demo."""
    with tempfile.TemporaryDirectory(prefix="unisono-bench-") as directory:
        Path(directory).chmod(0o755)  # noqa: ASYNC240 - before anything runs
        async with (
            open_demo(Settings(data=str(Path(directory) / "data"), port=0), None, 0.0) as demo,
            async_playwright() as tools,
        ):
            await demo.playing
            await asyncio.sleep(5)
            started = await tools.chromium.launch(executable_path=_CHROMIUM, args=_ARGS)
            page = await started.new_page(locale="de-DE", viewport={"width": 1440, "height": 900})
            await page.add_init_script(COUNTING)
            await _ready(page, demo)
            done = await do_all(page, demo)
            await started.close()
    figures = {}
    for task in TASKS:
        effort = done[task.name]
        more = {"title": task.title}
        figures[f"task.{task.name}.clicks"] = Figure(
            value=effort.clicks, unit="clicks", baseline="choices that the task has", baseline_value=task.choices, more=more
        )
        figures[f"task.{task.name}.keys"] = Figure(
            value=effort.keys, unit="keys", baseline="letters of text among them", baseline_value=effort.letters, more=more
        )
        figures[f"task.{task.name}.seconds"] = Figure(
            value=effort.seconds, unit="s", baseline="a practised person, by the keystroke-level model",
            baseline_value=effort.reckoned_s(), more=more,
        )  # fmt: skip
    return figures


async def _ready(page: Page, demo: DemoHouse) -> None:
    """Log in and be ready; no task of its own."""
    await page.goto(f"{demo.url}/work")
    await page.locator("input[name=login]").fill("ilka")
    await page.locator("input[name=password]").fill(demo.password)
    await page.locator("button[type=submit]").click()
    await page.get_by_test_id("agent-state").click()
    await page.get_by_role("menuitemradio", name="Bereit").click()
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(page.get_by_test_id("agent-state")).to_have_accessible_name(re.compile("Bereit"))
    await page.wait_for_timeout(500)
