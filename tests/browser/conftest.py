"""Houses without the demo's town, for pages that need a network of their own."""

from tests.web.conftest import make_house

__all__ = ["make_house"]
