"""Rate limits: token buckets in memory, apart for each plane (invariant 2), bounded however many addresses there are.

A bucket holds ``limit`` calls and refills evenly over ``seconds``. An unused one is the same as none, so forgetting the
bucket that was touched longest ago costs an attacker's victims nothing and an attacker 100,000 addresses.
"""

import ipaddress
import math
from collections import OrderedDict
from typing import Final, NamedTuple

from kizuna.ground.clock import Clock
from kizuna.ground.config import Plane
from kizuna.ground.errors import TooMany

MOST_BUCKETS: Final = 100_000
LONGEST_SUBJECT: Final = 100


class Rule(NamedTuple):
    """``limit`` calls at once, and that many again after ``seconds``."""

    purpose: str
    limit: int
    seconds: int


# The documented limits of the Mastodon API, and ours where it has none.
API: Final = Rule("api", 300, 5 * 60)
DELETE: Final = Rule("delete", 30, 30 * 60)
UPLOAD: Final = Rule("upload", 30, 30 * 60)
COUPON: Final = Rule("look a coupon's code up", 60, 10 * 60)
REGISTER_APP: Final = Rule("register app", 25, 10 * 60)
SIGN_UP: Final = Rule("sign up", 5, 30 * 60)
TRY_SIGN_UP: Final = Rule("try to sign up", 30, 30 * 60)
REPORT: Final = Rule("report", 20, 60 * 60)
SIGN_IN_FROM: Final = Rule("sign in from an address", 30, 10 * 60)
SIGN_IN_AS: Final = Rule("sign in as a handle from an address", 8, 10 * 60)
# Never refuses by itself: whoever knows a handle could lock its owner out. Beyond it, answers only come slowly.
SIGN_IN_ANYWHERE: Final = Rule("sign in as a handle from anywhere", 20, 10 * 60)

ASK_RESET: Final = Rule("ask for a new password", 10, 60 * 60)
# By the address that was typed: beyond it no mail is sent, and the answer stays the same.
ASK_RESET_FOR: Final = Rule("ask for a new password of an address", 3, 60 * 60)
SECOND_FACTOR: Final = Rule("show a second factor", 10, 60 * 60)
CONFIRM_AGAIN: Final = Rule("send a confirmation again", 3, 60 * 60)


class Standing(NamedTuple):
    """How a subject stands with one rule after a call, as the X-RateLimit headers say it."""

    allowed: bool
    limit: int
    remaining: int
    reset_ms: int
    """When the whole limit is available again, in Unix milliseconds."""
    retry_after: float
    """Seconds until the next call would be allowed; 0 when it is."""


class _Bucket:
    __slots__ = ("at_ms", "level")

    def __init__(self, level: float, at_ms: int) -> None:
        self.level = level
        self.at_ms = at_ms


class Limiter:
    """Counts calls by (plane, purpose, subject). ``enabled=False`` (test mode) allows everything."""

    def __init__(self, clock: Clock, *, enabled: bool = True, most: int = MOST_BUCKETS) -> None:
        self._clock = clock
        self._enabled = enabled
        self._most = most
        self._planes: dict[Plane | None, OrderedDict[tuple[str, str], _Bucket]] = {}

    @property
    def enabled(self) -> bool:
        """Whether anything is counted."""
        return self._enabled

    def take(self, plane: Plane | None, rule: Rule, subject: str) -> Standing:
        """Count one call of a subject (an address, a face id) and say whether it may go on.

        ``plane`` is None for what belongs to the person, such as signing in. A refused call is not counted.
        """
        now = self._clock.now_ms()
        if not self._enabled:
            return Standing(True, rule.limit, rule.limit, now, 0.0)
        bucket = self._bucket(plane, rule, subject, now)
        allowed = bucket.level >= 1.0
        if allowed:
            bucket.level -= 1.0
        pace_ms = rule.seconds * 1000 / rule.limit
        missing = rule.limit - bucket.level
        wait_ms = 0.0 if bucket.level >= 1.0 or allowed else (1.0 - bucket.level) * pace_ms
        reset_ms = now + math.ceil(missing * pace_ms)
        return Standing(allowed, rule.limit, int(bucket.level), reset_ms, wait_ms / 1000)

    def check(self, plane: Plane | None, rule: Rule, subject: str) -> Standing:
        """Like ``take``, but raises TooMany."""
        standing = self.take(plane, rule, subject)
        if not standing.allowed:
            raise TooMany(retry_after=standing.retry_after)
        return standing

    def forgive(self, plane: Plane | None, rule: Rule, subject: str) -> None:
        """Fill a subject's bucket again, as after a successful sign-in."""
        self._planes.get(plane, OrderedDict()).pop((rule.purpose, subject[:LONGEST_SUBJECT]), None)

    def buckets(self, plane: Plane | None) -> int:
        """How many buckets of a plane are in memory."""
        return len(self._planes.get(plane, ()))

    def _bucket(self, plane: Plane | None, rule: Rule, subject: str, now: int) -> _Bucket:
        buckets = self._planes.setdefault(plane, OrderedDict())
        key = (rule.purpose, subject[:LONGEST_SUBJECT])
        bucket = buckets.get(key)
        if bucket is None:
            bucket = buckets[key] = _Bucket(float(rule.limit), now)
            if len(buckets) > self._most:
                buckets.popitem(last=False)
            return bucket
        buckets.move_to_end(key)
        refilled = bucket.level + max(0, now - bucket.at_ms) * rule.limit / (rule.seconds * 1000)
        bucket.level, bucket.at_ms = min(float(rule.limit), refilled), now
        return bucket


def address_subject(address: str) -> str:
    """The subject of an address: an IPv6 customer owns a /64, so all of it counts as one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
