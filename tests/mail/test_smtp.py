"""Sending by SMTP: what arrives, what a refusal means, and that nothing goes over an open line."""

import asyncio
import ssl
from pathlib import Path

import msgspec
import pytest

from kizuna.ground.randomness import SeededRandomness
from kizuna.mail.message import Sender
from kizuna.mail.port import AddressRefused, Mail, MailFailed
from kizuna.mail.setting import SmtpServer
from kizuna.mail.smtp import SmtpMailer
from tests.fakes import FakeClock
from tests.fetch.test_tls import certificate, served
from tests.mail.postbox import Postbox, serving

SENDER = Sender("kizuna@harbour.example", "港, Harbour", "harbour.example:3000")
MAIL = Mail(
    "reset",
    "hana@example.com",
    "新しいパスワード",
    "リンクはこちら\n\nhttps://harbour.example/reset/x\n",
    "ja",
)


async def send(server: SmtpServer, *mails: Mail, context: ssl.SSLContext | None = None) -> None:
    mailer = SmtpMailer(server, SENDER, FakeClock(), SeededRandomness("mail"), context)
    try:
        for mail in mails:
            await mailer.send(mail)
    finally:
        mailer.close()


def test_a_mail_arrives_with_headers_that_keep_machines_quiet() -> None:
    async def go() -> None:
        postbox = Postbox()
        async with serving(postbox) as server:
            await send(server, MAIL)
        (mail,) = postbox.mails
        assert postbox.recipients == ["hana@example.com"]
        assert mail["From"].addresses[0].display_name == "港, Harbour"
        assert mail["From"].addresses[0].addr_spec == "kizuna@harbour.example"
        assert mail["Subject"] == MAIL.subject
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Id"] == "<reset.harbour.example>"
        assert mail["Date"].datetime.timestamp() == FakeClock().now_ms() // 1000
        assert mail["Message-ID"].endswith("@harbour.example>")
        assert mail.get_content_type() == "text/plain"
        assert mail.get_content().replace("\r\n", "\n") == MAIL.text

    asyncio.run(go())


@pytest.mark.parametrize(
    "to",
    [
        "hana@example.com\r\nBcc: eve@example.com",
        "hana@example.com, eve@example.com",
        "hana@example.com>\r\nRCPT TO:<eve@example.com",
        "hana@exam ple.com",
        "hana",
        "@example.com",
        "hana@",
    ],
)
def test_no_second_recipient_and_no_header_can_be_smuggled_in(to: str) -> None:
    async def go() -> None:
        postbox = Postbox()
        async with serving(postbox) as server:
            with pytest.raises((AddressRefused, MailFailed)):
                await send(server, msgspec.structs.replace(MAIL, to=to))
        assert postbox.mails == []

    asyncio.run(go())


def test_a_subject_has_one_line() -> None:
    async def go() -> None:
        postbox = Postbox()
        async with serving(postbox) as server:
            with pytest.raises(ValueError, match=r"linefeed|newline|carriage"):
                await send(server, msgspec.structs.replace(MAIL, subject="x\r\nBcc: eve@example.com"))
        assert postbox.mails == []

    asyncio.run(go())


def test_only_a_lasting_refusal_of_the_address_ends_it() -> None:
    async def go() -> None:
        postbox = Postbox()
        postbox.refusals = {
            "gone@example.com": "550 5.1.1 No such mailbox",
            "old@example.com": "550 No such mailbox",
            "full@example.com": "552 5.2.2 Mailbox full",
            "later@example.com": "451 4.3.0 Try again",
            "policy@example.com": "550 5.7.1 We do not know you",
        }
        async with serving(postbox) as server:
            for to, refusal in (("gone", AddressRefused), ("old", AddressRefused), ("full", MailFailed),
                                ("later", MailFailed), ("policy", MailFailed)):  # fmt: skip
                with pytest.raises(refusal) as error:
                    await send(server, msgspec.structs.replace(MAIL, to=f"{to}@example.com"))
                assert "example.com" not in error.value.reason, "a reason is logged and names no address"
        assert postbox.mails == []

    asyncio.run(go())


def test_tls_is_checked_and_a_password_only_goes_through_it(tmp_path: Path) -> None:
    file = certificate(tmp_path, "localhost")
    trusting = ssl.create_default_context(cafile=str(file))

    async def go() -> None:
        postbox = Postbox()
        async with serving(postbox, served(file)) as server:
            known = msgspec.structs.replace(server, user="hana", password="p@ss/word")
            with pytest.raises(MailFailed, match="SSLCertVerificationError"):
                await send(known, MAIL)
            with pytest.raises(MailFailed, match="535"):
                await send(msgspec.structs.replace(known, password="wrong"), MAIL, context=trusting)
            assert postbox.mails == []
            await send(known, MAIL, context=trusting)
        assert len(postbox.mails) == 1

    asyncio.run(go())


def test_a_server_without_tls_gets_nothing_where_tls_is_wanted() -> None:
    async def go() -> None:
        postbox = Postbox()
        async with serving(postbox) as server:
            wanted = msgspec.structs.replace(server, tls="after greeting", user="hana", password="p@ss/word")
            with pytest.raises(MailFailed, match="cannot do it"):
                await send(wanted, MAIL)
        assert (postbox.mails, postbox.users) == ([], [])

    asyncio.run(go())


def test_nobody_listening_is_a_failure_and_names_no_address() -> None:
    async def go() -> None:
        with pytest.raises(MailFailed, match="ConnectionRefusedError"):
            await send(SmtpServer("127.0.0.1", 1, "none"), MAIL)

    asyncio.run(go())
