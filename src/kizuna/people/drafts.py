"""Under what, and with which key, a browser keeps what somebody is writing (web/static/js/drafts.js)."""

import base64
import hashlib
import hmac
from typing import Final

from kizuna.people import queries
from kizuna.people.models import Viewer
from kizuna.people.ports import People

_PURPOSE: Final = b"kizuna drafts, version 1"
_NAME_BYTES: Final = 9
_KEY_BYTES: Final = 32


async def draft_key(people: People, viewer: Viewer) -> str:
    """A name and a key of 256 bits, the same in every session of a person, and told to nobody else; empty for none.

    Derived from the stored hash of the password (HMAC-SHA512), which it does not tell: nothing more has to be kept, and
    with another password what lies in browsers cannot be read any more.
    """
    argon2 = await queries.credential_of_person(people.store.reads, viewer.person_id)
    if argon2 is None:
        return ""
    digest = hmac.digest(argon2.encode(), _PURPOSE, hashlib.sha512)
    name, key = digest[:_NAME_BYTES], digest[_NAME_BYTES : _NAME_BYTES + _KEY_BYTES]
    return f"{_text(name)}.{_text(key)}"


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
