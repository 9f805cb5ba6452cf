"""The deployment's keys: from the environment, or from a file beside the data that no backup takes along.

A key's name is the beginning of its SHA-256, so that a row says which key opens it and no list of names has to be kept.
The first key seals; the others only open what was sealed before the last rotation.
"""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unisono.domain.errors import Invalid, Unavailable
from unisono.service.ports.privacy import Sealed

KEY_FILE = "secret.key"
KEY_BYTES = 32
NONCE_BYTES = 12


class BadKey(Exception):
    """The keys cannot be used; the text says where they stand, what is wrong and what to do."""


def key_id(key: bytes) -> str:
    """Return the name of a key; the key cannot be found from it."""
    return hashlib.sha256(b"unisono key\0" + key).hexdigest()[:12]


class Keyring:
    """Implements `service.ports.privacy.Cipher` with AES-256-GCM and a random nonce for each value.

    `load_again` is asked once when a value names a key that is not here: another process may have rotated meanwhile.
    Source: NIST SP 800-38D; at 96-bit random nonces a key is good for 2^32 values.
    """

    def __init__(self, keys: Sequence[bytes], load_again: Callable[[], Sequence[bytes]] | None = None) -> None:
        self._load_again = load_again
        self._take(keys)

    def _take(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise BadKey(f"A key is {KEY_BYTES} bytes long; there must be at least one.")
        self._keys = {key_id(key): key for key in keys}
        self._current = key_id(keys[0])

    @property
    def current(self) -> str:
        """The name of the key that seals."""
        return self._current

    @property
    def names(self) -> list[str]:
        """The names of all keys, the sealing one first."""
        return list(self._keys)

    def seal(self, plain: bytes, bound_to: bytes) -> Sealed:
        """Encrypt; opening it takes the same `bound_to`."""
        nonce = os.urandom(NONCE_BYTES)
        ciphertext = AESGCM(self._keys[self._current]).encrypt(nonce, plain, bound_to)
        return Sealed(key_id=self._current, nonce=nonce, ciphertext=ciphertext)

    def open(self, sealed: Sealed, bound_to: bytes) -> bytes:
        """Decrypt. Raises Unavailable when its key is not here, Invalid when the bytes were changed or moved."""
        if sealed.key_id not in self._keys and self._load_again is not None:
            self._take(self._load_again())
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise Unavailable(
                f"The key {sealed.key_id} is not here (known: {', '.join(self._keys)}). Nothing was lost: put the key back "
                "into UNISONO_SECRET_KEY or the key file, or enter the secret anew.",
                code="key_missing",
            )
        try:
            return AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, bound_to)
        except InvalidTag:
            raise Invalid("A stored secret was changed or moved; enter it anew.", code="secret_damaged") from None

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for another purpose, from which the key cannot be found (HKDF, RFC 5869)."""
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"unisono/" + purpose.encode())
        return kdf.derive(self._keys[self._current])


def parse_keys(text: str, source: str) -> list[bytes]:
    """Return the keys of a text: base64, separated by commas or lines, the sealing one first. Raises BadKey."""
    words = [word for word in text.replace(",", "\n").split() if word]
    keys: list[bytes] = []
    for word in words:
        try:
            key = base64.b64decode(
                word + "=" * (-len(word) % 4), altchars=b"-_" if set(word) & set("-_") else None, validate=True
            )
        except (binascii.Error, ValueError):
            raise BadKey(f"{source} holds something that is no base64. Expected: {KEY_BYTES} bytes in base64.") from None
        if len(key) != KEY_BYTES:
            raise BadKey(f"{source} holds a key of {len(key)} bytes. Expected: {KEY_BYTES} bytes in base64.")
        keys.append(key)
    if not keys:
        raise BadKey(f"{source} holds no key. Expected: {KEY_BYTES} bytes in base64.")
    return keys


def open_keyring(data_dir: Path, secret_key: str = "") -> Keyring:
    """Return the keys: those of `secret_key` (UNISONO_SECRET_KEY), else those of the key file, which is made if missing.

    Raises BadKey, also for a key file that others can read.
    """
    if secret_key:
        return Keyring(parse_keys(secret_key, "UNISONO_SECRET_KEY"))
    path = data_dir / KEY_FILE
    if not path.exists():
        _create(path)

    def read() -> list[bytes]:
        return read_key_file(path)

    return Keyring(read(), read)


def read_key_file(path: Path) -> list[bytes]:
    """Return the keys of a file. Raises BadKey."""
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(
            f"The key file {path} cannot be read ({error}). Without it no stored secret can be opened: put it back from "
            "where you keep it, or set UNISONO_SECRET_KEY."
        ) from error
    if mode & 0o077:
        raise BadKey(f"The key file {path} can be read by others (mode {mode:03o}). Run: chmod 600 {path}")
    return parse_keys(text, f"The key file {path}")


def add_key(path: Path) -> str:
    """Put a new key in front of a key file and return its name; the others stay until `drop_keys`."""
    key = secrets.token_bytes(KEY_BYTES)
    _write(path, [key, *read_key_file(path)])
    return key_id(key)


def drop_keys(path: Path, keep: set[str]) -> list[str]:
    """Take keys that nothing is sealed under out of the file, never the first; returns the names of those taken out."""
    keys = read_key_file(path)
    kept = [key for at, key in enumerate(keys) if at == 0 or key_id(key) in keep]
    if len(kept) < len(keys):
        _write(path, kept)
    return [key_id(key) for key in keys if key not in kept]


def _create(path: Path) -> None:
    """Several processes may start at once: the first file stands, the others use it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    _fill(fresh, [secrets.token_bytes(KEY_BYTES)])
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    _sync(path.parent)


def _write(path: Path, keys: Sequence[bytes]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    _fill(fresh, keys)
    fresh.replace(path)
    _sync(path.parent)


def _fill(path: Path, keys: Sequence[bytes]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(b"".join(base64.b64encode(key) + b"\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
