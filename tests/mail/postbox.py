"""A real mail server in this process, for whoever sends mail in a test."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from kizuna.mail.setting import SmtpServer, Tls


class Postbox:
    """What a mail server took, and what it refuses: its answer to RCPT by address."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refusals: dict[str, str] = {}
        self.users: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - the server calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        self.mails.append(BytesParser(EmailMessage, policy=default).parsebytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def let_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        """One user with one password."""
        fine = isinstance(given, LoginPassword) and given == LoginPassword(b"hana", b"p@ss/word")
        if isinstance(given, LoginPassword):
            self.users.append(given.login)
        return AuthResult(success=fine, handled=False)


@asynccontextmanager
async def serving(postbox: Postbox, tls: ssl.SSLContext | None = None) -> AsyncGenerator[SmtpServer]:
    """A mail server on loopback until the end of the block; with ``tls`` it offers STARTTLS, and needs a user."""
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            postbox,
            enable_SMTPUTF8=True,
            tls_context=tls,
            require_starttls=tls is not None,
            auth_required=tls is not None,
            authenticator=postbox.let_in,
            hostname="postbox.test",
            loop=loop,
        )

    server = await loop.create_server(session, "127.0.0.1", 0)
    kind: Tls = "none" if tls is None else "after greeting"
    host = "127.0.0.1" if tls is None else "localhost"
    try:
        yield SmtpServer(host, server.sockets[0].getsockname()[1], kind)
    finally:
        server.close()
