"""A Facebook page: visitors' posts, comments on all levels, and posts elsewhere that mention the page."""

from unisono.connectors.facebook.protocol import Facebook

connector = Facebook

__all__ = ["Facebook", "connector"]
