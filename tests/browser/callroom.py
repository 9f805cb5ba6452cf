"""A house that can be called from a page: visitors and agents in Chromiums whose microphones sing tones of their own."""

import asyncio
import contextlib
import math
import socket
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from tests.browser.kit import WAIT_MS
from tests.kit import House as Kit
from tests.peers import CHROMIUM_ARGS, chromium
from tests.web.conftest import EVERYTHING, PASSWORD, MakeHouse
from unisono.app.registry import Connectors
from unisono.contract.voice import VoiceDriver
from unisono.domain.ids import new_id
from unisono.service.calls.switchboard import Switchboard
from unisono.service.first_run import first_administrator
from unisono.service.house import House
from unisono.service.router import Router
from unisono.service.setup_views import GrantView
from unisono.service.users import add_user
from unisono.testing.telephone import FakeDriver
from unisono.voice.webrtc.driver import WebrtcDriver
from unisono.voice.webrtc.exchange import Exchange
from unisono.web.app import build_app
from unisono.web.server import WebServer

LINE = "hotline"
VISITOR_HZ, AGENT_HZ, SECOND_HZ = 500, 1100, 1700
# Steady tones are what noise suppression takes away; what a page asks of the microphone is otherwise left as it is.
EARS = """
(() => {
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = function (wanted) {
    const audio = { ...(wanted.audio === true ? {} : wanted.audio), echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    return getUserMedia.call(this, { audio });
  };
  const Plain = window.RTCPeerConnection;
  const made = (window.__connections = []);
  window.RTCPeerConnection = class extends Plain {
    constructor(...args) { super(...args); made.push(this); }
  };
  // What a page plays itself (music) goes to the loudspeaker; here it is measured on the way.
  const connect = AudioNode.prototype.connect;
  window.__played = () => 0;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode && to === this.context.destination) {
      const ear = this.context.createAnalyser();
      connect.call(this, ear);
      const before = window.__played;
      window.__played = () => {
        const now = new Float32Array(ear.fftSize);
        ear.getFloatTimeDomainData(now);
        return Math.max(before(), ...now.map(Math.abs));
      };
    }
    return connect.call(this, to, ...more);
  };
  /** The loudest frequency that comes in over connections whose sound is played and not muted; 0 is silence. */
  window.__hears = async () => {
    const context = (window.__ear ??= new AudioContext());
    await context.resume();
    const deep = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? deep(one.shadowRoot) : [])]);
    const shown = [...deep(document), ...(window.__sounds ?? [])].filter((one) => one instanceof HTMLAudioElement);
    const live = shown.filter((one) => one.srcObject && !one.muted && one.srcObject.getAudioTracks().some((track) => track.readyState === 'live'));
    const found = [];
    for (const one of live) {
      const ear = context.createAnalyser();
      ear.fftSize = 4096;
      context.createMediaStreamSource(one.srcObject).connect(ear);
      const bins = new Float32Array(ear.frequencyBinCount);
      let best = [-60, 0];
      for (let look = 0; look < 12; look++) {
        await new Promise((done) => setTimeout(done, 50));
        ear.getFloatFrequencyData(bins);
        for (let i = 8; i < bins.length; i++) if (bins[i] > best[0]) best = [bins[i], (i * context.sampleRate) / ear.fftSize];
      }
      ear.disconnect();
      if (best[1]) found.push(Math.round(best[1]));
    }
    return found;
  };
  /** Keep what comes in from now on, by the browser's own recorder: it misses nothing while the page is busy. */
  window.__keep = async () => {
    const context = (window.__ear ??= new AudioContext());
    await context.resume();
    const deep = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? deep(one.shadowRoot) : [])]);
    const mix = context.createMediaStreamDestination();
    for (const one of [...deep(document), ...(window.__sounds ?? [])])
      if (one instanceof HTMLAudioElement && one.srcObject) context.createMediaStreamSource(one.srcObject).connect(mix);
    const tape = (window.__tape = new MediaRecorder(mix.stream));
    const pieces = (tape.pieces = []);
    tape.ondataavailable = ({ data }) => pieces.push(data);
    await new Promise((begun) => { tape.onstart = begun; tape.start(); });
  };
  /** End that, and return of its tenth of a second in which two frequencies are clearest the share of either, and of other keys. */
  window.__held = async (low, high) => {
    const { __tape: tape, __ear: context } = window;
    await new Promise((done) => setTimeout(done, 900));
    await new Promise((ended) => { tape.onstop = ended; tape.stop(); });
    const sound = await context.decodeAudioData(await new Blob(tape.pieces).arrayBuffer());
    const samples = sound.getChannelData(0), rate = sound.sampleRate, size = Math.round(rate / 10);
    const share = (from, hertz) => {
      let re = 0, im = 0, all = 1e-3;
      for (let i = 0; i < size; i++) {
        const one = samples[from + i], turn = (2 * Math.PI * hertz * i) / rate;
        re += one * Math.cos(turn);
        im += one * Math.sin(turn);
        all += one * one;
      }
      return (2 * (re * re + im * im)) / (size * all);
    };
    let best = [0, 0, 0];
    for (let from = 0; from + size < samples.length; from += size / 5) {
      const at = Math.round(from), pair = [share(at, low), share(at, high)];
      const others = [697, 770, 852, 941, 1209, 1336, 1477].filter((one) => one !== low && one !== high);
      if (Math.min(...pair) > Math.min(best[0], best[1])) best = [...pair, Math.max(...others.map((one) => share(at, one)))];
    }
    return best;
  };
  const { Audio } = window;
  window.__sounds = [];
  window.Audio = class extends Audio { constructor(...args) { super(...args); window.__sounds.push(this); } };
  /** Packets sent and received over all connections, and of the one that stands its credentials: they change with an ICE restart. */
  window.__packets = async () => {
    let sent = 0, received = 0, ufrag = '';
    for (const one of made) {
      if (one.connectionState === 'closed') continue;
      for (const stat of (await one.getStats()).values()) {
        if (stat.type === 'outbound-rtp') sent += stat.packetsSent;
        if (stat.type === 'inbound-rtp') received += stat.packetsReceived;
      }
      ufrag = /a=ice-ufrag:(\\S+)/.exec(one.localDescription?.sdp ?? '')?.[1] ?? ufrag;
    }
    return { sent, received, ufrag };
  };
})();
"""


class Room:
    """A house with a line for browsers, its queue, and whoever works there."""

    def __init__(self, house: House, url: str, kit: Kit, queue: UUID, channel: UUID, files: Path) -> None:
        self.house = house
        self.url = url
        self.kit = kit
        self.queue = queue
        self.channel = channel
        self.files = files

    async def person(self, login: str, name: str, *roles: str) -> UUID:
        """Add somebody with these roles alone."""
        return await add_user(
            self.house.db, EVERYTHING, new_id(), login=login, name=name, locale="en",
            grants=[GrantView(role=role, scope_kind="organisation") for role in roles],
            password_hash=await self.house.passwords.hash(PASSWORD),
        )  # fmt: skip

    async def agent(self, login: str, name: str, *roles: str) -> UUID:
        """Add somebody who takes calls; roles: what they are besides."""
        user_id = await self.person(login, name, "agent", *roles)
        await self.sql("insert into queue_member (queue_id, user_id) values ($1, $2)", self.queue, user_id)
        return user_id

    def sound_on_disk(self) -> list[Path]:
        """Return every file of sound, whole or in pieces."""
        return [path for path in self.files.rglob("*") if path.is_file()]

    async def sql(self, statement: str, *values: object) -> list[Any]:
        async with self.house.db.pool.acquire() as connection:  # type: ignore[attr-defined]
            rows: list[Any] = await connection.fetch(statement, *values)
            return rows


@asynccontextmanager
async def room(make_house: MakeHouse, *, exchange: FakeDriver | None = None, **config: Any) -> AsyncIterator[Room]:
    """Build and serve it; router and switchboard run as in a deployment. exchange: a telephone exchange besides, if any."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    house = await make_house(Connectors(), public_url=url)
    browsers = Exchange(db=house.db, bell=house.bell, fanout=house.fanout, files=house.files, clock=house.clock)
    kit = Kit(house.db, house.bell, house.clock)  # type: ignore[arg-type]
    kit.outside = house.outside
    queue, channel = await kit.queue(), new_id()
    async with house.db.write() as tx:
        await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD))
    settings = {"driver": "webrtc", "numbers": [LINE], "language": "en", **config}
    await kit.sql(
        "insert into channel (id, connector, network, medium, name, queue_id, units, config, work_class_id) "
        "values ($1, 'voice', 'phone', 'call', 'Hotline', $2, 60, $3, (select id from work_class where key = 'call'))",
        channel, queue, settings,
    )  # fmt: skip
    app, stop_streams = build_app(house)
    server = WebServer(app, "127.0.0.1", port, on_stop=stop_streams)
    await server.start()
    router = Router(house.db, house.bell, house.clock, "test")
    drivers: dict[str, VoiceDriver] = {"webrtc": WebrtcDriver(browsers)} | ({"fake": exchange} if exchange else {})
    switchboard = Switchboard(house.outside, drivers, "test")
    running = [asyncio.create_task(router.run()), asyncio.create_task(switchboard.run())]
    try:
        yield Room(house, url, kit, queue, channel, house.files.path(queue).parents[1])  # type: ignore[attr-defined]
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        with contextlib.suppress(Exception):
            await router.stop()
        await server.stop()


def tone(path: Path, hertz: int) -> Path:
    """Write a second of a tone, which a fake microphone sings for ever."""
    rate = 48_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", int(12_000 * math.sin(2 * math.pi * hertz * i / rate))) for i in range(rate)))
    return path


@asynccontextmanager
async def singer(folder: Path, hertz: int) -> AsyncIterator[Browser]:
    """Start a Chromium whose microphone sings."""
    expect.set_options(timeout=WAIT_MS)
    args = [
        *CHROMIUM_ARGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        "--allow-loopback-in-peer-connection", f"--use-file-for-fake-audio-capture={tone(folder / f'{hertz}.wav', hertz)}",
    ]  # fmt: skip
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=str(chromium()), args=args)
        try:
            yield started
        finally:
            await started.close()


async def ears(context: BrowserContext) -> None:
    """Let the pages of a window tell what they hear."""
    await context.grant_permissions(["microphone"])
    await context.add_init_script(EARS)


async def hears(page: Page, *hertz: int) -> None:
    """Wait until these tones come in, each over a connection of its own, and no others."""
    found: list[int] = []
    for _ in range(40):
        found = sorted(await page.evaluate("window.__hears()"))
        if len(found) == len(hertz) and all(abs(one - wanted) < 40 for one, wanted in zip(found, sorted(hertz), strict=True)):
            return
        # Where nothing is played at all the answer comes at once.
        await asyncio.sleep(0.3)
    raise AssertionError(f"{found} Hz was heard, not {hertz}")


async def hears_nobody(page: Page) -> None:
    """Wait until nothing comes in any more."""
    found: list[int] = []
    for _ in range(40):
        found = await page.evaluate("window.__hears()")
        if not found:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{found} Hz was heard")


async def presses_until_heard(key: Locator, page: Page, low: int, high: int) -> None:
    """Press a key, and hear its two tones at a page: the higher is the louder by design, and no other key's are there."""
    found = []
    for _ in range(6):
        await page.evaluate("window.__keep()")
        await key.click()
        found.append([round(share, 3) for share in await page.evaluate(f"window.__held({low}, {high})")])
        if min(found[-1][:2]) > 0.12 and max(found[-1][2:]) < 0.06:
            return
    raise AssertionError(f"{low} and {high} Hz were never heard together: their shares of the sound, and another key's: {found}")


async def packets(page: Page) -> dict[str, Any]:
    """Return how many packets of sound were sent and received."""
    found: dict[str, Any] = await page.evaluate("window.__packets()")
    return found


async def sign_in(page: Page, room: Room, login: str, *, state: str = "Available") -> None:
    """Log in at the desk and be ready for calls; without a state one is merely there."""
    await page.goto(f"{room.url}/work")
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_test_id("agent-state")).to_be_visible()
    if state:
        await page.get_by_test_id("agent-state").click()
        await page.get_by_role("menuitemradio", name=state).click()
