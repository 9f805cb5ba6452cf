"""The agent's phone and its devices, by visible controls: checked before, keys heard by the other side, unplugged in mid-call."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.callroom import (
    AGENT_HZ,
    LINE,
    VISITOR_HZ,
    ears,
    hears,
    hears_nobody,
    presses_until_heard,
    room,
    sign_in,
    singer,
)
from tests.browser.kit import violations, window
from tests.web.conftest import MakeHouse

pytestmark = [pytest.mark.browser, pytest.mark.voice, pytest.mark.timeout(300)]

#: Devices that can be pulled: what a browser tells when one does it. The sound itself is Chromium's own.
CABLES = """
(() => {
  const gone = new Set();
  const opened = [];
  const { enumerateDevices, getUserMedia } = MediaDevices.prototype;
  const there = async (media) => (await enumerateDevices.call(media)).filter((one) => !gone.has(one.label));
  MediaDevices.prototype.enumerateDevices = function () { return there(this); };
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    const found = (await there(this)).filter((one) => one.kind === 'audioinput');
    if (gone.size && found.length === 0) throw new DOMException('Requested device not found', 'NotFoundError');
    const exact = wanted.audio?.deviceId?.exact;
    if (exact && gone.size && !found.some((one) => one.deviceId === exact)) throw new DOMException('', 'OverconstrainedError');
    const audio = gone.size && !exact ? { ...wanted.audio, deviceId: { exact: found[0].deviceId } } : wanted.audio;
    const stream = await getUserMedia.call(this, { audio });
    opened.push(...stream.getAudioTracks());
    return stream;
  };
  const tell = () => navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  window.__unplug = (...labels) => {
    for (const label of labels) gone.add(label);
    for (const track of opened) if (track.readyState === 'live' && labels.includes(track.label)) { track.stop(); track.dispatchEvent(new Event('ended')); }
    tell();
  };
  window.__plug = (...labels) => {
    for (const label of labels) gone.delete(label);
    tell();
  };
})();
"""
FIRST, SECOND, DEFAULT = "Fake Audio Input 1", "Fake Audio Input 2", "Fake Default Audio Input"
SPEAKERS = ["Fake Default Audio Output", "Fake Audio Output 1", "Fake Audio Output 2"]


async def check_the_phone(agent: Page) -> None:
    """Choose devices on one's own page, speak, and hear."""
    card = agent.get_by_test_id("phone-check")
    await card.get_by_role("button", name="Check the microphone").click()
    await expect(card.get_by_test_id("check-microphone")).to_have_text("You are heard.")
    await card.get_by_role("combobox", name="Microphone", exact=True).select_option(SECOND)
    await card.get_by_role("combobox", name="Loudspeaker", exact=True).select_option(SPEAKERS[2])
    await card.get_by_role("combobox", name="Rings at").select_option(SPEAKERS[1])
    await expect(card.get_by_test_id("check-microphone")).to_have_text("You are heard.")
    assert float(await card.get_by_role("meter", name="How loud you are").get_attribute("value") or 0) > 35
    assert await violations(agent) == []
    await card.get_by_role("button", name="Play a tone").click()
    await hears(agent, 440)
    await expect(card.get_by_test_id("check-played")).to_contain_text("Two tones were played")
    chosen = "navigator.mediaDevices.enumerateDevices().then((all) => all.find((one) => one.deviceId === window.__sounds.at(-1).sinkId)?.label)"
    assert await agent.evaluate(chosen) == SPEAKERS[2]
    await agent.evaluate(f"window.__unplug('{DEFAULT}', '{FIRST}', '{SECOND}')")
    await expect(card.get_by_test_id("check-microphone")).to_have_text("No microphone was found. Connect one.")
    await agent.evaluate(f"window.__plug('{DEFAULT}', '{FIRST}', '{SECOND}')")
    await card.get_by_role("button", name="Check the microphone").click()
    await expect(card.get_by_test_id("check-microphone")).to_have_text("You are heard.")
    await card.get_by_role("button", name="Stop").click()


async def test_a_phone_is_checked_and_a_call_outlives_its_devices(make_house: MakeHouse, tmp_path: Path) -> None:
    async with (
        room(make_house) as house, singer(tmp_path, VISITOR_HZ) as theirs, singer(tmp_path, AGENT_HZ) as ours,
        window(theirs, locale="en-GB", width=390) as street, window(ours, locale="en-GB") as office,
    ):  # fmt: skip
        for context in (street, office):
            await ears(context)
            await context.add_init_script(CABLES)
        await house.agent("anna", "Anna Berg")
        agent, visitor = await office.new_page(), await street.new_page()
        await sign_in(agent, house, "anna")
        await agent.goto(f"{house.url}/settings/mine")
        await check_the_phone(agent)

        await visitor.goto(f"{house.url}/call/{LINE}")
        await visitor.get_by_role("button", name="Call now").click()
        await agent.get_by_test_id("ring").get_by_role("button", name="Answer").click()
        state = agent.get_by_test_id("phone-state")
        await expect(state).to_have_text("Connected")
        await hears(visitor, AGENT_HZ)
        await hears(agent, VISITOR_HZ)

        # Keys are heard at the other end, as the pair of tones that they are; also while one says nothing.
        await agent.get_by_role("button", name="Mute", exact=True).click()
        await agent.get_by_role("button", name="Keypad").click()
        await presses_until_heard(agent.get_by_role("button", name="5", exact=True), visitor, 770, 1336)
        await agent.get_by_role("button", name="Unmute").click()
        await visitor.get_by_role("button", name="Microphone off").click()
        await visitor.get_by_role("button", name="Keypad").click()
        await presses_until_heard(visitor.get_by_role("button", name="9", exact=True), agent, 852, 1477)
        await visitor.get_by_role("button", name="Microphone on").click()
        await hears(visitor, AGENT_HZ)
        await hears(agent, VISITOR_HZ)

        notices = agent.get_by_role("region", name="Notices")
        await agent.evaluate(f"window.__unplug('{SECOND}')")
        await expect(notices).to_contain_text(f"The microphone {SECOND} is gone")
        await expect(notices).to_contain_text(f"The call goes on with {DEFAULT}.")
        await hears(visitor, AGENT_HZ)
        await agent.evaluate(f"window.__unplug('{DEFAULT}', '{FIRST}')")
        await expect(state).to_have_text(
            "No microphone is connected: the caller does not hear you. Plug one in, and the call goes on."
        )
        await hears_nobody(visitor)
        await hears(agent, VISITOR_HZ)
        await agent.evaluate(f"window.__plug('{FIRST}')")
        await expect(notices).to_contain_text("The caller hears you again")
        await expect(state).to_have_text("Connected")
        await hears(visitor, AGENT_HZ)

        await agent.evaluate(f"window.__unplug('{SPEAKERS[2]}')")
        await expect(notices).to_contain_text(f"The loudspeaker {SPEAKERS[2]} is gone")
        await agent.evaluate(f"window.__unplug('{SPEAKERS[0]}', '{SPEAKERS[1]}')")
        await expect(notices).to_contain_text("No loudspeaker is connected")
        await agent.get_by_role("button", name="Devices").click()
        await expect(agent.get_by_test_id("phone-bar").get_by_role("combobox", name="Loudspeaker", exact=True)).to_have_value(
            await agent.evaluate("JSON.parse(localStorage.getItem('unisono.phone')).speaker")
        )
        assert await violations(agent) == []

        # The visitor's goes as well: their page asks for another, and says so while there is none.
        await visitor.evaluate(f"window.__unplug('{DEFAULT}')")
        await hears(agent, VISITOR_HZ)
        await visitor.evaluate(f"window.__unplug('{FIRST}', '{SECOND}')")
        await expect(visitor.get_by_role("alert")).to_contain_text("nobody hears you")
        await visitor.evaluate(f"window.__plug('{SECOND}')")
        await expect(visitor.get_by_role("alert")).not_to_contain_text("nobody hears you")
        await hears(agent, VISITOR_HZ)
