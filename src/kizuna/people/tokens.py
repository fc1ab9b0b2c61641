"""Tokens: 256 random bits given out once; what is stored is their SHA-256. Pure.

A fast hash is enough, because nobody can guess the token. The purpose is hashed with it, so that a session's token is
worth nothing as a bearer token, and the other way round.
"""

import hashlib
from typing import Literal

Purpose = Literal[
    "session", "bearer", "code", "app secret", "invite", "mail link", "step", "recovery", "browser"
]


def token_hash(purpose: Purpose, token: str) -> bytes:
    """The 32 bytes under which a token is kept and looked up. Any text is fine: a malformed one is found nowhere."""
    return hashlib.sha256(f"kizuna {purpose}\n{token}".encode(errors="replace")).digest()
