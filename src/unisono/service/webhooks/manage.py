"""Webhooks are added, changed, tried and removed by who may; their secret is shown once."""

from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict, replace

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.event_types import EVENT_TYPES
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.privacy import Cipher
from unisono.service.ports.webhooks import Webhook, WebhookChange
from unisono.service.secrets import put_secret
from unisono.service.users import checked_name
from unisono.service.webhooks.follow import TEST, delivery
from unisono.service.webhooks.signing import OWNER, SECRET_NAME, new_secret

MAX_WEBHOOKS = 100
MAX_URL_CHARS = 2_000


async def add_webhook(db: Database, cipher: Cipher, access: Access, webhook: Webhook) -> str:
    """Add a webhook and return its secret, which is shown this once. Raises Invalid, Conflict when there are too many."""
    _check(webhook)
    secret = new_secret()
    async with db.write() as tx:
        known = await tx.webhooks.all()
        if any(one.id == webhook.id for one in known):
            # Asked again after the answer was lost: the secret is kept nowhere in clear.
            raise Conflict("This webhook is there already. Make it a new secret if its own was lost.", code="already_done")
        if len(known) >= MAX_WEBHOOKS:
            raise Conflict(f"There are {MAX_WEBHOOKS} webhooks already; remove one that nobody needs.", code="too_many")
        await tx.webhooks.add(replace(webhook, name=checked_name(webhook.name)))
        await put_secret(tx, cipher, OWNER, webhook.id, SECRET_NAME, secret)
        await _told(tx, access, "webhook.added", webhook.id)
    return secret


async def change_webhook(db: Database, access: Access, webhook_id: UUID, change: WebhookChange) -> None:
    """Change what is named; switched on again it begins where it stopped. Raises NotFound, Invalid."""
    async with db.write() as tx:
        before = await find_webhook(tx, webhook_id)
        named = {name: value for name, value in asdict(change).items() if value is not UNSET}
        _check(replace(before, **named))
        if change.enabled is not UNSET and change.enabled != before.enabled:
            change = replace(
                change, failing_since=None, disabled_at=None if change.enabled else tx.now,
                disabled_why="" if change.enabled else "by_hand",
            )  # fmt: skip
        await tx.webhooks.change(webhook_id, change)
        await _told(tx, access, "webhook.changed", webhook_id, fields=sorted(named))


async def renew_secret(db: Database, cipher: Cipher, access: Access, webhook_id: UUID) -> str:
    """Return a new secret; from now on it alone signs. Raises NotFound."""
    secret = new_secret()
    async with db.write() as tx:
        await find_webhook(tx, webhook_id)
        await put_secret(tx, cipher, OWNER, webhook_id, SECRET_NAME, secret)
        await _told(tx, access, "webhook.secret_renewed", webhook_id)
    return secret


async def remove_webhook(db: Database, access: Access, webhook_id: UUID) -> None:
    """Take a webhook away with its secret and its deliveries. Raises NotFound."""
    async with db.write() as tx:
        await find_webhook(tx, webhook_id)
        await tx.webhooks.remove(webhook_id)
        await tx.secrets.remove(OWNER, webhook_id)
        await _told(tx, access, "webhook.removed", webhook_id)


async def try_webhook(db: Database, access: Access, webhook_id: UUID) -> UUID:
    """Queue a delivery of the type `webhook.test` and return its id. Raises NotFound, Conflict when it is switched off."""
    async with db.write() as tx:
        webhook = await find_webhook(tx, webhook_id)
        if not webhook.enabled:
            raise Conflict("This webhook is switched off; switch it on to try it.", code="switched_off")
        payload = {"type": TEST, "v": 1, "at": tx.now.isoformat(), "actor_id": str(access.user_id), "body": {}}
        made = delivery(webhook_id, new_id(), TEST, payload, None, tx.now)
        await tx.webhooks.queue([made])
        await _told(tx, access, "webhook.tried", webhook_id)
    return made.id


async def replay(db: Database, access: Access, webhook_id: UUID, delivery_id: UUID | None) -> int:
    """Send one delivery again, or all that were given up, from the beginning; returns how many. Raises NotFound."""
    async with db.write() as tx:
        await find_webhook(tx, webhook_id)
        count = await tx.webhooks.replay(webhook_id, delivery_id)
        if delivery_id is not None and count == 0:
            raise NotFound("This delivery does not exist, or is on its way.")
        await _told(tx, access, "webhook.replayed", webhook_id, count=count)
    return count


async def find_webhook(tx: Tx, webhook_id: UUID) -> Webhook:
    """Return a webhook. Raises NotFound."""
    found = next((one for one in await tx.webhooks.all() if one.id == webhook_id), None)
    if found is None:
        raise NotFound("This webhook does not exist.")
    return found


def _check(webhook: Webhook) -> None:
    checked_name(webhook.name)
    scheme, _, rest = webhook.url.partition("://")
    if scheme not in ("https", "http") or not rest or "@" in rest.split("/")[0] or len(webhook.url) > MAX_URL_CHARS:
        raise Invalid("A webhook has a whole address that begins with https://, without a password.", code="bad_url", field="url")
    kinds = {f"{name.split('.')[0]}.*" for name in EVENT_TYPES} | {"*", *EVENT_TYPES}
    unknown = [name for name in webhook.events if name not in kinds]
    if unknown:
        raise Invalid(f"{', '.join(unknown)} is no event; docs/events lists them.", code="no_event", field="events")


async def _told(tx: Tx, access: Access, action: str, webhook_id: UUID, **body: object) -> None:
    await tx.privacy.audit(access.user_id, action, "webhook", str(webhook_id), dict(body))
    tx.emit(NewEvent(type="webhook.changed", actor_id=access.user_id, body={"webhook_id": webhook_id}))
