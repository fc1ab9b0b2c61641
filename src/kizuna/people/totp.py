"""One-time codes by time (RFC 6238 on RFC 4226): SHA-1, six digits, half a minute, as all apps do. Pure."""

import base64
import hmac
from typing import Final
from urllib.parse import quote, urlencode

DIGITS: Final = 6
STEP_MS: Final = 30_000
DRIFT: Final = 1
KEY_BYTES: Final = 20


def code_at(key: bytes, step: int) -> str:
    """The code of one half minute (RFC 4226, 5.3)."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(key: bytes, code: str, now_ms: int, after: int) -> int | None:
    """The half minute whose code this is: now, or one before or after; only one later than ``after``, the last used."""
    now = now_ms // STEP_MS
    steps = range(now - DRIFT, now + DRIFT + 1)
    # All are compared, so that the time tells nothing.
    fits = [step for step in steps if hmac.compare_digest(code_at(key, step).encode(), code.encode())]
    return next((step for step in fits if step > after), None)


def typed_code(raw: str) -> str | None:
    """The digits of a code, however they were grouped; None when it is not one."""
    code = raw.replace(" ", "").replace("-", "")
    return code if len(code) == DIGITS and code.isascii() and code.isdigit() else None


def key_text(key: bytes) -> str:
    """The key to be typed into an app that cannot read the QR code."""
    return base64.b32encode(key).decode()


def key_uri(key: bytes, title: str, handle: str) -> str:
    """The address in the QR code (the "Key Uri Format" that the apps agree on)."""
    asked = {"secret": key_text(key), "issuer": title, "digits": DIGITS, "period": STEP_MS // 1000}
    return f"otpauth://totp/{quote(title)}:{quote(handle)}?{urlencode(asked, quote_via=quote)}"
