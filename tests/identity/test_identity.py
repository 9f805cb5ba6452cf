"""Who is who: evidence says what it can and no more, and every merge can be undone without a trace."""

from datetime import UTC, datetime
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.identity.compare import Claim, ClaimKind, Handle, compare, link_key, mail_key, phone_key
from unisono.identity.evidence import CERTAIN, NAMES, UNPROVED, Evidence, Kind, Verdict, score, verdict
from unisono.identity.partition import Root, groups, leads


def mail(address: str, *, proved: bool = True) -> Claim:
    return Claim(kind=ClaimKind.MAIL, value=mail_key(address), proved=proved)


def link(url: str, *, proved: bool = False) -> Claim:
    return Claim(kind=ClaimKind.LINK, value=link_key(url), proved=proved)


MASTODON = Handle(network="mastodon", remote_id="7", handle="@anna@social.example", display_name="Anna Müller",
                  profile_url="https://social.example/@anna")  # fmt: skip
MAIL = Handle(network="email", remote_id="info@mueller.example", handle="info@mueller.example", display_name="Müller, Anna",
              claims=(mail("info@mueller.example"),))  # fmt: skip


def kinds(one: Handle, other: Handle) -> set[Kind]:
    return {e.kind for e in compare(one, other)}


def having(handle: Handle, *claims: Claim) -> Handle:
    return Handle(
        network=handle.network, remote_id=handle.remote_id, handle=handle.handle, display_name=handle.display_name,
        profile_url=handle.profile_url, claims=(*handle.claims, *claims),
    )  # fmt: skip


@given(st.lists(st.sampled_from(sorted(NAMES)), max_size=20))
def test_names_alone_are_never_more_than_a_weak_hint(found: list[Kind]) -> None:
    assert verdict(Evidence(kind=kind, detail=str(n)) for n, kind in enumerate(found)) in (Verdict.NOTHING, Verdict.WEAK)


@given(st.lists(st.sampled_from(sorted(UNPROVED)), max_size=20))
def test_what_anybody_can_bring_about_is_never_certain(found: list[Kind]) -> None:
    assert score(Evidence(kind=kind) for kind in found) < CERTAIN


@given(st.sets(st.sampled_from(sorted(Kind))), st.sampled_from(sorted(Kind)))
def test_more_evidence_never_says_less(found: set[Kind], more: Kind) -> None:
    before = score(Evidence(kind=kind) for kind in found)
    assert before <= score(Evidence(kind=kind) for kind in found | {more}) <= 1


def test_the_same_thing_found_twice_counts_once() -> None:
    assert score([Evidence(kind=Kind.LINK, detail="a"), Evidence(kind=Kind.LINK, detail="b")]) == pytest.approx(0.5)


def test_a_name_is_the_same_in_whatever_order_and_one_word_is_no_name() -> None:
    assert kinds(MASTODON, MAIL) == {Kind.SAME_NAME}
    assert verdict(compare(MASTODON, MAIL)) is Verdict.NOTHING
    assert (
        kinds(Handle(network="x", remote_id="1", display_name="Anna"), Handle(network="y", remote_id="2", display_name="Anna"))
        == set()
    )


def test_a_proved_address_on_both_sides_is_certain_and_one_that_is_only_said_is_not() -> None:
    chat = Handle(network="webchat", remote_id="s1")
    assert verdict(compare(having(chat, mail("Info+shop@Mueller.example")), MAIL)) is Verdict.CERTAIN
    said = compare(having(chat, mail("info@mueller.example", proved=False)), MAIL)
    assert ([e.kind for e in said], verdict(said)) == ([Kind.STATEMENT], Verdict.LIKELY)


def test_a_link_there_and_back_is_certain_one_way_is_not() -> None:
    bluesky = Handle(
        network="bluesky", remote_id="did:plc:1", handle="@anna.bsky.social", profile_url="https://bsky.app/profile/anna"
    )
    there = having(MASTODON, link("https://www.bsky.app/profile/anna/"))
    assert kinds(there, bluesky) == {Kind.LINK}
    back = having(bluesky, link("https://social.example/@anna?tab=1"))
    assert kinds(there, back) == {Kind.MUTUAL_LINK}
    assert verdict(compare(there, back)) is Verdict.CERTAIN


def test_a_domain_that_is_the_handle_there_and_proved_here_is_one_person_but_not_everybodys_domain() -> None:
    bluesky = Handle(network="bluesky", remote_id="did:plc:1", handle="@mueller.example")
    owner = having(MASTODON, link("https://mueller.example/", proved=True))
    assert Kind.DOMAIN_PROOF in kinds(owner, bluesky)
    assert Kind.DOMAIN_PROOF in kinds(MAIL, owner)
    assert Kind.DOMAIN_PROOF not in kinds(having(MASTODON, link("https://mueller.example/")), bluesky)
    freemail = Handle(network="email", remote_id="x@gmx.de", claims=(mail("x@gmx.de"),))
    assert Kind.DOMAIN_PROOF not in kinds(freemail, having(MASTODON, link("https://gmx.de", proved=True)))


def test_a_short_handle_says_nothing_and_on_the_same_network_it_is_somebody_else() -> None:
    assert kinds(Handle(network="x", remote_id="1", handle="@max"), Handle(network="y", remote_id="2", handle="max")) == set()
    long = Handle(network="x", remote_id="1", handle="@kaffeetante")
    assert kinds(long, Handle(network="y", remote_id="2", handle="Kaffeetante@social.example")) == {Kind.SAME_HANDLE}
    assert kinds(long, Handle(network="x", remote_id="2", handle="@kaffeetante")) == set()


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_typed_is_compared_without_an_error_and_both_ways_alike(one: str, other: str) -> None:
    a = Handle(network="x", remote_id="1", handle=one, display_name=other, profile_url=one, claims=(mail(one), link(other)))
    b = Handle(network="y", remote_id="2", handle=other, display_name=one, profile_url=other, claims=(mail(other), link(one)))
    assert {e.kind for e in compare(a, b)} == {e.kind for e in compare(b, a)}
    assert all(isinstance(key(one), str) for key in (mail_key, phone_key, link_key))


@pytest.mark.parametrize(
    ("typed", "key"), [("0049 (40) 123-456", "+4940123456"), ("+49 40 123 456", "+4940123456"), ("112", ""), ("040123456", "")]
)
def test_a_number_without_its_country_is_nobodys(typed: str, key: str) -> None:
    assert phone_key(typed) == key


# ---- merges that can be undone -------------------------------------------------------------------------------------

PEOPLE = [UUID(int=n) for n in range(1, 7)]
PAIRS = list(combinations(PEOPLE, 2))
AT = datetime(2026, 11, 2, tzinfo=UTC)


@given(st.lists(st.sampled_from(PAIRS), max_size=12), st.randoms(use_true_random=False))
def test_any_merges_undone_in_any_order_leave_what_was(made: list[tuple[UUID, UUID]], random: object) -> None:
    standing = list(made)
    while standing:
        before = groups(PEOPLE, standing)
        assert sorted(one for group in before for one in group) == PEOPLE
        gone = standing.pop(random.randrange(len(standing)))  # type: ignore[attr-defined]
        after = groups(PEOPLE, standing)
        # Undoing splits at the most the one group that it held together.
        assert set(before) - set(after) <= {group for group in before if gone[0] in group}
        assert groups(PEOPLE, [*standing, gone]) == before
    assert groups(PEOPLE, standing) == [frozenset({one}) for one in PEOPLE]


@given(st.permutations(PAIRS[:5]))
def test_the_order_of_merges_changes_nothing(order: list[tuple[UUID, UUID]]) -> None:
    roots = {one: Root(id=one, value=1, held=False, created_at=AT) for one in PEOPLE}
    assert leads(roots, order) == leads(roots, PAIRS[:5])


def test_a_hold_and_a_raised_value_lead() -> None:
    a, b, c = PEOPLE[:3]
    roots = {
        a: Root(id=a, value=1, held=False, created_at=AT), b: Root(id=b, value=3, held=False, created_at=AT),
        c: Root(id=c, value=1, held=True, created_at=AT),
    }  # fmt: skip
    assert leads(roots, [(a, b)]) == {a: b, b: b, c: c}
    assert leads(roots, [(a, b), (b, c)]) == dict.fromkeys((a, b, c), c)
