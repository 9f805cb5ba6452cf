"""TLS from the first byte and after STARTTLS, to servers that prove who they are, and to some that do not."""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.connectors.email.box import Box, answer
from tests.connectors.email.dovecot import Dovecot
from tests.peers import dovecot
from unisono.contract import Sent
from unisono.domain.words import ChannelState
from unisono.testing.mailhouse.submission import Submission

pytestmark = pytest.mark.peer


def certificate(path: Path) -> Path:
    """Write a certificate for 127.0.0.1 that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.shop.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, private, serialization.NoEncryption()))
    return path


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("proof") / "mail.pem")


@pytest.fixture(scope="module")
def imap(proof: Path) -> Iterator[Dovecot]:
    dovecot()
    with Dovecot(certificate=proof) as server:
        yield server


@pytest.fixture(params=[True, False], ids=["STARTTLS", "TLS"])
def smtp(request: pytest.FixtureRequest, proof: Path) -> Iterator[Submission]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(proof)
    with Submission(tls=context, starttls=request.param) as door:
        yield door


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, proof: Path) -> None:
    """This machine trusts whoever signed it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(proof))


@pytest_asyncio.fixture
async def box(imap: Dovecot, smtp: Submission) -> AsyncIterator[Box]:
    async with AsyncExitStack() as stack:
        made = Box(imap, smtp, stack)
        starttls = smtp.starttls
        made.encryption = {
            "imap_security": "starttls" if starttls else "tls", "smtp_security": "starttls" if starttls else "tls",
            "imap_port": imap.port if starttls else imap.tls_port,
        }  # fmt: skip
        yield made


@pytest.mark.usefixtures("trusted")
async def test_a_mailbox_is_read_answered_and_waited_for_over_an_encrypted_line(box: Box) -> None:
    await box.open(**box.encryption)
    assert (await box.connector.check()).state is ChannelState.OK
    box.write("Frage", "Verschlüsselt?", message_id="<1@kunde.example>")
    [question], _ = await box.pulled()
    assert isinstance(await box.connector.send(answer(question), 1), Sent)
    assert len(box.smtp.taken) == 1
    listening = box.connector.listen()
    await anext(listening)
    await listening.aclose()  # type: ignore[attr-defined]


async def test_a_server_that_cannot_prove_its_name_gets_no_password(box: Box) -> None:
    await box.open(**box.encryption)
    health = await box.connector.check()
    assert (health.state, health.field) == (ChannelState.MISCONFIGURED, "imap_host")
    assert "certificate" in health.what
    assert box.smtp.log_ins == []


@pytest.mark.usefixtures("trusted")
async def test_the_wrong_kind_of_encryption_is_named(box: Box) -> None:
    other = {"starttls": "tls", "tls": "starttls"}
    wrong = {**box.encryption, "imap_security": other[str(box.encryption["imap_security"])], "timeout_s": 2}
    health = await (await box.open(**wrong)).check()
    assert health.state is not ChannelState.OK
    assert health.field in ("imap_security", "imap_host")
    wrong = {**box.encryption, "smtp_security": other[str(box.encryption["smtp_security"])], "timeout_s": 2}
    health = await (await box.open(**wrong)).check()
    assert health.state is not ChannelState.OK
    assert health.field in ("smtp_security", "smtp_host")
