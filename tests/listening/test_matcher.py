"""The matcher finds what the queries mean: neither more nor less, whatever was added, changed and removed before."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.listening.oracle import fits
from unisono.app.accelerate import compile_core
from unisono.domain.errors import Invalid, Unavailable
from unisono.listening.fast import Core, FastMatcher
from unisono.listening.matcher import Frequencies, Matcher
from unisono.listening.post import Post
from unisono.listening.query import Node
from unisono.listening.syntax import parse

WORDS = ["acme", "bahn", "müller", "Mueller", "muller", "größe", "GROESSE", "kaputt", "kap", "café", "zug"]
SAID = [*WORDS, "#acme", "@bahn", "acme's", "l'été", "Café", "Größe", "-", "„zug“", "www.acme.example/x", "…"]
ASKED = [*WORDS, "#acme", "@bahn", "kap*", "ca*", "acme's", "#ac*"]

posts = st.builds(
    Post,
    texts=st.lists(st.lists(st.sampled_from(SAID), max_size=9).map(" ".join), min_size=1, max_size=2),
    language=st.sampled_from(["de", "en", None]),
    counts=st.sampled_from([{}, {"followers": 5}, {"followers": 50}]),
)
atoms = st.one_of(
    st.sampled_from(ASKED),
    st.lists(st.sampled_from(ASKED), min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
)
operands = st.one_of(atoms, st.lists(atoms, min_size=2, max_size=2).map(lambda both: f"({both[0]} OR {both[1]})"))
leaves = st.one_of(
    atoms, st.builds(lambda a, b, n: f"({a} NEAR/{n} {b})", operands, operands, st.integers(1, 4)),
    st.sampled_from(["lang:de", "lang:de,en", "followers:>10", "followers:0..9"]),
)  # fmt: skip
queries = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"({' OR '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"NOT {part}"),
    ),
    max_leaves=8,
)


Make = Callable[[], Matcher[int]]
KEEP = [HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("tcc")
    if compiler is None:
        said = "There is no C compiler. Type: sudo apt-get install --no-install-recommends tcc libc6-dev"
        if os.environ.get("CI") == "true":
            raise AssertionError(said)
        pytest.skip(said)
    library = tmp_path_factory.mktemp("core") / "core.so"
    compile_core(compiler, library)
    return Core(Path(library))


@pytest.fixture(params=["python", "compiled"])
def make(request: pytest.FixtureRequest) -> Make:
    if request.param == "python":
        return Matcher
    core = request.getfixturevalue("core")
    return lambda: FastMatcher(core)


def put(matcher: Matcher[int], key: int, query: Node) -> bool:
    try:
        matcher.put(key, query)
    except Invalid:
        return False
    return True


@settings(max_examples=150, deadline=None, suppress_health_check=KEEP)
@given(st.lists(queries, min_size=1, max_size=25), st.lists(posts, min_size=1, max_size=6))
def test_what_is_found_is_what_is_meant(make: Make, texts: list[str], said: list[Post]) -> None:
    matcher = make()
    trees = {key: parse(text) for key, text in enumerate(texts)}
    filed = {key: tree for key, tree in trees.items() if put(matcher, key, tree)}
    for post in said:
        found = matcher.match(post)
        assert sorted(found) == sorted(key for key, tree in filed.items() if fits(tree, post)), (post, texts)


@settings(max_examples=50, deadline=None, suppress_health_check=KEEP)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), queries)), max_size=40), st.lists(posts, min_size=1, max_size=4)
)
def test_changes_and_removals_count_at_once(make: Make, steps: list[tuple[int, str | None]], said: list[Post]) -> None:
    matcher = make()
    held: dict[int, Node] = {}
    for key, text in steps:
        if text is None:
            assert matcher.remove(key) == (held.pop(key, None) is not None)
        elif put(matcher, key, parse(text)):
            held[key] = parse(text)
        assert len(matcher) == len(held)
    for post in said:
        assert sorted(matcher.match(post)) == sorted(key for key, tree in held.items() if fits(tree, post))


def test_a_long_drawer_is_parted_and_still_finds_everything() -> None:
    frequencies = Frequencies()
    for _ in range(100):
        frequencies.observe(["kaputt", "zug", "bahn"])
    matcher: Matcher[int] = Matcher(frequencies)
    for key in range(60):
        assert put(
            matcher, key, parse(["acme kaputt", "acme zug NOT bahn", "acme (zug OR bahn)", "acme NEAR/2 zug", "acme"][key % 5])
        )
    before = matcher.candidates
    assert sorted(matcher.match(Post(texts=["acme sagt"]))) == [key for key in range(60) if key % 5 == 4]
    assert matcher.candidates - before < 30, "what a post has no second word for is not looked at one by one"
    assert len(matcher.match(Post(texts=["acme zug"]))) == 48


def test_more_may_fit_than_there_was_room_for(make: Make) -> None:
    matcher = make()
    for key in range(10_000):
        matcher.put(key, parse("acme"))
    assert sorted(matcher.match(Post(texts=["Acme!"]))) == list(range(10_000))


def test_a_compiler_that_fails_says_so(tmp_path: Path) -> None:
    for compiler, said in (("/bin/false", "did not compile"), ("no-such-compiler", "cannot be used")):
        with pytest.raises(Unavailable, match=said):
            compile_core(compiler, tmp_path / "core.so")


def test_a_changed_query_no_longer_fits_as_before_and_wears_the_matcher() -> None:
    matcher: Matcher[str] = Matcher()
    matcher.put("one", parse("acme"))
    matcher.put("one", parse("bahn"))
    assert matcher.match(Post(texts=["acme"])) == []
    assert matcher.match(Post(texts=["bahn"])) == ["one"]
    assert not matcher.worn
    for _ in range(200):
        matcher.put("one", parse("zug"))
    assert matcher.worn


@pytest.mark.parametrize("query", ["NOT acme", "followers:>10", "acme OR NOT bahn", "NOT (acme OR bahn)", "acme OR followers:>3"])
def test_what_asks_for_nothing_in_particular_is_refused(query: str) -> None:
    with pytest.raises(Invalid) as refused:
        Matcher[int]().put(1, parse(query))
    assert refused.value.code == "query_open"
