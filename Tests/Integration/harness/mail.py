"""A mail server (aiosmtpd) that keeps what it is given, with TLS by an authority of our own."""

import datetime
import ipaddress
import re
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from . import leaks
from .processes import free_port


class Authority:
    """A certificate for 127.0.0.1, signed by itself."""

    def __init__(self, folder: Path, name: str = "127.0.0.1"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.timezone.utc)
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))])
        certificate = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1)).add_extension(alternative, False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256())
        )  # fmt: skip
        self.file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )  # fmt: skip
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.file, key_file)


class MailServer:
    def __init__(self, authority: Authority | None = None, password: str | None = None):
        self.port, self.authority, self.password = free_port(), authority, password
        self.letters: list[EmailMessage] = []
        #: Recipients that are refused, each with an answer.
        self.refused: dict[str, str] = {}
        #: Recipients whose letter is taken, and nothing is said of it.
        self.hung_up_on: set[str] = set()
        #: What is said to every sender.
        self.refuses_senders: str | None = None
        #: How often somebody said who sends.
        self.senders = 0
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._controller.stop()

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["X-RcptTo"] == address]

    def token(self, address: str) -> str:
        """That of the latest letter to somebody."""
        return token_of(self.to(address)[-1])

    # What aiosmtpd calls.

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        self.senders += 1
        if self.refuses_senders:
            return self.refuses_senders
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if answer := self.refused.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        letter = message_from_bytes(envelope.content, policy=policy.default)
        letter["X-RcptTo"], letter["X-MailFrom"] = ", ".join(envelope.rcpt_tos), envelope.mail_from
        letter["X-TLS"] = "yes" if session.ssl else "no"
        self.letters.append(letter)
        if not self.hung_up_on.isdisjoint(envelope.rcpt_tos):
            server.transport.abort()
        return "250 OK"


class _Controller(Controller):
    def factory(self) -> SMTP:
        mail = self.handler

        def authenticate(server, session, envelope, mechanism, data) -> AuthResult:
            good = isinstance(data, LoginPassword) and data.password.decode() == mail.password
            return AuthResult(success=good, handled=False)

        return SMTP(
            mail, tls_context=mail.authority and mail.authority.context, require_starttls=mail.authority is not None,
            auth_required=mail.password is not None, authenticator=authenticate, auth_require_tls=True,
        )  # fmt: skip


def text_of(letter: EmailMessage) -> str:
    return letter.get_body(("plain",)).get_content()


def html_of(letter: EmailMessage) -> str:
    return letter.get_body(("html",)).get_content()


def token_of(letter: EmailMessage) -> str:
    [token] = re.findall(r"\?token=([A-Za-z0-9_-]{43})\b", text_of(letter))
    assert token in html_of(letter)
    return leaks.secret(token, "the token of an invitation")
