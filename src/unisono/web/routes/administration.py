"""What administrators do besides people, queues and channels: rules, webhooks and the like, together."""

from unisono.web.routes import audit, first_steps, retention, roles, rules, webhooks

ROUTES = [*first_steps.ROUTES, *retention.ROUTES, *roles.ROUTES, *audit.ROUTES, *rules.ROUTES, *webhooks.ROUTES]
