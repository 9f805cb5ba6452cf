"""Local mail peers for the demo and for tests: mailboxes on disk, a door for SMTP, and a small IMAP server.

Not a mail server for anybody's real mail: no encryption, loopback only, one password for all mailboxes.
"""

from unisono.testing.mailhouse.boxes import Boxes, StoredMail
from unisono.testing.mailhouse.house import MailHouse

__all__ = ["Boxes", "MailHouse", "StoredMail"]
