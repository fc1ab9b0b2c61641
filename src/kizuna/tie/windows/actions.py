"""The verbs for windows. Whoever takes part in a shared group may open one; who opened it, or the owner, closes it.

To open one is how a group agrees to see a source; nobody outside is asked, since all that it shows is public there.
"""

from collections.abc import Awaitable, Callable

from kizuna.circle import actions as circle_actions
from kizuna.circle import friend_queries, sharing_queries
from kizuna.circle.events import GroupChanged, VoiceDeleted
from kizuna.circle.models import Audience, Rule
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Conflict, Invalid, NotFound
from kizuna.jobs.idempotency import Key
from kizuna.people.models import Viewer
from kizuna.square.ports import Square
from kizuna.square.render import post_url
from kizuna.square.seen import known_status
from kizuna.store.store import Tx
from kizuna.tie.ports import Tie
from kizuna.tie.windows import events, queries, source_queries
from kizuna.tie.windows.address import item_address, source_of
from kizuna.tie.windows.models import MOST_ASKED, MOST_SOURCES, MOST_WINDOWS
from kizuna.tie.windows.polling import ensure_source, settle

_WORDS = ("title", "warning", "html", "attachments", "written_at", "edited_at")
_WHOSE = ("origin", "address", "url", "author_name", "author_acct", "author_url")


async def open_window(tie: Tie, viewer_id: int, group_id: int, typed: str) -> int:
    """Show a public source in a shared group; answers the window's id, also when it is open already.

    Raises Invalid for what names no source, NotFound for who takes no part, Conflict over the limits.
    """
    source = source_of(typed, tie.config.url, tie.config.fetch_allow)
    if source.inside and "square" not in tie.config.planes:
        raise Invalid(
            "This server has no square. Name the server, as in #tag example.social.", field="address"
        )

    async def apply(tx: Tx) -> int:
        await _check_member(tx, viewer_id, group_id)
        shown = await queries.shown_sources(tx, group_id)
        known = await source_queries.find_source(tx, source)
        if known is not None and known.id in shown:
            raise Conflict("This window is open already.", field="address")
        if len(shown) >= MOST_WINDOWS:
            raise Conflict("A group has at most {most} windows.", field="address", most=MOST_WINDOWS)
        if known is None and await source_queries.count_asked(tx, viewer_id) >= MOST_ASKED:
            raise Conflict(
                "You have asked for {most} sources already. Try again tomorrow.",
                field="address",
                most=MOST_ASKED,
            )
        if known is None and await source_queries.count_sources(tx) >= MOST_SOURCES:
            raise Conflict("This server reads as many sources as it can.", field="address")
        source_id = await ensure_source(tx, source, asked_by=viewer_id)
        window_id = tx.new_id()
        fixed = {"id": window_id, "group_id": group_id, "source_id": source_id}
        await queries.add_window(tx, {**fixed, "opened_by": viewer_id, "opened_at": tx.now_ms})
        tx.emit(events.WindowChanged(group_id, window_id))
        return window_id

    return await tie.store.write(apply)


async def close_window(tie: Tie, viewer_id: int, group_id: int, window_id: int) -> None:
    """Show a source no more. What was said about it stays. Raises NotFound for who may not."""

    async def apply(tx: Tx) -> None:
        await _check_member(tx, viewer_id, group_id)
        group = await sharing_queries.shared_group(tx, viewer_id, group_id)
        row = await queries.window(tx, group_id, window_id)
        if row is None or group is None or viewer_id not in (row.opened_by, group.owner.id):
            raise NotFound
        await _close(tx, [window_id])
        tx.emit(events.WindowChanged(group_id, window_id))

    await tie.store.write(apply)


async def mute_window(tie: Tie, viewer_id: int, group_id: int, window_id: int, *, muted: bool) -> None:
    """Do not see what a window brings, or see it again. For the viewer alone, and told to nobody. Raises NotFound."""

    async def apply(tx: Tx) -> None:
        await _check_member(tx, viewer_id, group_id)
        if await queries.window(tx, group_id, window_id) is None:
            raise NotFound
        await (queries.mute if muted else queries.unmute)(tx, window_id, viewer_id)

    await tie.store.write(apply)


async def talk_about_item(
    circle: Circle, viewer_id: int, group_id: int, item_id: int, text: str, key: Key | None = None
) -> int:
    """Open a room in a shared group about an item that one of its windows shows; answers the voice's id.

    What the item says now is kept with it. Raises NotFound for an item that is not shown there, and as ``say_to``.
    """

    async def also(tx: Tx, voice_id: int) -> None:
        row = await queries.item(tx, viewer_id, group_id, item_id)
        if row is None:
            raise NotFound
        kept = {name: getattr(row, name) for name in (*_WHOSE, *_WORDS, "source_id", "remote_id")}
        whose = {"voice_id": voice_id, "face_id": viewer_id, "group_id": group_id}
        await queries.add_talk(tx, {**kept, **whose, "post_id": None, "gone_at": None})

    return await _say(circle, viewer_id, group_id, text, key, also)


async def talk_about_post(
    circle: Circle,
    square: Square,
    viewer: Viewer,
    group_id: int,
    post_id: int,
    text: str,
    key: Key | None = None,
) -> int:
    """The same about a public post of this server. It is read on the square each time, so nothing of it is kept.

    Raises NotFound for a post that the viewer does not see, and as ``say_to``.
    """
    me = viewer.circle_id
    if me is None:
        raise NotFound
    proper = (await known_status(square, viewer.square_id, post_id)).proper
    url = post_url(square.config.url, proper.author.handle, proper.post.id)

    async def also(tx: Tx, voice_id: int) -> None:
        empty = dict.fromkeys((*_WHOSE, "title", "warning", "html"), "")
        whose = {"voice_id": voice_id, "face_id": me, "group_id": group_id}
        about = {"post_id": proper.post.id, "address": item_address(url), "url": url, "attachments": 0}
        await queries.add_talk(tx, {**empty, **whose, **about, "written_at": proper.post.created_at})

    return await _say(circle, me, group_id, text, key, also)


async def on_group_changed(event: GroupChanged, tx: Tx) -> None:
    """Consumer in the circle's store: where a group is shared no more, its windows end."""
    if not await sharing_queries.still_shared(tx, [event.group_id]):
        await _close(tx, await queries.windows_in(tx, [event.group_id]))


async def on_voice_deleted(event: VoiceDeleted, tx: Tx) -> None:
    """Consumer in the circle's store: what a room was about goes with it."""
    await queries.drop_talk(tx, event.voice_id)


async def close_of_owner(tx: Tx, owner_id: int) -> None:
    """The windows of all groups of a face end."""
    await _close(tx, await queries.windows_in(tx, await sharing_queries.owned(tx, owner_id)))


async def _close(tx: Tx, window_ids: list[int]) -> None:
    for source_id in sorted(await queries.drop_windows(tx, window_ids)):
        await settle(tx, source_id)


async def _check_member(tx: Tx, viewer_id: int, group_id: int) -> None:
    if not await friend_queries.is_live(tx, viewer_id):
        raise NotFound
    if not await sharing_queries.takes_part_in(tx, viewer_id, group_id):
        raise NotFound


async def _say(
    circle: Circle,
    me: int,
    group_id: int,
    text: str,
    key: Key | None,
    also: Callable[[Tx, int], Awaitable[None]],
) -> int:
    rule = Rule(audience=Audience.SHARED, groups=frozenset({group_id}))
    return await circle_actions.say_to(circle, me, text, rule, key, also=also)
