"""The desk as an installed app: it starts without a line, tells of a new version, and devices are told what waits."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.async_api import BrowserContext, Page, expect

from tests.app.demo_house import on_demo_loop, rows, running_demo
from tests.browser.kit import browser, listen_for_errors, sign_in, window
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster
from tests.service.test_push import Browser as Subscriber
from tests.service.test_webhooks import Receiver
from tests.web.conftest import PASSWORD, MakeHouse, Served, serve
from unisono.app.demo.run import DemoHouse
from unisono.domain.ids import new_id
from unisono.service.push.vapid import b64

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# The browser's maker answers this call over the Internet; everything else about a subscription is the browser's own.
_SUBSCRIBES = """
PushManager.prototype.getSubscription = async () => null;
PushManager.prototype.subscribe = async (options) => ({
    endpoint: ENDPOINT, options, unsubscribe: async () => true,
    toJSON: () => ({ endpoint: ENDPOINT, keys: { p256dh: KEY, auth: AUTH } }),
});
"""
_READY = "() => navigator.serviceWorker.ready.then((found) => found.active.state)"


def test_what_waits_is_told_to_a_device_that_asked_for_it_and_to_none_that_was_taken_back(
    cluster: Cluster, tmp_path: Path
) -> None:
    with on_demo_loop() as run:
        run(_pushed(cluster, tmp_path / "data"))


async def _pushed(cluster: Cluster, data: Path) -> None:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    subscriber = Subscriber(f"{address}/{new_id().hex}")
    async with (
        running_demo(cluster, data, speed=ALMOST_STILL) as demo,
        browser() as started,
        window(started, installs=True) as desk,
    ):
        await desk.grant_permissions(["notifications"], origin=demo.url)
        told = {"ENDPOINT": subscriber.endpoint, "KEY": b64(subscriber.public), "AUTH": b64(subscriber.auth)}
        script = _SUBSCRIBES
        for name, value in told.items():
            script = script.replace(name, json.dumps(value))
        await desk.add_init_script(script)
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await page.goto(f"{demo.url}/settings/notifications")
        await page.get_by_role("button", name="Dieses Gerät benachrichtigen").click()
        # A house speaks to the browsers' makers only, until an administrator names another service.
        await expect(page.get_by_text("kein Push-Dienst, der hier bekannt ist")).to_be_visible()
        errors.clear()
        await _allow(demo, address)
        await page.get_by_role("button", name="Dieses Gerät benachrichtigen").click()
        await expect(page.get_by_text("dieses Gerät", exact=True)).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("dieses Gerät", exact=True)).to_be_visible()

        await page.get_by_test_id("agent-state").click()
        await page.get_by_role("menuitemradio", name="Bereit").click()
        await demo.buttons.complaint()
        await expect(page.get_by_test_id("offer").first).to_be_visible()
        async with asyncio.timeout(20):
            while not receiver.got:
                await asyncio.sleep(0.05)
        [message, *_] = subscriber.open([body for _, body in receiver.got])
        assert message["title"] == "Ein Angebot für Sie"
        await _shown_by_the_worker(desk, page, demo, message)

        await page.goto(f"{demo.url}/settings/notifications")
        await page.get_by_role("button", name="nicht mehr benachrichtigen").click()
        await expect(page.get_by_role("button", name="Dieses Gerät benachrichtigen")).to_be_visible()
        assert await rows(demo, "select 1 from push_device") == []
        assert errors == []
    server.close()


async def _allow(demo: DemoHouse, address: str) -> None:
    """What an administrator does with `unisono` or the API."""
    await rows(
        demo, "insert into setting (name, value) values ('push.service', $1) on conflict (name) do update set value = $1", address
    )


async def _shown_by_the_worker(desk: BrowserContext, page: Page, demo: DemoHouse, message: dict[str, Any]) -> None:
    """Hand the opened message to the browser's worker, as the browser does: it is shown unless somebody looks at the desk."""
    registrations: list[dict[str, Any]] = []
    tools = await desk.new_cdp_session(page)
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    await tools.send("ServiceWorker.enable")
    await page.evaluate(_READY)
    async with asyncio.timeout(10):
        while not registrations:
            await asyncio.sleep(0.05)
    # Somebody looks elsewhere.
    await page.goto("about:blank")
    await tools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": demo.url, "registrationId": registrations[0]["registrationId"], "data": json.dumps(message)},
    )
    await page.goto(f"{demo.url}/work")
    shown = await page.evaluate(
        "async () => { const one = await navigator.serviceWorker.ready; for (let i = 0; i < 50; i++) {"
        " const all = await one.getNotifications(); if (all.length) return all.map((n) => [n.title, n.body, n.tag, n.data.path]);"
        " await new Promise((go) => setTimeout(go, 100)); } return []; }"
    )
    assert shown == [[message["title"], message["body"], message["tag"], "/work"]]


async def test_the_shell_is_there_without_a_line_and_nothing_that_the_api_answered_is_kept(make_house: MakeHouse) -> None:
    served = await _with_anna(make_house)
    async with browser() as started, window(started, installs=True) as desk:
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await _log_in(page, served)
        tools = await desk.new_cdp_session(page)
        manifest = await tools.send("Page.getAppManifest")
        assert manifest["errors"] == []
        assert json.loads(manifest["data"])["start_url"] == "/work"
        found = await tools.send("Page.getInstallabilityErrors")
        # A test's window is one that forgets everything, in which nothing is ever installed.
        assert {one["errorId"] for one in found["installabilityErrors"]} <= {"in-incognito"}
        assert await page.evaluate(_READY) in ("activating", "activated")
        await page.reload()
        await expect(page.get_by_test_id("agent-state")).to_be_visible()
        kept = await page.evaluate(
            "async () => (await Promise.all((await caches.keys()).map(async (name) =>"
            " (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)))).flat()"
        )
        assert {"/", "/theme.js", "/icons/icon-192.png"} <= set(kept)
        assert [path for path in kept if path.startswith(("/api", "/c/", "/hooks", "/demo/"))] == []
        assert errors == []
        await desk.set_offline(True)
        await page.reload()
        await expect(page.get_by_role("alert")).to_contain_text("Unisono")
        await expect(page.get_by_role("button")).to_be_visible()
        await desk.set_offline(False)
        await page.get_by_role("button").click()
        await expect(page.get_by_test_id("agent-state")).to_be_visible()
    await served.close()


async def test_a_new_version_is_told_of_and_loaded_when_asked(make_house: MakeHouse) -> None:
    served = await _with_anna(make_house)
    async with browser() as started, window(started, installs=True) as desk:
        page = await desk.new_page()
        await _log_in(page, served)
        await page.evaluate(_READY)
        await page.reload()
        await expect(page.get_by_test_id("agent-state")).to_be_visible()
        desk_files: dict[str, Any] = served.app.state["desk"]
        old = desk_files["worker.js"]
        newer = re.sub(rb'VERSION = "[0-9a-f]+"', b'VERSION = "0123456789abcdef"', old.content)
        assert newer != old.content
        desk_files["worker.js"] = replace(old, content=newer, zipped=None, etag='"newer"')
        await page.evaluate("() => navigator.serviceWorker.getRegistration().then((one) => one.update())")
        await expect(page.get_by_text("Eine neue Version ist da")).to_be_visible()
        async with page.expect_navigation():
            await page.get_by_role("button", name="Jetzt laden").click()
        await expect(page.get_by_test_id("agent-state")).to_be_visible()
        await expect(page.get_by_text("Eine neue Version ist da")).to_have_count(0)
        assert await page.evaluate("() => caches.keys()") == ["unisono-0123456789abcdef"]
    await served.close()


async def _with_anna(make_house: MakeHouse) -> Served:
    """A house with an agent, served with the built desk."""
    served = await serve(await make_house())
    await served.person("anna", "agent")
    await served.sql("update app_user set locale = 'de'")
    return served


async def _log_in(page: Page, served: Served) -> None:
    await page.goto(f"{served.base}/work")
    await page.locator("input[name=login]").fill("anna")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_test_id("agent-state")).to_be_visible()
