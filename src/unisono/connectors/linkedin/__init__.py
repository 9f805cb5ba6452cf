"""LinkedIn: what members comment below a company page's posts, and posts that name the page."""

from unisono.connectors.linkedin.protocol import LinkedIn

connector = LinkedIn

__all__ = ["LinkedIn", "connector"]
