"""Who is told of what: event → who acts on it, in the store that keeps notifications of that plane.

A part of the table in wiring. The names of consumers are kept in the inboxes and must never change.
"""

import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from kizuna.circle import events as circle
from kizuna.ground.events import Event
from kizuna.jobs.outbox import Consumer
from kizuna.notifications import on_circle, on_square
from kizuna.notifications.watched import Watched
from kizuna.square import events as square
from kizuna.square.ports import Square
from kizuna.store.store import Store, Tx

Find = Callable[[Square, Any], Awaitable[Sequence[on_square.Telling]]]
Act = Callable[[Any, Tx], Awaitable[None]]


def notifying(public: Square, closed: Store) -> list[tuple[type[Event], list[Consumer]]]:
    """What the events of both planes make of notifications. ``closed`` is the store of the circle."""

    watched = Watched(public)

    async def of_posted(_: Square, event: square.Posted) -> Sequence[on_square.Telling]:
        return await on_square.of_posted(public, watched, event)

    def tell(name: str, find: Find) -> list[Consumer]:
        found = functools.partial(find, public)
        return [Consumer(f"notifications.{name}", public.kept, on_square.write_down, found)]

    def take(name: str, act: Act) -> list[Consumer]:
        return [Consumer(f"notifications.{name}", public.kept, act)]

    def in_circle(name: str, act: Act) -> list[Consumer]:
        return [Consumer(f"notifications.{name}", closed, act)]

    return [
        (square.Posted, tell("posted", of_posted)),
        (square.PostEdited, tell("post_edited", on_square.of_edited)),
        (square.PostDeleted, take("post_deleted", on_square.on_post_deleted)),
        (square.Boosted, tell("boosted", on_square.of_boosted)),
        (square.Unboosted, take("unboosted", on_square.on_unboosted)),
        (square.Favourited, tell("favourited", on_square.of_favourited)),
        (square.Unfavourited, take("unfavourited", on_square.on_unfavourited)),
        (square.Followed, tell("followed", on_square.of_followed)),
        (square.Unfollowed, take("unfollowed", on_square.on_unfollowed)),
        (square.AccountRemoved, take("forget_account", on_square.on_account_removed)),
        (circle.FaceRemoved, in_circle("forget_face", on_circle.on_face_removed)),
        (circle.VoiceDeleted, in_circle("forget_voice", on_circle.on_voice_deleted)),
        (circle.Requested, in_circle("requested", on_circle.on_requested)),
        (circle.Befriended, in_circle("befriended", on_circle.on_befriended)),
        (circle.Unfriended, in_circle("unfriended", on_circle.on_unfriended)),
        (circle.Blocked, in_circle("blocked", on_circle.on_blocked)),
        (circle.VoiceSaid, in_circle("voice_said", on_circle.on_voice_said)),
        (circle.VoiceReplied, in_circle("voice_replied", on_circle.on_voice_replied)),
    ]
