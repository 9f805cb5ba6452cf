"""What is asked of the store about channels, queues, skills, teams, brands, codes and settings."""

from typing import Protocol


class Setup(Protocol):
    """Port for channels, queues, skills, teams, brands, codes and settings."""
