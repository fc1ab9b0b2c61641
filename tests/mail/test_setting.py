"""The setting ``mail``, and mails that are kept in a directory."""

import asyncio
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest

from kizuna.ground.config import ConfigError, make_config
from kizuna.ground.randomness import SeededRandomness
from kizuna.mail.folder import FolderMailer, NoMailer
from kizuna.mail.message import Sender
from kizuna.mail.port import Mail, MailFailed
from kizuna.mail.setting import SmtpServer, parse_mail
from tests.fakes import FakeClock

MAIL = Mail("confirm", "hana@例え.jp", "A subject", "A text\n", "en")


def test_a_mail_server_is_read_from_an_address() -> None:
    assert parse_mail("smtps://ha%40na:p%2Fw@mail.example") == SmtpServer(
        "mail.example", 465, "from the start", "ha@na", "p/w"
    )
    assert parse_mail("smtp://mail.example:2525") == SmtpServer("mail.example", 2525, "after greeting")
    assert parse_mail("smtp://localhost:25") == SmtpServer("localhost", 25, "none")
    assert parse_mail("folder:/tmp/mails") == Path("/tmp/mails")
    assert parse_mail("") is None
    assert "secret" not in repr(parse_mail("smtps://hana:secret@mail.example"))


@pytest.mark.parametrize(
    "setting", ["mail.example", "http://mail.example", "smtp://", "folder:", "smtp://h:x", "smtp://h/p"]
)
def test_anything_else_is_an_error_of_the_administrator(setting: str) -> None:
    with pytest.raises(ConfigError, match='"mail" is'):
        parse_mail(setting)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"mail": "smtp://localhost"}, "mail_from"),
        ({"mail": "smtp://localhost", "mail_from": "a@b\r\nBcc: c@d"}, "mail_from"),
        ({"mail_confirmation": "required"}, 'needs "mail"'),
    ],
)
def test_settings_that_do_not_fit_each_other_are_refused(settings: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        make_config(settings)


def test_a_directory_keeps_mails_for_nobody_else(tmp_path: Path) -> None:
    sender = Sender("kizuna@harbour.example", "Harbour", "localhost:3000")
    mailer = FolderMailer(tmp_path / "mails", sender, FakeClock(), SeededRandomness("mail"))
    asyncio.run(mailer.send(MAIL))
    (file,) = (tmp_path / "mails").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    mail = BytesParser(EmailMessage, policy=default).parsebytes(file.read_bytes())
    assert mail["To"].addresses[0].addr_spec == "hana@xn--r8jz45g.jp"
    assert mail.get_content().split() == MAIL.text.split()


def test_without_a_mail_server_nothing_pretends_to_be_sent() -> None:
    with pytest.raises(MailFailed):
        asyncio.run(NoMailer().send(MAIL))
