"""Recovery codes: for whoever has lost the second factor. 80 random bits each, so that a fast hash is enough. Pure."""

import base64
from typing import Final

from kizuna.ground.randomness import Randomness
from kizuna.people.tokens import token_hash

COUNT: Final = 10
_LENGTH: Final = 16


def make_codes(randomness: Randomness) -> list[str]:
    """Ten codes as they are shown, once."""
    raw = [base64.b32encode(randomness.bytes(10)).decode().lower() for _ in range(COUNT)]
    return ["-".join(code[place : place + 4] for place in range(0, _LENGTH, 4)) for code in raw]


def code_hash(typed: str, person_id: int) -> bytes:
    """What is stored of a code: of this person only, however it was grouped or spelled."""
    plain = "".join(letter for letter in typed.lower() if letter.isalnum())
    return token_hash("recovery", f"{person_id} {plain}")
