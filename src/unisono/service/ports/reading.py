"""What is asked of the store about views: the shapes that the desk and the API show."""

from typing import Protocol


class Reading(Protocol):
    """Port for views: the shapes that the desk and the API show."""
