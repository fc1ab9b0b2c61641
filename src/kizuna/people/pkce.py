"""Proof Key for Code Exchange (RFC 7636), method S256 only: ``plain`` would protect nothing. Pure."""

import base64
import hashlib
import hmac
import re
from typing import Final

from kizuna.people.refusals import InvalidRequest

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def check_challenge(challenge: str | None, method: str | None) -> str | None:
    """The challenge of an authorisation request, None when it uses no PKCE. Raises InvalidRequest."""
    if not challenge:
        if method:
            raise InvalidRequest("The code challenge is missing.")
        return None
    if method != "S256":
        raise InvalidRequest("The code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequest("The code challenge is malformed.")
    return challenge


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def proves(challenge: str | None, verifier: str | None) -> bool:
    """Whether the verifier belongs to the challenge.

    A verifier without a challenge is refused too: somebody may have cut the challenge out of the authorisation request
    (RFC 9700, 2.1.1).
    """
    if challenge is None:
        return not verifier
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)
