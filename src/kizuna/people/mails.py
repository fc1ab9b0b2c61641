"""The mails that people get about their account: one constant form per kind, with nothing in it that anybody wrote.

A mail is asked for in the transaction of what it tells about, and sent by a duty. A link in one is made while it is
sent: its token is nowhere but in the mail, and what is stored is a hash that the next link of its kind replaces.
"""

import functools
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from kizuna.ground.i18n import LOCALES, Locale, Translator
from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect
from kizuna.mail.port import AddressRefused, Mail, Mailer
from kizuna.people import mail_queries
from kizuna.people.ports import People
from kizuna.people.tokens import token_hash
from kizuna.store.store import Tx

MAIL: Final = "people.mail"
MINUTE_MS: Final = 60 * 1000
Kind = Literal[
    "confirm",
    "change",
    "changed",
    "reset",
    "password",
    "factor",
    "approved",
    "declined",
    "signed_in",
    "left",
    "archive",
]
# The links that a mail of this kind carries: where they lead, and for how long they count.
LINKS: Final[dict[str, tuple[str, int]]] = {
    "confirm": ("/confirm/{token}", 24 * 60 * MINUTE_MS),
    "change": ("/confirm/{token}", 24 * 60 * MINUTE_MS),
    "reset": ("/reset/{token}", 60 * MINUTE_MS),
}


class Wanted(msgspec.Struct, frozen=True):
    """A mail to be sent. ``to`` and ``locale`` are given where the person's row will not tell them any more."""

    kind: Kind
    person_id: int
    to: str = ""
    locale: str = ""


def _(message: str) -> str:
    """Marks a message for the catalogue."""
    return message


FORMS: Final[dict[str, tuple[str, str]]] = {
    "confirm": (
        _("{title}: confirm your address"),
        _(
            "Somebody, probably you, signed up at {title} with this address. Open this page within a day to confirm it:"
            "\n\n{link}\n\nIf it was not you, you need do nothing."
        ),
    ),
    "change": (
        _("{title}: confirm your new address"),
        _(
            "Somebody, probably you, wants to use this address at {title}. Open this page within a day to confirm it:"
            "\n\n{link}\n\nIf it was not you, you need do nothing."
        ),
    ),
    "changed": (
        _("{title}: your address was changed"),
        _(
            "Your account at {title} has another e-mail address now, and nothing more will be sent to this one."
            "\n\nIf it was not you, write to whoever runs the server:\n\n{url}/about"
        ),
    ),
    "reset": (
        _("{title}: a new password"),
        _(
            "Somebody, probably you, forgot the password of an account at {title}. "
            "Open this page within an hour to choose a new one:"
            "\n\n{link}\n\nIf it was not you, you need do nothing: your password stays as it is."
        ),
    ),
    "password": (
        _("{title}: your password was changed"),
        _(
            "The password of your account at {title} was changed."
            "\n\nIf it was not you, choose a new one:\n\n{url}/reset"
        ),
    ),
    "factor": (
        _("{title}: the way you sign in was changed"),
        _(
            "A passkey, an authenticator app or the recovery codes of your account at {title} were changed. "
            "See them here:\n\n{url}/settings/security"
            "\n\nIf it was not you, choose a new password at once:\n\n{url}/reset"
        ),
    ),
    "approved": (
        _("{title}: welcome"),
        _("Your account at {title} is ready. Sign in here:\n\n{url}/sign-in"),
    ),
    "declined": (
        _("{title}: your sign-up"),
        _("{title} cannot take you in at present. What you wrote when you signed up has been deleted."),
    ),
    "signed_in": (
        _("{title}: a new sign-in"),
        _(
            "Somebody, probably you, signed in to your account at {title} from a browser or a place not seen lately. "
            "See it here:\n\n{url}/settings/sign-ins"
            "\n\nIf it was not you, choose a new password at once:\n\n{url}/reset"
        ),
    ),
    "left": (
        _("{title}: your account was deleted"),
        _("Your account at {title} is deleted, with all that was yours there. This is the last mail to you."),
    ),
    "archive": (
        _("{title}: your archive is ready"),
        _("The archive that you asked for at {title} is ready for three days:\n\n{url}/settings/archive"),
    ),
}


async def ask_mail(people: People, tx: Tx, wanted: Wanted) -> None:
    """Ask for a mail in this transaction; nothing happens on a server that sends none. A link's waits once."""
    if people.config.mail:
        key = f"{wanted.kind}:{wanted.person_id}" if wanted.kind in LINKS else None
        await duties.add(tx, MAIL, wanted, key=key)


async def send(
    people: People, mailer: Mailer, speak: Callable[[Locale], Translator], duty: Duty
) -> Effect | None:
    """The duty: write and send one mail. Raises MailFailed, so that it is tried again."""
    wanted = msgspec.json.decode(duty.payload, type=Wanted)
    row = await mail_queries.addresses(people.store.reads, wanted.person_id)
    known = "" if row is None else (row.new_email if wanted.kind == "change" else row.email) or ""
    to = wanted.to or known
    if not to or (row is None and wanted.kind in LINKS):
        return None
    locale = spoken(people, wanted.locale or (row.locale if row else ""))
    link = await _make_link(people, wanted, to) if wanted.kind in LINKS else ""
    try:
        await mailer.send(write(people, wanted.kind, to, speak(locale), link))
    except AddressRefused:
        return functools.partial(mail_queries.bounced, wanted.person_id, to)
    return None


def spoken(people: People, wanted: str) -> Locale:
    """The language that somebody wants, or the server's."""
    for locale in LOCALES:
        if locale == wanted:
            return locale
    return people.config.language


def write(people: People, kind: str, to: str, speak: Translator, link: str) -> Mail:
    """The mail of a kind. Its address and its links come from the settings, never from a request."""
    subject, text = FORMS[kind]
    values = {"title": people.config.title, "url": people.config.url, "link": link}
    return Mail(kind, to, speak(subject, **values), f"{speak(text, **values)}\n", speak.locale)


async def _make_link(people: People, wanted: Wanted, to: str) -> str:
    """Make the link of a mail; older ones of its kind are worthless from here on."""
    token = people.randomness.token()
    path, lasts_ms = LINKS[wanted.kind]
    digest = token_hash("mail link", token)

    async def apply(tx: Tx) -> None:
        await mail_queries.set_link(
            tx,
            wanted.person_id,
            wanted.kind,
            {"token_hash": digest, "email": to, "expires_at": tx.now_ms + lasts_ms},
        )

    await people.store.write(apply)
    return people.config.url + path.format(token=token)
