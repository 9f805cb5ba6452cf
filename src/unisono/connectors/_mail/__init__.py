"""A mailbox read over IMAP, and mails taken apart: shared by e-mail and by networks that tell of themselves by mail.

It is no connector: no manifest, no entry point, and it knows neither of those that use it (ADR 0007).
"""
