"""What administrators do besides people, queues and channels: rules, webhooks and the like, together."""

from unisono.web.routes import rules, webhooks

ROUTES = [*rules.ROUTES, *webhooks.ROUTES]
