"""E-mail: a mailbox read by IMAP and answered by SMTP."""

from unisono.connectors.email.protocol import Email

connector = Email

__all__ = ["Email", "connector"]
