"""The doctor's look at NATS, where listening is shared among nodes by it."""

import time

from unisono.app.findings import Finding, Level, found
from unisono.domain.errors import Unavailable

SUBJECT = "listening over NATS"
_LATE_S, _VERY_LATE_S, _NEARLY_FULL = 60.0, 600.0, 0.8


async def look_at_lanes(url: str) -> list[Finding]:
    """Whether the server answers, keeps anything, has what Unisono makes there, and is kept up with; nothing without a server."""
    if not url:
        return []
    try:
        from unisono.bus.nats_checkup import lanes_state
    except ModuleNotFoundError:
        text = "UNISONO_NATS_URL is set, but what speaks with NATS is not installed. Type: pip install 'unisono[nats]'"
        return [found(SUBJECT, Level.ERROR, text)]
    try:
        state = await lanes_state(url, time.time())
    except Unavailable as error:
        text = f"No server answers at UNISONO_NATS_URL ({error}). Sources stand still where they are; nothing is lost."
        return [found(SUBJECT, Level.ERROR, text)]
    if not state.jetstream:
        text = f"The server ({state.version}) keeps nothing: JetStream is off. Start it with: nats-server -js"
        return [found(SUBJECT, Level.ERROR, text)]
    if not state.made:
        text = f"nats-server {state.version} with JetStream; nothing stands there yet, the first listener makes it."
        return [found(SUBJECT, Level.NOTE, text)]
    findings = [
        found(SUBJECT, Level.ERROR, f"Somebody set it otherwise; posts may be lost or doubled: {one}") for one in state.otherwise
    ]
    if state.missing:
        text = f"Lanes without a consumer: {', '.join(map(str, state.missing))}. The next start of a listener makes them."
        findings.append(found(SUBJECT, Level.ERROR, text))
    if state.full > _NEARLY_FULL:
        text = f"{state.full:.0%} of the room is taken; full, sources stand still. Add listeners, or raise its max_bytes."
        findings.append(found(SUBJECT, Level.WARNING, text))
    if state.oldest_s > _LATE_S:
        nobody = "" if state.readers else " Nobody reads: does the role listener run?"
        text = f"{state.waiting} posts wait, the oldest for {state.oldest_s / 60:.0f} min; matching is behind.{nobody}"
        late = state.oldest_s > _VERY_LATE_S or not state.readers
        findings.append(found(SUBJECT, Level.ERROR if late else Level.WARNING, text))
    if state.again:
        text = f"{state.again} posts in work were handed out again: a listener died, or takes longer than 8 s for one."
        findings.append(found(SUBJECT, Level.NOTE, text))
    if not any(one.level in (Level.WARNING, Level.ERROR) for one in findings):
        text = f"nats-server {state.version}, all lanes there, {state.waiting} posts wait"
        findings.insert(0, found(SUBJECT, Level.OK, text))
    return findings
