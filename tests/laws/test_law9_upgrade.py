"""Law 9: what a release left behind is taken over, and its API still answers as it said.

`scripts/keep_release.py` keeps a release: a backup of a house with 5,000 items on that release's schema, and the
description of its API. The house is restored on that schema, migrated to the newest, and served by this version.
"""

import asyncio
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.db import Cluster
from tests.peers import free_port
from tests.web.test_description import CHECKS, LEFT_OUT
from unisono.app.build import build
from unisono.app.restoring import restore
from unisono.app.roles import run_roles
from unisono.app.settings import Settings
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.api_tokens import make_token

pytestmark = [pytest.mark.law9, pytest.mark.timeout(400)]

KEPT = Path(__file__).parents[1] / "releases"
RELEASES = sorted((path.stem for path in KEPT.glob("*.zip")), key=lambda name: [int(part) for part in name.split(".")])
EXAMPLES = 3


async def no_tombstones(_: Any) -> None:
    """Nobody was erased since."""


def test_a_release_is_kept() -> None:
    assert RELEASES
    for release in RELEASES:
        assert (KEPT / f"{release}.openapi.json").is_file()


@pytest.mark.parametrize("release", RELEASES[-1:])
async def test_a_releases_house_is_taken_over_and_its_api_still_answers(release: str, cluster: Cluster, tmp_path: Path) -> None:
    dsn, data = await cluster.create(), tmp_path / "data"
    data.mkdir()
    with zipfile.ZipFile(KEPT / f"{release}.zip") as archive:
        counted = json.loads(archive.read("manifest.json"))["tables"]
    await restore(KEPT / f"{release}.zip", dsn, data, no_tombstones)
    port = free_port()
    async with build(Settings(data=str(data), database_url=dsn, port=port)) as running:
        async with running.pool.acquire() as connection:
            there = {
                name: await connection.fetchval(f"select count(*) from {name}")
                for name in ("message", "conversation", "interaction", "customer", "identity", "inbox")
            }
            boss = await connection.fetchval("select id from app_user where login = 'ilka'")
        assert there == {name: rows_of(counted[name]) for name in there}
        assert there["inbox"] >= 5_000
        access = Access(user_id=boss, actions=frozenset(ACTIONS), classes=dict.fromkeys(ACTIONS))
        token = (await make_token(running.db, access, new_id(), "upgrade")).token
        serving = asyncio.create_task(run_roles(running, ["web", "router"]))
        try:
            await asyncio.to_thread(answers_as_it_said, release, f"http://127.0.0.1:{port}", str(token), there)
            assert not serving.done(), serving
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


def rows_of(entry: Any) -> int:
    return int(entry["rows"] if isinstance(entry, dict) else entry)


def answers_as_it_said(release: str, base: str, token: str, there: dict[str, int]) -> None:
    """Ask every operation of that release what can be asked without changing anything, and look for what was there."""
    headers = {"authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=f"{base}/api/v1", headers=headers, timeout=30) as api:
        for _ in range(300):
            try:
                if api.get("/health").status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.1)
        open_ones = pages(api, "/work", view="open")
        closed = pages(api, "/work", view="closed")
        assert len(open_ones | closed) == there["interaction"]
        hits = api.get("/search", params={"q": '"Zählerstand 700,"'}).json()["items"]
        assert [hit["message"]["text"] for hit in hits] == ["Anliegen 100: Zählerstand 700, bitte prüfen."]
        conversation = hits[0]["conversation"]["id"]
        transcript = api.get(f"/conversations/{conversation}/messages").json()["items"]
        assert "Anliegen 100" in transcript[0]["text"]
        document = json.loads((KEPT / f"{release}.openapi.json").read_bytes())
        plain = [path for path, item in document["paths"].items() if "get" in item and asks_nothing(path, item["get"])]
        assert len(plain) > 12
        # What a call without anything yields stands in the description: the answer, or where a browser is led to.
        promised = {
            path: next(int(code) for code in document["paths"][path]["get"]["responses"] if code.isdigit()) for path in plain
        }
        assert set(promised.values()) <= {200, 303}
        assert {path: api.get(f"{base}{path}").status_code for path in plain} == promised
    schema = schemathesis.openapi.from_path(KEPT / f"{release}.openapi.json")
    asked, wrong = 0, []
    for result in schema.get_all_operations():
        operation = result.ok()
        name = f"{operation.method.upper()} {operation.path}"
        if operation.method != "get" or name in LEFT_OUT:
            continue
        asked += 1
        if (error := try_operation(operation, base, headers)) is not None:
            wrong.append(f"{name}: {error}")
    assert asked > 20
    assert wrong == []


def asks_nothing(path: str, operation: dict[str, Any]) -> bool:
    """Whether an operation can be asked as it stands, and ends."""
    required = [one for one in operation.get("parameters", ()) if one.get("required")]
    return not required and "{" not in path and f"GET {path}" not in LEFT_OUT


def pages(api: Any, path: str, **parameters: str) -> set[str]:
    """Return the ids of all interactions of a list, page by page."""
    found: set[str] = set()
    after: dict[str, str] = {}
    while True:
        page = api.get(path, params={**parameters, "limit": "100", **after}).json()
        found |= {row["interaction"]["id"] for row in page["items"]}
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def try_operation(operation: Any, base: str, headers: dict[str, str]) -> str | None:
    """Send made-up requests to one operation; returns what went wrong."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def send(case: Any) -> None:
        case.validate_response(case.call(base_url=base, headers=headers), checks=CHECKS)

    try:
        send()
    except Exception as error:
        return str(error)
    return None
