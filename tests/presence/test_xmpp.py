"""What an account's XMPP programs say together, in whatever order they say it, and how a presence is shown to others there."""

from hypothesis import given
from hypothesis import strategies as st

from unisono.presence.merge import Merged
from unisono.presence.words import Line, Presence, Reason
from unisono.presence.xmpp import Device, local_of, login_of, meant, show_of

devices = st.builds(
    Device, st.integers(-1, 2), st.sampled_from(["", "chat", "away", "xa", "dnd", "nonsense"]),
    st.sampled_from(["", "Mittag", "lunch!", "Gehaltsverhandlung"]),
)  # fmt: skip
heard = st.lists(st.tuples(st.sampled_from("abc"), st.none() | devices), max_size=12)


def after(said: list[tuple[str, Device | None]]) -> dict[str, Device]:
    """Return the programs that are there after all this was heard; None: one has gone."""
    there: dict[str, Device] = {}
    for resource, device in said:
        there.pop(resource, None)
        if device is not None:
            there[resource] = device
    return there


@given(heard)
def test_only_where_each_program_comes_to_rest_counts_however_it_flapped_and_whichever_spoke_last(
    said: list[tuple[str, Device | None]],
) -> None:
    found = meant(after(said).values())
    last = dict(said)
    assert meant(reversed([one for one in last.values() if one is not None])) == found
    assert meant(after(said + said).values()) == found


def test_the_program_that_its_owner_put_first_counts_and_of_equals_the_one_that_is_there() -> None:
    away, here = Device(0, "away", "Mittagspause"), Device(0, "")
    assert meant([away, here]) == (Presence.AVAILABLE, Reason.NONE)
    assert meant([Device(5, "away", "Mittagspause"), here]) == (Presence.AWAY, Reason.LUNCH)
    assert meant([Device(0, "dnd", "etwas ganz Eigenes")]) == (Presence.DND, Reason.NONE)
    assert meant([]) is None


def test_a_presence_is_shown_by_the_words_that_xmpp_has_and_a_call_does_not_change_it() -> None:
    for value, reason, show in (
        (Presence.AVAILABLE, Reason.NONE, ""), (Presence.AWAY, Reason.LUNCH, "away"), (Presence.AWAY, Reason.HOLIDAY, "xa"),
        (Presence.BUSY, Reason.MEETING, "dnd"), (Presence.DND, Reason.NONE, "dnd"), (Presence.UNKNOWN, Reason.NONE, None),
    ):  # fmt: skip
        for line in Line:
            assert show_of(Merged(value=value, reason=reason, line=line)) == show


@given(st.text(alphabet="abc.@ /'\\&4:0", max_size=12))
def test_every_log_in_has_an_address_and_comes_back_from_it(login: str) -> None:
    if "\\" not in login:
        assert login_of(local_of(login)) == login
    assert not set(local_of(login)) & set("@ /'&:")
