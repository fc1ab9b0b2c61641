"""What may be sent, and how it can end."""

from typing import Protocol

import msgspec


class Mail(msgspec.Struct, frozen=True):
    """One mail to one address. ``kind`` and ``locale`` only name its form; the text holds nothing that people wrote."""

    kind: str
    to: str
    subject: str
    text: str
    locale: str


class MailError(Exception):
    """It was not sent; ``reason`` is for logs and dead letters and names no address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AddressRefused(MailError):
    """Nobody receives mail at this address, for good: writing there again is pointless."""


class MailFailed(MailError):
    """Not now: the mail server cannot be reached, or will not take it from us. Trying again may help."""


class Mailer(Protocol):
    """The port. Adapters: `mail.smtp.SmtpMailer`, `mail.folder.FolderMailer`, `mail.folder.NoMailer`."""

    async def send(self, mail: Mail) -> None:
        """Hand a mail over. Raises AddressRefused or MailFailed; a lost answer may mean that it was sent."""
        ...

    def close(self) -> None:
        """Let go of threads."""
        ...
