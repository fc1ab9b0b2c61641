"""Leaks planted on purpose beside the answers: in streams, mails, archives, logs and metrics, and in audiences."""

import asyncio
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast
from unittest.mock import patch

import msgspec
import sqlalchemy as sa
import structlog
from starlette.types import Scope

from kizuna.apps.season import gift_actions, gift_queries
from kizuna.apps.season import queries as season_queries
from kizuna.apps.season.gift_rules import Gift
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.tables import SEASON_ACT, SEASON_GIFT
from kizuna.circle import actions, audience, belongings_queries
from kizuna.circle.tables import VOICE, VOICE_GROUP
from kizuna.doors import front, metrics
from kizuna.doors.observe import OTHER, Seen
from kizuna.doors.routes import ROUTE
from kizuna.ground.ids import STORE_NAMES
from kizuna.mail.port import Mail
from kizuna.people import mails
from kizuna.people.models import Viewer
from kizuna.square import mutual_queries
from kizuna.store.store import Db, Row, Tx
from kizuna.streaming.circle import CircleSource
from kizuna.streaming.hub import BEAT_S, Hub
from kizuna.streaming.models import Channel, Entry, Judge
from kizuna.streaming.own import OwnEntry, OwnSource
from kizuna.tie import suggestions
from kizuna.tie.windows import polling, queries
from tests.sim.leaks import with_new_statements


@contextmanager
def the_beat_begins_with_whatever_happened() -> Generator[None]:
    """Streams are served so long after the first thing that happened, whoever may know of it."""

    def leaky(_: Hub) -> float:
        return BEAT_S

    with patch.object(Hub, "until_beat_s", leaky):
        yield


@contextmanager
def streams_ask_no_gate() -> Generator[None]:
    """Whoever has a face in the circle is told of every voice."""

    async def leaky(_self: CircleSource, _entry: Entry) -> Judge:
        return lambda viewer: viewer is not None and viewer.circle_id is not None

    with patch.object(CircleSource, "judge", leaky):
        yield


@contextmanager
def a_position_is_a_number_in_the_log() -> Generator[None]:
    """Events of a stream are numbered as the whole server counts them."""
    with patch.object(Entry, "position", property(lambda self: f"{self.at_ms}.{self.seq}")):
        yield


@contextmanager
def notices_go_to_everybody() -> Generator[None]:
    """That somebody has something new is told on every own stream."""

    def channels(self: OwnSource, _entry: OwnEntry) -> Iterable[Channel]:
        listening = cast(dict[Channel, object], vars(vars(self)["_hub"])["_listening"])
        return [channel for channel in listening if channel[0] == "own circle"]

    async def judge(_self: OwnSource, _entry: OwnEntry) -> Judge:
        def may_see(viewer: Viewer | None) -> bool:
            return viewer is not None

        return may_see

    with patch.object(OwnSource, "channels", channels), patch.object(OwnSource, "judge", judge):
        yield


@contextmanager
def the_log_counts_voices() -> Generator[None]:
    """Each voice leaves a line in the log, without a word of it."""
    say = actions.say_to

    async def leaky(*args: Any, **more: Any) -> int:
        structlog.get_logger("circle").info("said")
        return await say(*args, **more)

    with patch.object(actions, "say_to", leaky):
        yield


@contextmanager
def metrics_measure_every_store() -> Generator[None]:
    """The commits of the circle are counted like those of the square."""
    with patch.object(metrics, "STORES", STORE_NAMES), patch.object(metrics, "COUNTED", STORE_NAMES):
        yield


@contextmanager
def an_act_is_told_to_whoever_asks() -> Generator[None]:
    """What an act of a season brought is found by its id alone."""

    async def leaky(db: Db, _run_id: int, _face_id: int, act_id: int) -> Row | None:
        return await db.first(SEASON_ACT.select().where(SEASON_ACT.c.id == act_id))

    with patch.object(season_queries, "own_act", leaky):
        yield


@contextmanager
def gifts_are_listed_by_whom_they_are_not() -> Generator[None]:
    """The list of what somebody was given has what anybody was."""

    async def leaky(db: Db, _runs: Collection[int], _face_id: int, _below: int, limit: int) -> list[Gift]:
        rows = await db.all(sa.select(SEASON_GIFT.c.id).order_by(SEASON_GIFT.c.id.desc()).limit(limit))
        return await gift_queries.by_ids(db, [row.id for row in rows])

    with patch.object(gift_queries, "got_by", leaky):
        yield


@contextmanager
def a_gift_is_opened_by_whoever_asks() -> Generator[None]:
    """Nobody looks for whom a gift is."""
    open_gift = gift_actions.open_gift

    async def leaky(seasons: Seasons, face_id: int, gift_id: int) -> None:
        gift = await gift_queries.by_id(seasons.store.reads, gift_id)
        await open_gift(seasons, gift.to_id if gift is not None and gift.to_id else face_id, gift_id)

    with patch.object(gift_actions, "open_gift", leaky):
        yield


@contextmanager
def the_end_of_a_link_is_not_looked_at() -> Generator[None]:
    """The link of a gift is its number; what comes after it is not looked at."""

    def leaky(_root: bytes, sent: str) -> int | None:
        return gift_actions.number_in(sent)

    with patch.object(gift_actions, "id_in", leaky):
        yield


@contextmanager
def requests_are_counted_whoever_asks() -> Generator[None]:
    """What people with a face in the circle ask for is counted by route."""

    def leaky(scope: Scope, status: int, ms: int) -> Seen:
        return Seen(scope["method"], scope.get(ROUTE, OTHER), status, ms)

    with patch.object(front, "seen_in", leaky):
        yield


@contextmanager
def an_archive_holds_every_voice() -> Generator[None]:
    """An archive forgets whose voices it was asked for."""

    async def leaky(db: Db, _viewer_id: int, after: int, most: int) -> Sequence[Row]:
        return await db.all(sa.select(VOICE).where(VOICE.c.id > after).order_by(VOICE.c.id).limit(most))

    with patch.object(belongings_queries, "own_voices_after", leaky):
        yield


@contextmanager
def a_mail_says_how_much_was_said() -> Generator[None]:
    """A mail ends with a line that is meant to bring people back."""
    said: Counter[object] = Counter()
    say, write = actions.say_to, mails.write

    async def leaky_say(*args: Any, **more: Any) -> int:
        said[asyncio.get_running_loop()] += 1
        return await say(*args, **more)

    def leaky_write(*args: Any) -> Mail:
        mail = write(*args)
        return msgspec.structs.replace(
            mail, text=f"{mail.text}{said[asyncio.get_running_loop()]} voices today\n"
        )

    with patch.object(actions, "say_to", leaky_say), patch.object(mails, "write", leaky_write):
        yield


@contextmanager
def exceptions_are_forgotten() -> Generator[None]:
    """Who is excepted reads like everybody else."""
    allows = vars(audience)["_allows"]

    def leaky(*rule: Any) -> sa.ColumnElement[bool]:
        return allows(*rule[:-1], sa.false())

    with with_new_statements(audience, "_allows", leaky):
        yield


@contextmanager
def every_friend_is_in_every_group() -> Generator[None]:
    """What is said to a group can be read by friends outside of it."""
    in_groups = vars(audience)["_in_groups"]

    def leaky(face_id: Any, author: Any, chosen: Any, room_id: Any) -> sa.ColumnElement[bool]:
        return sa.true() if chosen.element is VOICE_GROUP else in_groups(face_id, author, chosen, room_id)

    with with_new_statements(audience, "_in_groups", leaky):
        yield


@contextmanager
def following_is_enough() -> Generator[None]:
    """Whoever follows somebody who wants suggestions is suggested them, followed or not."""

    async def back(_db: Db, _id: int, ids: Sequence[int], *, below: int) -> dict[int, int]:
        return dict.fromkeys(ids, 1)

    with (
        patch.object(mutual_queries, "follows_back", back),
        patch.object(suggestions, "_mutual", suggestions.meetable),
    ):
        yield


@contextmanager
def talk_reads_its_source_anew() -> Generator[None]:
    """Whoever talks about an item makes the server look at it once more."""
    add_talk = queries.add_talk

    async def leaky(tx: Tx, row: Mapping[str, object]) -> None:
        await add_talk(tx, row)
        await polling.want_reading(tx, cast("int", row["source_id"]))

    with patch.object(queries, "add_talk", leaky):
        yield
