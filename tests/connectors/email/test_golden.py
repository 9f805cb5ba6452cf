"""What strangers send, read as it must be: one mail a file, what it means beside it."""

from pathlib import Path

import pytest

from tests.connectors.email.golden import MAILS, raw_of, reader, summary, wanted_of
from unisono.contract import Unreadable


@pytest.mark.parametrize("path", sorted(MAILS.glob("*.eml")), ids=lambda path: path.stem)
def test_a_mail_is_read_as_it_is_meant(path: Path) -> None:
    raw, wanted = raw_of(path.read_bytes()), wanted_of(path)
    if wanted.get("unreadable"):
        with pytest.raises(Unreadable, match="kept"):
            reader().read(raw)
        return
    events = reader().read(raw)
    told = [summary(event, wanted["events"][min(n, len(wanted["events"]) - 1)]) for n, event in enumerate(events)]
    assert told == wanted["events"]


def test_every_mail_has_its_meaning_beside_it_and_there_are_many() -> None:
    assert {path.stem for path in MAILS.glob("*.eml")} == {path.stem for path in MAILS.glob("*.json")}
    assert len(list(MAILS.glob("*.eml"))) >= 70
