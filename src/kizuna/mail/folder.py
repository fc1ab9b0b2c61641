"""Mails kept in a directory, for the demo and for tests; and a server that sends none at all."""

from pathlib import Path

from kizuna.ground.clock import Clock
from kizuna.ground.randomness import Randomness
from kizuna.mail.message import Sender, message
from kizuna.mail.port import Mail, MailFailed


class FolderMailer:
    """Writes each mail into a file of its own, readable only by us; the names sort by time."""

    def __init__(self, place: Path, sender: Sender, clock: Clock, randomness: Randomness) -> None:
        self._place = place
        self._sender = sender
        self._clock = clock
        self._randomness = randomness

    async def send(self, mail: Mail) -> None:
        """Keep a mail. Raises AddressRefused, and MailFailed when the disk does not take it."""
        now, unique = self._clock.now_ms(), self._randomness.token(16)
        written = message(mail, self._sender, now, unique).as_bytes()
        try:
            self._place.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self._place / f"{now}-{unique}.part"
            part.touch(mode=0o600)
            part.write_bytes(written)
            part.replace(part.with_suffix(".eml"))
        except OSError as error:
            raise MailFailed(f"the mail cannot be kept: {error.strerror}") from error

    def close(self) -> None:
        """Nothing to let go of."""


class NoMailer:
    """A server without the setting ``mail``. Whoever asks it to send has not looked at the settings."""

    async def send(self, mail: Mail) -> None:
        """Raise MailFailed."""
        raise MailFailed(f"this server sends no mail: {mail.kind}")

    def close(self) -> None:
        """Nothing to let go of."""
