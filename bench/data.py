"""The data set: people with tokens, who follow each other and have posted. Written directly, in bulk."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from kizuna.ground.clock import SystemClock
from kizuna.people.tables import OAUTH_APP, OAUTH_TOKEN, PERSON, PERSON_FACE
from kizuna.people.tokens import token_hash
from kizuna.square.tables import ACCOUNT, FOLLOW, POST
from kizuna.store.open import open_stores
from kizuna.store.store import Store, Tx
from kizuna.wiring import VERSION

APP_ID: Final = 1
BULK: Final = 20_000
TEXTS: Final = (
    "朝の川沿いを歩いた。桜はまだ固い蕾で、鴨だけが元気に泳いでいた。今日も一日がんばろう。",
    "Reading on the train again. Three stops too far, but the chapter is finished and the sun is out.",
    "駅前の小さなパン屋さんで焼きたてのクロワッサンを買った。まだ温かい袋を抱えて帰る道が好き。",
    "Rehearsal moved to Thursday at seven, same room. Please bring the blue folders and something warm to drink.",
)

Row = dict[str, Any]


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How large. ``posts`` and ``follows`` are per account; ``fans`` all follow the first one besides."""

    accounts: int = 1_000
    posts: int = 100
    follows: int = 200
    fans: int = 0


def token(number: int) -> str:
    """The bearer token of an account."""
    return f"bench-{number:08d}"


def account_id(number: int) -> int:
    """Accounts are older than all posts."""
    return 1 + number


def seed(place: Path, size: Size) -> None:
    """Fill a fresh data directory."""
    asyncio.run(_seed(place, size))


async def _seed(place: Path, size: Size) -> None:
    stores = open_stores(place, SystemClock())
    now = SystemClock().now_ms()
    try:
        await fill(stores.people, OAUTH_APP, iter([_app(now)]))
        await fill(stores.people, PERSON, (_person(n, now) for n in range(size.accounts)))
        await fill(stores.people, PERSON_FACE, (_face(n, now) for n in range(size.accounts)))
        await fill(stores.people, OAUTH_TOKEN, (_token(n, now) for n in range(size.accounts)))
        await fill(stores.square, ACCOUNT, (_account(n, now, size) for n in range(size.accounts)))
        await fill(stores.square, FOLLOW, _follows(size))
        await fill(stores.square, POST, _posts(size, now))
    finally:
        await stores.close()


async def fill(store: Store, table: sa.Table, rows: Iterator[Row]) -> None:
    """Write rows in bulk, so many at once."""
    waiting = list(_take(rows))
    while waiting:

        async def put(tx: Tx, bulk: list[Row] = waiting) -> None:
            for row in bulk:
                tx.append(table, row)

        await store.write(put)
        waiting = list(_take(rows))


def _take(rows: Iterator[Row]) -> Iterator[Row]:
    for _, row in zip(range(BULK), rows, strict=False):
        yield row


def _app(now: int) -> Row:
    return {
        "id": APP_ID,
        "client_id": "bench",
        "secret_hash": b"",
        "name": "Bench",
        "website": None,
        "redirect_uris": "[]",
        "scopes": "read write",
        "created_at": now,
    }


def _person(number: int, now: int) -> Row:
    return {
        "id": account_id(number),
        "locale": "en",
        "reserved_name": "",
        "created_at": now,
        "activated_at": now,
    }


def _face(number: int, now: int) -> Row:
    handle = f"person{number}"
    return {
        "face_id": account_id(number),
        "person_id": account_id(number),
        "plane": "square",
        "handle": handle,
        "skeleton": handle,
        "made_at": now,
    }


def _token(number: int, now: int) -> Row:
    return {
        "id": account_id(number),
        "token_hash": token_hash("bearer", token(number)),
        "app_id": APP_ID,
        "person_id": account_id(number),
        "square_id": account_id(number),
        "scopes": "read write",
        "created_at": now,
    }


def _account(number: int, now: int, size: Size) -> Row:
    return {
        "id": account_id(number),
        "handle": f"person{number}",
        "display_name": f"Person {number} 絆",
        "note": "",
        "note_html": "<p>朝と本と川。Walks, books, rivers.</p>",
        "created_at": now,
        "statuses_count": size.posts,
        "followers_count": size.follows,
        "following_count": size.follows,
        "last_status_at": now,
    }


def _follows(size: Size) -> Iterator[Row]:
    """Everybody follows as many as follow them: a ring with its steps shuffled."""
    dice = random.Random(1)
    steps = dice.sample(range(1, size.accounts), size.follows)
    one = 0
    for number in range(size.accounts):
        for step in steps:
            one += 1
            followee = account_id((number + step) % size.accounts)
            yield {"id": one, "follower_id": account_id(number), "followee_id": followee}
    near = {size.accounts - step for step in steps}
    for number in set(range(1, size.fans)) - near:
        one += 1
        yield {"id": one, "follower_id": account_id(number), "followee_id": account_id(0)}


def _posts(size: Size, now: int) -> Iterator[Row]:
    """A post a second, until a minute ago, by everybody in turn."""
    count = size.accounts * size.posts
    for number in range(count):
        at = now - 60_000 - (count - number) * 1_000
        text = TEXTS[number % len(TEXTS)]
        yield {
            "id": at << 16,
            "account_id": account_id(number * 7919 % size.accounts),
            "text": text,
            "html": f"<p>{text}</p>",
            "spoiler_text": "",
            "sensitive": False,
            "visibility": "public",
            "language": "ja",
            "created_at": at,
        }


def describe(size: Size) -> str:
    """The data set in words."""
    posts = size.accounts * size.posts
    return f"{size.accounts:,} accounts with tokens, {size.follows} followers each, {posts:,} posts (Kizuna {VERSION})"
