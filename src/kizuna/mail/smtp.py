"""Mails handed to a mail server (RFC 5321), on threads of their own: the standard library's client blocks."""

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import Final

from kizuna.ground.clock import Clock
from kizuna.ground.randomness import Randomness
from kizuna.mail.message import Sender, message
from kizuna.mail.port import AddressRefused, Mail, MailFailed
from kizuna.mail.setting import SmtpServer

THREADS: Final = 2
TIMEOUT_S: Final = 30.0
# Enhanced status codes (RFC 3463) that speak of us or of the moment, not of the address: policy, and a full mailbox.
_NOT_THE_ADDRESS: Final = ("5.7.", "5.2.2", "5.3.")


class SmtpMailer:
    """The adapter for a mail server. Certificates are checked; ``context`` says by whose authority."""

    def __init__(
        self,
        server: SmtpServer,
        sender: Sender,
        clock: Clock,
        randomness: Randomness,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock
        self._randomness = randomness
        self._context = context
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="smtp")

    async def send(self, mail: Mail) -> None:
        """Hand a mail over. Raises AddressRefused or MailFailed."""
        written = message(mail, self._sender, self._clock.now_ms(), self._randomness.token(16))
        await asyncio.get_running_loop().run_in_executor(self._pool, self._deliver, written)

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=True)

    def _deliver(self, written: EmailMessage) -> None:
        try:
            with self._connected() as connection:
                connection.send_message(written)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _refused(code, said) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailFailed(f"the mail server cannot do it: {error}") from error
        except smtplib.SMTPResponseException as error:
            raise MailFailed(f"the mail server refused: {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailFailed(f"the mail server cannot be used: {type(error).__name__}") from error

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.tls == "from the start":
            connection = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=self._trust())
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        try:
            if server.tls == "after greeting":
                connection.starttls(context=self._trust())
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _trust(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()


def _refused(code: int, said: bytes) -> AddressRefused | MailFailed:
    """What a refusal of the recipient means: only a lasting one that speaks of the address ends it."""
    text = said.decode("ascii", "replace")
    if code < 500 or text.startswith(_NOT_THE_ADDRESS):
        return MailFailed(f"the mail server refused the recipient: {code}")
    return AddressRefused(f"the address does not exist: {code}")
