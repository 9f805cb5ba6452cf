"""Xing: what its notification mails tell, proved by the receiving mail server; answered on Xing itself."""

from unisono.connectors.xing.protocol import Xing

connector = Xing

__all__ = ["Xing", "connector"]
