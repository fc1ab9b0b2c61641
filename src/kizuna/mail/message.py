"""The bytes of a mail (RFC 5322), with the headers that keep machines from answering it. Pure.

No header can be smuggled in: line ends are refused by the policy, and the recipient is set as one address, not as text.
"""

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Final

import msgspec

from kizuna.mail.port import AddressRefused, Mail

LONGEST: Final = 254
# No quoted local parts, comments or literals: nobody signs up with one, and a list of addresses could hide in them.
_ADDRESS: Final = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}@[\w-]+(\.[\w-]+)*")


class Sender(msgspec.Struct, frozen=True):
    """Who writes: the address of the setting ``mail_from``, the server's title and its domain."""

    address: str
    title: str
    domain: str


def message(mail: Mail, sender: Sender, now_ms: int, unique: str) -> EmailMessage:
    """The mail as it is sent; ``unique`` becomes its Message-ID. Raises AddressRefused for what is no address."""
    to = recipient(mail.to)
    written = EmailMessage(policy=SMTP if to.addr_spec.isascii() else SMTPUTF8)
    host = sender.domain.partition(":")[0]
    written["From"] = Address(sender.title, addr_spec=sender.address)
    written["To"] = to
    written["Subject"] = mail.subject
    written["Date"] = format_datetime(datetime.fromtimestamp(now_ms // 1000, UTC))
    written["Message-ID"] = f"<{unique}@{host}>"
    written["List-Id"] = f"<{mail.kind}.{host}>"
    written["Auto-Submitted"] = "auto-generated"
    written["X-Auto-Response-Suppress"] = "All"
    written["Content-Language"] = mail.locale
    written.set_content(mail.text, cte="quoted-printable")
    return written


def is_address(text: str) -> bool:
    """Whether something looks like one address that a mail can be sent to (a subset of RFC 5321, 4.1.2; RFC 6531)."""
    return len(text) <= LONGEST and text.isprintable() and _ADDRESS.fullmatch(text) is not None


def recipient(address: str) -> Address:
    """One address, its domain in the form that mail servers take. Raises AddressRefused."""
    if not is_address(address):
        raise AddressRefused("not an address")
    local, _, domain = address.partition("@")
    try:
        return Address(username=local, domain=domain.encode("idna").decode("ascii"))
    except (ValueError, UnicodeError) as error:
        raise AddressRefused("not an address") from error
