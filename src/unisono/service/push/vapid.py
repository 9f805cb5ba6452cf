"""Who sends: a signed statement for the push service, RFC 8292. One key for the deployment, sealed with all other secrets."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from unisono.service.ports import Database
from unisono.service.ports.privacy import Cipher
from unisono.service.push.seal import CURVE
from unisono.service.secrets import bound_to, put_secret

#: RFC 8292, 2: at most a day. Half of it leaves room for clocks that differ.
LASTS: Final = timedelta(hours=12)
OWNER, NAME = "push", "vapid"
#: The house itself: its key belongs to nobody in it.
HOUSE: Final = UUID(int=0)


def b64(raw: bytes) -> str:
    """Return bytes as tokens and subscriptions write them: base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Return what `b64` wrote. Raises ValueError for what it did not write."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def public_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the key that browsers are told when they subscribe."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def statement(key: ec.EllipticCurvePrivateKey, endpoint: str, now: datetime, contact: str = "") -> str:
    """Return the `Authorization` of a message to an endpoint. contact: a mailto: or https: address, empty for none."""
    place = urlsplit(endpoint)
    claims: dict[str, str | int] = {"aud": f"{place.scheme}://{place.netloc}", "exp": int((now + LASTS).timestamp())}
    if contact:
        claims["sub"] = contact
    signed = ".".join(b64(json.dumps(part, separators=(",", ":")).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"vapid t={signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={b64(public_of(key))}"


async def house_key(db: Database, cipher: Cipher) -> ec.EllipticCurvePrivateKey:
    """Return the deployment's key; it is made when it is first asked for."""
    async with db.read() as tx:
        sealed = await tx.secrets.get(OWNER, HOUSE, NAME)
    if sealed is None:
        async with db.write() as tx:
            # Two nodes may ask at once: whoever has the device table makes it, the other one finds it.
            await tx.push.lock()
            sealed = await tx.secrets.get(OWNER, HOUSE, NAME)
            if sealed is None:
                made = ec.generate_private_key(CURVE).private_numbers().private_value
                await put_secret(tx, cipher, OWNER, HOUSE, NAME, b64(made.to_bytes(32, "big")))
                sealed = await tx.secrets.get(OWNER, HOUSE, NAME)
    assert sealed is not None
    private = int.from_bytes(unb64(cipher.open(sealed, bound_to(OWNER, HOUSE, NAME)).decode()), "big")
    return ec.derive_private_key(private, CURVE)
