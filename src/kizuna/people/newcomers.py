"""Limits for those who are new here: some things only so many times an hour, for the first days.

Since when a face is here, its id tells. Counts are kept as those of all rate limits (limits.py), apart for each plane.
"""

import math
from typing import Final, Literal

from kizuna.ground.clock import Clock
from kizuna.ground.config import Config, Plane
from kizuna.ground.errors import Invalid, TooMany
from kizuna.ground.ids import id_ms
from kizuna.people.limits import Limiter, Rule

Thing = Literal["posts", "follows", "mentions", "links", "requests", "invites", "suggestions"]
HOUR_S: Final = 3600
DAY_MS: Final = 24 * HOUR_S * 1000


def known(face_id: int, thing: Thing, times: int = 1) -> None:
    """The check of a place where nobody is new."""


class Newcomers:
    """Counts what new faces do."""

    def __init__(self, config: Config, clock: Clock, limiter: Limiter) -> None:
        most: dict[Thing, int] = {
            "posts": config.new_posts,
            "follows": config.new_follows,
            "mentions": config.new_mentions,
            "links": config.new_links,
            "requests": config.new_requests,
            "invites": config.new_invites,
            "suggestions": 0,  # who looks for whom follows him back may not do so with an account made for it
        }
        self._rules = {thing: Rule(f"{thing} of the new", limit, HOUR_S) for thing, limit in most.items()}
        self._span_ms = config.new_days * DAY_MS
        self._clock = clock
        self._limiter = limiter

    def check(self, plane: Plane, face_id: int, thing: Thing, times: int = 1) -> None:
        """Count what somebody is about to do. For who is new: raises TooMany over the limit of an hour, saying when it
        is possible again, and Invalid where ``times`` at once are more than an hour allows."""
        left_s = (id_ms(face_id) + self._span_ms - self._clock.now_ms()) / 1000
        if left_s <= 0 or times == 0 or not self._limiter.enabled:
            return
        rule = self._rules[thing]
        if rule.limit == 0:
            raise TooMany(
                "Whoever is new here cannot do this yet. It is possible in {hours} hours.",
                retry_after=left_s,
                hours=math.ceil(left_s / HOUR_S),
            )
        if times > rule.limit:
            raise Invalid(
                "Whoever is new here can name at most {most} people at once who do not follow them.",
                field="status",
                most=rule.limit,
            )
        for _ in range(times):
            standing = self._limiter.take(plane, rule, str(face_id))
            if not standing.allowed:
                wait_s = min(standing.retry_after, left_s)
                raise TooMany(
                    "Whoever is new here can do this {most} times an hour. It is possible again in {minutes} minutes.",
                    retry_after=wait_s,
                    most=rule.limit,
                    minutes=max(1, math.ceil(wait_s / 60)),
                )
