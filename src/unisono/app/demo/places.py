"""On which of the sandbox's networks a thread happens: where its texts fit, and where such things are said."""

import hashlib
from collections.abc import Iterable

import msgspec

from unisono.app.demo.script import PUBLIC_KINDS, Step
from unisono.domain.length import measure
from unisono.testing.sandbox.faces import PINNWAND, ZWITSCHER, Face


def placed(steps: Iterable[Step], *, named: str = "") -> list[Step]:
    """Return the steps with their face; all of a thread, and all that answers into it, happens on the same one.

    named: handle that posts on a network without pages are made to name, so that they reach the company; empty leaves
    them as they are.
    """
    steps = list(steps)
    groups = _groups(steps)
    crowded = {groups[step.thread] for step in steps if not _fits(_naming(step, named), ZWITSCHER)}
    walls = {groups[step.thread] for step in steps if step.kind == "comment"}
    talks = {groups[step.thread] for step in steps if step.kind in PUBLIC_KINDS}
    found: list[Step] = []
    for step in steps:
        group = groups[step.thread]
        face = PINNWAND if group in crowded | walls or (group not in talks and _lot(group)) else ZWITSCHER
        if step.kind in {"mail", "chat"}:
            found.append(step)
        elif face is ZWITSCHER:
            found.append(msgspec.structs.replace(_naming(step, named), face=face.key))
        else:
            found.append(msgspec.structs.replace(step, face=face.key))
    return found


def _groups(steps: list[Step]) -> dict[str, str]:
    """Threads by the thread that they hang together with."""
    thread_of = {step.key: step.thread for step in steps}
    group = {thread: thread for thread in thread_of.values()}

    def top(thread: str) -> str:
        while group[thread] != thread:
            thread = group[thread]
        return thread

    for step in steps:
        if step.parent is not None and step.parent in thread_of:
            group[top(step.thread)] = top(thread_of[step.parent])
    return {thread: top(thread) for thread in group}


def _naming(step: Step, named: str) -> Step:
    if not named or step.kind != "post" or step.by_company or f"@{named}" in step.text.lower():
        return step
    return msgspec.structs.replace(step, text=f"@{named} {step.text}")


def _fits(step: Step, face: Face) -> bool:
    if step.kind in {"mail", "chat"}:
        return True
    if step.kind not in PUBLIC_KINDS and step.kind != "edit":
        return len(step.text) <= face.max_direct
    return measure(step.text, face.unit, url_cost=face.url_cost) <= face.max_text


def _lot(thread: str) -> bool:
    return bool(hashlib.sha256(thread.encode()).digest()[0] % 2)
