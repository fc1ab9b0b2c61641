"""Leaks planted on purpose, each the kind of slip that a change could bring. The two worlds must find every one."""

import asyncio
import importlib
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from kizuna.circle import actions, audience, queries
from kizuna.circle.audience import Readers
from kizuna.circle.models import Audience, Face, Room, Rule
from kizuna.circle.tables import FACE, FRIENDSHIP, VOICE, VOICE_PERSON
from kizuna.doors.answers import Headers
from kizuna.doors.envelope import Envelope
from kizuna.ground.errors import Forbidden
from kizuna.ground.ids import Ids
from kizuna.store.store import Db
from kizuna.tie import copy_queries

Plant = Callable[[], AbstractContextManager[None]]


@contextmanager
def with_new_statements(module: object, name: str, leaky: object) -> Generator[None]:
    """Change what the circle's prepared statements are made of, and make them again."""
    with patch.object(module, name, leaky):
        importlib.reload(queries)
        yield
    importlib.reload(queries)


@contextmanager
def gate_forgets_the_people() -> Generator[None]:
    """A voice to chosen people can be read by every friend."""

    def leaky(viewer: Any, author: Any, kind: Any, *_named: Any) -> sa.ColumnElement[bool]:
        friendship = FRIENDSHIP.alias()
        friends = sa.exists().where(friendship.c.a_id == viewer, friendship.c.b_id == author)
        shared = sa.and_(kind != Audience.ME.value, friends.correlate_except(friendship))
        return sa.or_(viewer == author, shared)

    with with_new_statements(audience, "_allows", leaky):
        yield


@contextmanager
def replies_are_counted_over_all_rooms() -> Generator[None]:
    """The number of replies under a voice counts those of every room."""
    load = queries.load

    async def leaky(db: Db, viewer_id: int, ids: Sequence[int]) -> list[Any]:
        from msgspec.structs import replace

        count = await db.scalar(sa.select(sa.func.count()).where(VOICE.c.parent_id.is_not(None)))
        return [replace(voice, replies=count) for voice in await load(db, viewer_id, ids)]

    with patch.object(queries, "load", leaky):
        yield


@contextmanager
def one_sequence_for_all_stores() -> Generator[None]:
    """Ids of the square and of the circle come from one counter."""
    last: dict[object, int] = defaultdict(int)
    new = Ids.new

    def leaky(self: Ids) -> int:
        clock = vars(self)["_clock"]
        last[clock] = max(new(self), last[clock] + 1)
        return last[clock]

    with patch.object(Ids, "new", leaky):
        yield


@contextmanager
def hidden_is_refused_otherwise_than_absent() -> Generator[None]:
    """What exists and must not be read answers 403, what does not exist 404."""
    room = queries.room

    async def leaky(db: Db, viewer_id: int, voice_id: int, **page: int) -> Room | None:
        found = await room(db, viewer_id, voice_id, **page)
        if found is None and await db.scalar(sa.select(VOICE.c.id).where(VOICE.c.id == voice_id)):
            raise Forbidden("You may not read this")
        return found

    with patch.object(queries, "room", leaky):
        yield


@contextmanager
def a_header_follows_the_circle() -> Generator[None]:
    """Every answer carries a version that each voice moves."""
    versions: Counter[object] = Counter()
    say, complete = actions.say_to, vars(Envelope)["_complete"]

    async def leaky_say(*args: Any, **more: Any) -> int:
        versions[asyncio.get_running_loop()] += 1
        return await say(*args, **more)

    def leaky(self: Envelope, given: Headers) -> list[tuple[bytes, bytes]]:
        version = versions[asyncio.get_running_loop()]
        return [*complete(self, given), (b"etag", f'"{version}"'.encode())]

    with patch.object(actions, "say_to", leaky_say), patch.object(Envelope, "_complete", leaky):
        yield


@contextmanager
def the_preview_names_everybody_ever_chosen() -> Generator[None]:
    """The readers preview lists whomever somebody chose once."""
    readers = audience.readers

    async def leaky(db: Db, author_id: int, rule: Rule) -> Readers:
        chosen = sa.select(FACE).join(VOICE_PERSON, VOICE_PERSON.c.face_id == FACE.c.id).distinct()
        extra = [Face(row.id, row.handle, row.display_name) for row in await db.all(chosen)]
        found = await readers(db, author_id, rule)
        return Readers([*found.friends, *extra], found.further)

    with patch.object(audience, "readers", leaky):
        yield


@contextmanager
def a_copys_key_counts_the_voices() -> Generator[None]:
    """What the partner is sent with a copy depends on how much was said in the circle."""

    async def leaky(db: Db, _origin: str, _account_id: str) -> int:
        count: int = await db.scalar(sa.select(sa.func.count()).select_from(VOICE))
        return count

    with patch.object(copy_queries, "copies_so_far", leaky):
        yield
