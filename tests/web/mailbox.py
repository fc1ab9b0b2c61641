"""The mails that a server under test kept in its directory, read as their recipients would."""

import asyncio
import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from kizuna.ground.config import Config
from tests.web.conftest import config_of

MOST_SECONDS = 20.0


def mailing(place: Path, **more: object) -> Config:
    """A server that keeps its mails beside its data."""
    return config_of(place, mail=f"folder:{place / 'mails'}", mail_from="kizuna@harbour.example", **more)


class Mailbox:
    """All mails of a server, oldest first."""

    def __init__(self, config: Config) -> None:
        self._place = Path(config.mail.removeprefix("folder:"))

    def all(self) -> list[EmailMessage]:
        """What came so far."""
        parser = BytesParser(EmailMessage, policy=default)
        return [parser.parsebytes(path.read_bytes()) for path in sorted(self._place.glob("*.eml"))]

    def kinds(self) -> list[str]:
        """What kinds of mails came."""
        return [str(mail["List-Id"]).strip("<").partition(".")[0] for mail in self.all()]

    async def next(self, kind: str, number: int = 1) -> EmailMessage:
        """The mail of a kind that is the ``number``-th to come; waits for it."""
        async with asyncio.timeout(MOST_SECONDS):
            while True:
                found = [mail for mail, is_ in zip(self.all(), self.kinds(), strict=True) if is_ == kind]
                if len(found) >= number:
                    return found[number - 1]
                await asyncio.sleep(0.02)


def link_in(mail: EmailMessage, origin: str) -> str:
    """The path of the only link that a mail carries."""
    (link,) = re.findall(r"https?://\S+", str(mail.get_content()))
    assert link.startswith(f"{origin}/"), link
    return link.removeprefix(origin)
