"""Matrix: direct chats with an account, and public rooms in which it is named."""

from unisono.connectors.matrix.protocol import Matrix

connector = Matrix

__all__ = ["Matrix", "connector"]
