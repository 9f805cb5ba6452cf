"""What administrators do besides people, queues and channels: rules, webhooks and the like, together."""

from unisono.web.routes import audit, roles, rules, webhooks

ROUTES = [*roles.ROUTES, *audit.ROUTES, *rules.ROUTES, *webhooks.ROUTES]
