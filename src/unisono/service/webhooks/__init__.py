"""Webhooks: what happens is told to other systems, at least once, by ids, signed."""
