"""Recordings and messages become files of the conversation: found, shown, kept and erased like every attachment."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from unisono.calls import wished
from unisono.contract.voice import RecordingKind, RecordingReady, RecordingState, RecordMode, VoiceDriver
from unisono.domain.ids import new_id
from unisono.service.calls.consent import both_agreed
from unisono.service.channel_context import Outside
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.calls import CallFacts, NewRecording, ReadyRecording

MOST_BYTES: Final = 500_000_000
MOST_ATTEMPTS: Final = 12
_ENDINGS: Final = {"audio/wav": "wav", "audio/webm": "webm", "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a"}


async def note_recording(tx: Tx, facts: CallFacts, event: RecordingReady) -> CallFacts:
    """Note that telephony holds a recording; a message left is a reason to call back, whoever left it."""
    try:
        recording_id = UUID(event.recording_id)
    except ValueError:
        return facts
    new = await tx.calls.recording_ready(
        NewRecording(
            id=recording_id, call_id=facts.id, driver=facts.driver, kind=event.kind.value, uri=event.uri,
            sha256=event.sha256.lower(), media_type=event.media_type, size_bytes=event.size_bytes, duration_s=event.duration_s,
        )
    )  # fmt: skip
    if not new or event.kind is not RecordingKind.VOICEMAIL:
        return facts
    facts = replace(facts, path=facts.path | {"owes": "message"})
    return replace(facts, owes="message") if facts.ended_at is not None and facts.interaction_id is not None else facts


def begin_part(facts: CallFacts, event: RecordingState) -> CallFacts:
    """Return the call whose recording ended without anybody's wish: it goes on under another name, as a file of its own.

    So it is when the page that records is loaded anew, or another tab takes the phone over.
    """
    intent = facts.call.intent
    if event.mode is not RecordMode.OFF or intent.record is RecordMode.OFF or event.recording_id != intent.recording_id:
        return facts
    return replace(facts, call=wished(facts.call, replace(intent, recording_id=str(new_id()))))


async def keep_recordings(outside: Outside, driver: VoiceDriver, limit: int = 10) -> int:
    """Bring recordings over that a driver holds; returns how many were dealt with.

    A talk that somebody did not agree to is not kept whatever telephony recorded; what does not match its hash is fetched again.
    """
    async with outside.db.read() as tx:
        ready = await tx.calls.ready_recordings(driver.name, limit)
    dealt = 0
    for one in ready:
        if one.message_id is None and not one.ended:
            await _later(outside, one)
        else:
            dealt += await _keep(outside, driver, one)
    return dealt


async def _keep(outside: Outside, driver: VoiceDriver, one: ReadyRecording) -> int:
    async with outside.db.read() as tx:
        agreed = one.kind == RecordingKind.VOICEMAIL.value or await both_agreed(tx, one.call_id)
    if not agreed or one.attempts >= MOST_ATTEMPTS or one.message_id is None:
        return await _refuse(outside, driver, one)
    try:
        sound = b"".join([piece async for piece in _bounded(driver, one.uri)])
    except OSError:
        await _later(outside, one)
        return 0
    if hashlib.sha256(sound).hexdigest() != one.sha256:
        await _later(outside, one)
        return 0
    attachment_id = new_id()
    stored = await outside.files.put(attachment_id, sound)
    ending = _ENDINGS.get(one.media_type.split(";")[0], "bin")
    name = f"{'message' if one.kind == RecordingKind.VOICEMAIL.value else 'recording'}.{ending}"
    async with outside.db.write() as tx:
        kept = await tx.calls.keep_recording(one.id, attachment_id, stored.size_bytes, stored.sha256, name)
        if kept:
            facts = await tx.calls.get(one.call_id)
            assert facts is not None
            tx.emit(
                NewEvent(
                    type="message.edited", channel_id=facts.channel_id, conversation_id=facts.conversation_id,
                    body={"message_id": facts.message_id},
                )
            )  # fmt: skip
    if not kept:
        await outside.files.delete([attachment_id])
    await driver.forget_recording(one.uri)
    return 1


async def _bounded(driver: VoiceDriver, uri: str) -> AsyncIterator[bytes]:
    size = 0
    async for piece in driver.recording(uri):
        size += len(piece)
        if size > MOST_BYTES:
            raise OSError(f"a recording of more than {MOST_BYTES} bytes")
        yield piece


async def _refuse(outside: Outside, driver: VoiceDriver, one: ReadyRecording) -> int:
    await driver.forget_recording(one.uri)
    async with outside.db.write() as tx:
        await tx.calls.refuse_recording(one.id)
    return 1


async def _later(outside: Outside, one: ReadyRecording) -> None:
    async with outside.db.write() as tx:
        await tx.calls.recording_later(one.id, tx.now + timedelta(seconds=min(2.0**one.attempts, 300.0)))
