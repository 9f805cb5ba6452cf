"""What is asked of the store about users, grants, sessions, tokens and links."""

from typing import Protocol


class People(Protocol):
    """Port for users, grants, sessions, tokens and links."""
