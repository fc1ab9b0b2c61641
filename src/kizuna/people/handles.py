"""The rule for handles of both planes, and for the name shown beside them. Pure.

A handle is 1 to 30 of ``a-z 0-9 _``, kept in lower case. Refused are words that would pass for the server itself, with
their look-alikes (``adm1n``, ``supp0rt``), and, by the skeleton kept with each face, look-alikes of taken handles.
"""

import re
from typing import Final

from kizuna.ground import text
from kizuna.ground.errors import Invalid

LONGEST_HANDLE: Final = 30
LONGEST_NAME: Final = 30
_HANDLE: Final = re.compile(r"[a-z0-9_]{1,30}")

# Words that speak for the server, its planes or its parts.
_WORDS: Final = """
    about abuse account accounts actor admin administrator all announcement announcements anonymous api app apps billing
    circle contact deleted emergency everybody everyone here help home hostmaster info instance internal invite invites
    kizuna legal letters localhost mail mod moderator moderators me nobody noreply notifications null oauth official
    operator owner password postmaster privacy public register relay root safety search security self server settings
    signin signout signup square staff status statuses sudo support system tags team terms tie undefined unknown
    username webmaster www
"""
RESERVED: Final = frozenset(_WORDS.split())
# What a reader takes for each other in lower case: Unicode Technical Standard 39, as far as it touches these letters.
_TWINS: Final = (("0", "o"), ("1", "l"), ("rn", "m"), ("vv", "w"))


def check_handle(raw: str) -> str:
    """The handle as it is stored. Raises Invalid (field ``handle``) saying what is wrong with it."""
    handle = raw.lower() if raw.isascii() else raw
    if not handle:
        raise Invalid("Choose a handle.", field="handle")
    if len(handle) > LONGEST_HANDLE:
        raise Invalid("A handle has at most {most} characters.", field="handle", most=LONGEST_HANDLE)
    if not _HANDLE.fullmatch(handle):
        raise Invalid("A handle is made of the letters a to z, digits and underscores only.", field="handle")
    if not handle.strip("_"):
        raise Invalid("A handle needs a letter or a digit.", field="handle")
    if _bold(handle) in _RESERVED_BOLD:
        raise Invalid("This handle is reserved.", field="handle")
    return handle


def could_be_handle(text: str) -> bool:
    """Whether a handle could be written like this; what cannot need not be looked for."""
    return _HANDLE.fullmatch(text) is not None


def skeleton(handle: str) -> str:
    """What two handles have in common that a reader cannot tell apart."""
    for seen, meant in _TWINS:
        handle = handle.replace(seen, meant)
    return handle


def check_display_name(raw: str) -> str:
    """The name as it is stored, empty when nothing of it can be seen. Raises Invalid (field ``display_name``)."""
    name = text.clean_line(raw, "display_name")
    text.check_length(name, LONGEST_NAME, "display_name")
    return "" if text.is_blank(name) else name


def _bold(handle: str) -> str:
    """A coarser skeleton for reserved words: somebody who plays the administrator is believed more easily."""
    return skeleton(handle.replace("_", "")).replace("i", "l")


_RESERVED_BOLD: Final = frozenset(_bold(word) for word in RESERVED)
