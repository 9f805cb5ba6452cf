"""The mail peers of these tests: Dovecot with a scripted identity provider behind it, and a provider's SMTP server."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.connectors.email.box import Box
from tests.connectors.email.dovecot import Dovecot, start_dovecot
from unisono.testing.mailhouse.identity import IdentityProvider
from unisono.testing.mailhouse.submission import Submission


@pytest.fixture(scope="session")
def provider() -> Iterator[IdentityProvider]:
    """One provider for all tests: each has mailboxes of its own."""
    with IdentityProvider() as provider:
        yield provider


@pytest.fixture(scope="session")
def imap(provider: IdentityProvider) -> Iterator[Dovecot]:
    """One Dovecot for all tests: each has mailboxes of its own."""
    server = start_dovecot(introspection=provider.introspection_url)
    yield server
    server.stop()


@pytest.fixture
def smtp() -> Iterator[Submission]:
    """An SMTP server that takes passwords, or mails without any log-in."""
    with Submission() as door:
        yield door


@pytest.fixture
def token_smtp(provider: IdentityProvider) -> Iterator[Submission]:
    """An SMTP server that takes mails from whoever brings a good access token."""
    with Submission(log_in=True, token_owner=provider.owner_of) as door:
        yield door


@pytest_asyncio.fixture
async def box(imap: Dovecot, smtp: Submission) -> AsyncIterator[Box]:
    """A mailbox of its own for each test, opened by its password."""
    async with AsyncExitStack() as stack:
        made = Box(imap, smtp, stack)
        await made.open()
        yield made
