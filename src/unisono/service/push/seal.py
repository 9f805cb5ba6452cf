"""What a device's browser can open and the push service in between cannot: RFC 8291 over RFC 8188 (aes128gcm)."""

import os
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE: Final = ec.SECP256R1()
PUBLIC_BYTES: Final = 65
AUTH_BYTES: Final = 16
RECORD_BYTES: Final = 4_096
#: RFC 8291, 4: one record, whose header, delimiter and tag take 103 bytes.
MAX_PLAIN_BYTES: Final = RECORD_BYTES - 103
_LAST_RECORD: Final = b"\x02"


def point(raw: bytes) -> ec.EllipticCurvePublicKey:
    """Return a device's public key. Raises ValueError for bytes that are no uncompressed point of P-256."""
    if len(raw) != PUBLIC_BYTES:
        raise ValueError("not 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw)


def seal(plain: bytes, device: bytes, auth: bytes, *, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b"") -> bytes:
    """Return the body of a push message.

    device: the browser's public key (65 bytes), auth: its secret (16 bytes), as the subscription names them. key and salt are
    made anew for each message; only a test gives them. Raises ValueError for a text that is too long or keys that are none.
    """
    if len(plain) > MAX_PLAIN_BYTES or len(auth) != AUTH_BYTES:
        raise ValueError(f"at most {MAX_PLAIN_BYTES} bytes, and a secret of {AUTH_BYTES}")
    key = key or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(16)
    ours = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = key.exchange(ec.ECDH(), point(device))
    secret = _derive(shared, auth, b"WebPush: info\x00" + device + ours, 32)
    content_key = _derive(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + AESGCM(content_key).encrypt(nonce, plain + _LAST_RECORD, None)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
