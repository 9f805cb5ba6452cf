"""How a delivery proves where it comes from: an HMAC over id, time and the raw body.

Source: Standard Webhooks, version 1 (`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`); secrets begin with
`whsec_`, and what follows is base64.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - how a secret begins
SECRET_NAME: Final = "signing"  # noqa: S105 - under which name it is kept
OWNER: Final = "webhook"


def new_secret() -> str:
    """Return a secret of 32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((delivery_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
