"""Runs a house with the tutorial's connector installed, connects a guestbook, and answers an entry through the API.

Started by `test_new_connector` in a process that finds the connector's package, as a user's would.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from tests.running import Process
from unisono.app.conformance import lab_of
from unisono.domain.ids import new_id


class _Wall:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def main(data: Path) -> None:
    lab = lab_of("guestbook")
    await lab.start(_Wall())
    setting = await lab.fresh()
    await lab.say("Wann öffnet ihr?")
    process = Process(data)
    try:
        made = await process.furnish("guestbook", setting.config, setting.secrets)
        await process.start()
        async with httpx2.AsyncClient(
            base_url=f"{process.url}/api/v1", headers={"authorization": f"Bearer {made.token}"}, timeout=30
        ) as api:
            work = await _first(api)
            assert (await api.post(f"/interactions/{work['id']}/take")).status_code < 300
            said = {"message_id": str(new_id()), "text": "Um neun.", "visibility": "public"}
            sent = await api.post(f"/interactions/{work['id']}/answer", json=said)
            assert sent.status_code < 300, sent.text
            ends = time.monotonic() + 60
            while not (shown := await lab.shown()):
                assert time.monotonic() < ends, "The answer did not arrive."
                await asyncio.sleep(0.1)
        process.stop()
    finally:
        process.close()
        await lab.stop()
    [answer] = shown
    print(f"Anna reads below {answer.to}: {answer.text}")


async def _first(api: httpx2.AsyncClient) -> dict[str, Any]:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        found: list[dict[str, dict[str, Any]]] = (await api.get("/work", params={"view": "waiting", "limit": 10})).json()["items"]
        if found:
            return found[0]["interaction"]
        await asyncio.sleep(0.2)
    raise AssertionError("The entry did not become an enquiry.")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
