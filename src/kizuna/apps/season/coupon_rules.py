"""Codes of coupons, and who has to wait before using one. Pure."""

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter in it is taken for another or for a digit."""
LETTERS: Final = 16
"""80 bits."""
_CODE: Final = b"kizuna season coupon 1\n"
_ALIKE: Final = str.maketrans("OILU", "011V")
_BETWEEN: Final = re.compile(r"[\s\-]+")
_CODE_FORM: Final = re.compile(f"[{ALPHABET}]{{{LETTERS}}}")

YOUNG_MS: Final = 3 * 24 * 3600 * 1000
"""So old a face has to be before it uses a coupon: making many of them in an evening brings nothing."""
MANY: Final = 5
SHARE_ALONE: Final = 0.5


def code(root: bytes, code_id: int) -> str:
    """The code of a coupon: sixteen letters that only this server can make."""
    number = int.from_bytes(hmac.digest(root, _CODE + b"%d" % code_id, "sha256")[:10], "big")
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in range(LETTERS))


def spaced(code: str) -> str:
    """A code as people read it: four letters at a time."""
    return "-".join(code[start : start + 4] for start in range(0, LETTERS, 4))


def typed(sent: str) -> str | None:
    """A code as somebody has typed it: small letters, spaces, an O for a nought. None for what cannot be one."""
    if len(sent) > 4 * LETTERS:
        return None
    found = _BETWEEN.sub("", sent).upper().translate(_ALIKE)
    return found if _CODE_FORM.fullmatch(found) else None


def digest(code: str) -> str:
    """What a code is looked up by: whoever reads the table of codes cannot use any."""
    return hashlib.sha256(b"kizuna season coupon digest 1\n" + code.encode()).hexdigest()


def looks_made_up(friends_of: Mapping[int, int], known: Collection[int] | None = None) -> bool:
    """Whether somebody has to do mostly with people whom nobody else knows: then a host has a look before a coupon is
    used.

    ``friends_of``: those for whom they did the act, and of whom they have coupons, each with how many friends that one
    has. ``known``: those of them who were here before the season, or have a friend who was, other than the one asked
    about; None where nobody was here before it. So accounts that are made for a season and befriend each other are not
    known, however many they are.
    """
    alone = sum(count <= 1 or (known is not None and one not in known) for one, count in friends_of.items())
    return alone >= MANY and alone >= SHARE_ALONE * len(friends_of)
