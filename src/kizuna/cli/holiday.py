"""The season of the demo: whatever the day, it is one of December's, and friends have rung for each other.

Everything is done through the pages, like anybody's; where the app is not there, nothing is.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from kizuna.cli.cast import Cast
from kizuna.cli.visitor import Visitor
from kizuna.fetch.port import Fetch

SEASON: Final = "xmas-2011"
JAPAN: Final = timezone(timedelta(hours=9))
EVENING: Final = (12, 22, 18)
OPENS, LAST = (12, 1), (12, 25)
RUNG: Final = 2
GUEST: Final = "misaki"
"""Whom the demo proposes to sign in as: for her friends nobody was rung yet, so that she can."""
CARDS: Final = (
    ("今年もいろいろありがとう。来年もどうぞよろしく。", False),
    ("25日の朝に開けてね。メリークリスマス！", True),
)
"""What the first friends of the guest write to her, and whether it is wrapped until the last day."""
_FRIEND: Final = re.compile(r'name="friend" value="(\d+)"')
_TO_GUEST: Final = re.compile(rf'<option value="(\d+)"[^>]*>[^<]*\(@{GUEST}\)')
_DAY: Final = re.compile(r'<option value="(\d{13})"')


def ahead_hours(now_ms: int) -> int:
    """How many hours it is to the evening of 22 December; none while the season is on anyhow."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(JAPAN)
    today = (now.month, now.day)
    if OPENS <= today <= LAST:
        return 0
    month, day, hour = EVENING
    year = now.year if today < OPENS else now.year + 1
    return round((datetime(year, month, day, hour, tzinfo=JAPAN) - now) / timedelta(hours=1))


async def celebrate(cast: Cast, fetch: Fetch, origin: str) -> None:
    """Everybody in the circle hangs theirs; then all but the guest ring for some friends, and two write to her."""
    visitors: dict[str, Visitor] = {}
    for person in cast.person:
        if "circle" in person.planes:
            one = visitors[person.handle] = Visitor(fetch, origin)
            await one.sign_in(person.handle, cast.password)
            if await one.get_or_nothing("/season"):
                await one.post("/season", "/season/hang")
    for handle, one in visitors.items():
        friends = _FRIEND.findall(await one.get_or_nothing("/season")) if handle != GUEST else []
        for friend in friends[:RUNG]:
            await one.post("/season", "/season/ring", friend=friend, key=f"demo {friend}")
    cards = iter(CARDS)
    for one in visitors.values():
        page = await one.get_or_nothing("/season/gifts")
        guest, days = _TO_GUEST.search(page), _DAY.findall(page)
        if guest is None or (card := next(cards, None)) is None:
            continue
        words, wrapped = card
        opens = days[-1] if wrapped and days else ""
        await one.post(
            "/season/gifts",
            "/season/gifts",
            friend=guest[1],
            note=words,
            opens=opens,
            key=f"demo card {opens}",
        )
