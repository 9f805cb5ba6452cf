"""Keys and what they seal."""

import base64
import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.domain.errors import Invalid, Unavailable
from unisono.domain.ids import new_id
from unisono.service.secrets import ChannelVault, bound_to, put_secret, rotate_secrets
from unisono.store.database import PgDatabase
from unisono.store.keyring import BadKey, Keyring, add_key, drop_keys, key_id, open_keyring, parse_keys, read_key_file

ONE, TWO = bytes(range(32)), bytes(range(1, 33))


@given(st.binary(max_size=2_000), st.binary(max_size=100))
def test_what_is_sealed_opens_where_it_belongs_and_nowhere_else(plain: bytes, place: bytes) -> None:
    ring = Keyring([ONE])
    sealed = ring.seal(plain, place)
    assert ring.open(sealed, place) == plain
    with pytest.raises(Invalid, match="changed or moved"):
        ring.open(sealed, place + b"elsewhere")


def test_the_same_secret_is_never_sealed_alike() -> None:
    ring = Keyring([ONE])
    assert ring.seal(b"x", b"").ciphertext != ring.seal(b"x", b"").ciphertext


def test_an_old_key_still_opens_and_a_lost_one_is_named() -> None:
    sealed = Keyring([ONE]).seal(b"old", b"p")
    assert Keyring([TWO, ONE]).open(sealed, b"p") == b"old"
    with pytest.raises(Unavailable, match=key_id(ONE)):
        Keyring([TWO]).open(sealed, b"p")


def test_a_key_that_another_process_made_is_looked_for_once() -> None:
    sealed = Keyring([TWO]).seal(b"new", b"p")
    asked: list[int] = []

    def again() -> list[bytes]:
        asked.append(1)
        return [TWO, ONE]

    ring = Keyring([ONE], again)
    assert ring.open(sealed, b"p") == b"new"
    assert ring.current == key_id(TWO)
    assert len(asked) == 1


def test_what_is_derived_tells_nothing_of_the_key_and_is_the_same_everywhere() -> None:
    assert Keyring([ONE]).derive("csrf") == Keyring([ONE, TWO]).derive("csrf")
    assert Keyring([ONE]).derive("csrf") != Keyring([ONE]).derive("log-in")
    assert ONE not in Keyring([ONE]).derive("csrf")


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = open_keyring(tmp_path)
    path = tmp_path / "secret.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert open_keyring(tmp_path).current == first.current
    assert [p.name for p in tmp_path.iterdir()] == ["secret.key"]


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    open_keyring(tmp_path)
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(BadKey, match="chmod 600"):
        open_keyring(tmp_path)


def _open(folder: str, names: "multiprocessing.Queue[str]") -> None:
    names.put(open_keyring(Path(folder)).current)


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    names: multiprocessing.Queue[str] = context.Queue()
    processes = [context.Process(target=_open, args=(str(tmp_path), names)) for _ in range(6)]
    for process in processes:
        process.start()
    found = {names.get(timeout=30) for _ in processes}
    for process in processes:
        process.join(30)
    assert len(found) == 1


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(b"x" * 31).decode(), "!" * 44])
def test_a_key_that_is_none_is_refused_with_words(text: str) -> None:
    with pytest.raises(BadKey, match="32 bytes"):
        parse_keys(text, "UNISONO_SECRET_KEY")


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_keys_come_from_the_environment_in_either_base64(encode: object) -> None:
    keys = [os.urandom(32) for _ in range(2)]
    text = ",".join(encode(key).decode().rstrip("=") for key in keys)  # type: ignore[operator]
    assert parse_keys(text, "x") == keys


async def test_rotation_seals_everything_anew_and_old_keys_can_go(db: PgDatabase, tmp_path: Path) -> None:
    ring = open_keyring(tmp_path)
    vault = ChannelVault(db, ring, None)  # type: ignore[arg-type]
    channels = [new_id() for _ in range(230)]
    async with db.write() as tx:
        for channel in channels:
            await put_secret(tx, ring, "channel", channel, "token", f"secret of {channel}")
    path = tmp_path / "secret.key"
    current = add_key(path)
    fresh = open_keyring(tmp_path)
    assert await rotate_secrets(db, fresh, fresh.current) == 230
    assert await rotate_secrets(db, fresh, fresh.current) == 0
    async with db.read() as tx:
        assert await tx.secrets.key_ids() == {current: 230}
    assert drop_keys(path, {current}) == [ring.current]
    assert [key_id(key) for key in read_key_file(path)] == [current]
    # The process that was running all the while finds the new key by itself.
    assert await vault.get(channels[7], "token") == f"secret of {channels[7]}"


async def test_a_secret_moved_to_another_channel_does_not_open(db: PgDatabase) -> None:
    ring = Keyring([ONE])
    vault = ChannelVault(db, ring, None)  # type: ignore[arg-type]
    mine, other = new_id(), new_id()
    await vault.put(mine, "token", "mine")
    async with db.pool.acquire() as connection:
        await connection.execute("update secret set owner_id = $1", other)
    with pytest.raises(Invalid):
        await vault.get(other, "token")
    assert bound_to("channel", mine, "token") != bound_to("channel", other, "token")
    assert await vault.get(mine, "token") is None
