"""Home: what a person may see of square, circle and tied partners, as one list.

Three lists of ids are merged, each from where it is decided: the square's from memory (``warm``), the circle's from the
gate at every read, the partners' from what was kept for this one face. Ids sort by time, so merging is sorting.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, Literal

import msgspec

from kizuna.circle import queries as circle_queries
from kizuna.circle.models import Voice
from kizuna.circle.ports import Circle
from kizuna.people.models import Viewer
from kizuna.square import events, timeline_queries
from kizuna.square.load import load_statuses
from kizuna.square.models import Page, Status
from kizuna.square.ports import Square
from kizuna.square.sight import NOBODY
from kizuna.store.store import Store
from kizuna.streaming.models import Body
from kizuna.tie import faces
from kizuna.tie import queries as tie_queries
from kizuna.tie.models import Inbound
from kizuna.tie.rendered import Rendered
from kizuna.tie.warm import KEPT_IDS, WarmLists

Show = Literal["all", "square", "circle"]
MOST_ROUNDS: Final = 5


class StatusPage(msgspec.Struct, frozen=True):
    """A page of home for the client API: a JSON array of statuses, and their ids, newest first.

    ``older`` is below which id the next page begins, None at the end.
    """

    body: bytes
    ids: list[int]
    older: int | None = None

    @property
    def newest(self) -> int | None:
        """The newest id; of a page of which nothing is shown, where the next one begins."""
        return self.ids[0] if self.ids else self.older


class Entry(msgspec.Struct, frozen=True):
    """A line of the merged home: exactly one of the three."""

    id: int
    status: Status | None = None
    voice: Voice | None = None
    inbound: Inbound | None = None


class _Asked(msgspec.Struct, frozen=True):
    """The ids of a page, newest first, and which of them (and others) the square and the circle answered."""

    ids: list[int]
    square: list[int]
    voices: list[int]


_Part = tuple[list[int], list[tuple[int, bytes]]]


async def _filled(page: Page, ask: Callable[[Page], Awaitable[_Part]]) -> StatusPage:
    """A page in parts: what is not shown is made up for from further down. ``ask`` gives ids and what is shown."""
    asked, found = await ask(page)
    older = asked[-1] if len(asked) >= page.limit else None
    for _ in range(MOST_ROUNDS):
        missing = page.limit - len(found)
        if missing == 0 or older is None or page.min_id is not None:
            break
        asked, more = await ask(msgspec.structs.replace(page, max_id=older, limit=missing))
        found += more
        older = asked[-1] if len(asked) >= missing else None
    return StatusPage(b"[" + b",".join(body for _, body in found) + b"]", [one for one, _ in found], older)


class Home:
    """Home of every person of this server. Hears the square's events, so that no list in memory is stale."""

    def __init__(self, square: Square, circle: Circle) -> None:
        self._square = square
        self._circle = circle
        self._warm = WarmLists()
        self._rendered = Rendered(square)

    def listen(self, square: Store, people: Store) -> None:
        """Hear what changes the lists and the rendered statuses."""
        square.hear(events.Posted, self._posted)
        square.hear(events.PostEdited, self._edited)
        square.hear(events.PostDeleted, self._deleted)
        square.hear(events.Boosted, self._boosted)
        square.hear(events.Unboosted, self._unboosted)
        square.hear(events.Favourited, self._favoured)
        square.hear(events.Unfavourited, self._favoured)
        square.hear(events.Followed, self._followed)
        square.hear(events.Unfollowed, self._followed)
        square.hear(events.Pinned, self._marked)
        square.hear(events.Unpinned, self._marked)
        people.hear(events.Bookmarked, self._marked)
        people.hear(events.Unbookmarked, self._marked)
        people.hear(events.ThreadMuted, self._thread_marked)
        people.hear(events.ThreadUnmuted, self._thread_marked)
        square.hear(events.ProfileEdited, lambda event: self._rendered.changed_author(event.account_id))

    async def statuses(self, account_id: int, page: Page) -> StatusPage:
        """A page of the square's home as JSON.

        What was deleted meanwhile, or boosts what the reader does not see, is made up for from further down.
        """
        hidden = (await self._square.sights.of(account_id)).hidden

        async def ask(part: Page) -> _Part:
            ids = await self._square_ids(account_id, part)
            return ids, await self._rendered.page(account_id, ids, hidden)

        return await _filled(page, ask)

    async def both(self, viewer: Viewer, page: Page) -> StatusPage:
        """A page of what a token with the circle face sees: the square's home where it has one, and the voices."""

        async def ask(part: Page) -> _Part:
            asked = await self._ids(viewer, "all", part)
            return asked.ids, await self._bodies(viewer, asked)

        return await _filled(page, ask)

    async def status(self, account_id: int, post_id: int) -> bytes | None:
        """One status of the square as JSON, kept for the homes that will show it; None when it is gone."""
        found = await self._rendered.page(account_id, [post_id], NOBODY)
        return found[0][1] if found else None

    async def told(self, post_id: int, viewers: Sequence[Viewer | None]) -> Body | None:
        """One status for the streams of these viewers; None when it is gone."""
        accounts = {
            viewer.square_id for viewer in viewers if viewer is not None and viewer.square_id is not None
        }
        found = await self._rendered.told(post_id, accounts)
        if found is None:
            return None
        plain, own = found
        return Body(plain, {each: own[each.square_id] for each in viewers if each and each.square_id in own})

    async def voice_told(self, voice_id: int, viewers: Sequence[Viewer | None]) -> Body | None:
        """One voice for the streams of these viewers, whom the gate is asked about once more."""
        own: dict[Viewer | None, bytes] = {}
        for viewer in viewers:
            if viewer is not None and viewer.circle_id is not None:
                voices = await circle_queries.load(self._circle.store.reads, viewer.circle_id, [voice_id])
                for shown in await faces.statuses(self._square, self._circle, viewer, voices):
                    own[viewer] = msgspec.json.encode(shown)
        return Body(None, own)

    async def entries(self, viewer: Viewer, show: Show, page: Page) -> list[Entry]:
        """A page of the merged home, newest first, of what the viewer may see at this moment.

        What was deleted meanwhile is made up for here too.
        """
        asked, found = await self._part(viewer, show, page)
        for _ in range(MOST_ROUNDS):
            if len(found) >= page.limit or len(asked) < page.limit or page.min_id is not None:
                break
            below = msgspec.structs.replace(page, max_id=asked[-1])
            asked, more = await self._part(viewer, show, below)
            found += more
        return found[: page.limit]

    async def _part(self, viewer: Viewer, show: Show, page: Page) -> tuple[list[int], list[Entry]]:
        """The ids of a page, newest first, and those of its entries that still stand."""
        inbound: list[Inbound] = []
        if viewer.circle_id is not None and show != "circle":
            inbound = await tie_queries.inbound_page(
                self._circle.store.reads,
                viewer.circle_id,
                max_id=page.max_id,
                since_id=page.since_id,
                min_id=page.min_id,
                limit=page.limit,
            )
        arrived = {item.id: item for item in inbound}
        asked = await self._ids(viewer, show, page, arrived)
        return asked.ids, await self._load(viewer, asked.ids, asked.square, asked.voices, arrived)

    async def _ids(self, viewer: Viewer, show: Show, page: Page, arrived: Iterable[int] = ()) -> _Asked:
        """The ids of a page, merged with those that came in."""
        square_ids: list[int] = []
        voice_ids: list[int] = []
        if show != "circle" and viewer.square_id is not None:
            square_ids = await self._square_ids(viewer.square_id, page)
        if viewer.circle_id is not None and show != "square":
            voice_ids = await circle_queries.timeline_ids(
                self._circle.store.reads,
                viewer.circle_id,
                max_id=page.max_id,
                since_id=page.since_id,
                min_id=page.min_id,
                limit=page.limit,
            )
        upwards = page.min_id is not None
        merged = sorted([*square_ids, *voice_ids, *arrived], reverse=not upwards)[: page.limit]
        return _Asked(sorted(merged, reverse=True), square_ids, voice_ids)

    async def _bodies(self, viewer: Viewer, asked: _Asked) -> list[tuple[int, bytes]]:
        """Those of a page that still stand, as statuses in JSON. The gate is asked again for each voice."""
        wanted = set(asked.ids)
        bodies: dict[int, bytes] = {}
        if viewer.square_id is not None:
            chosen = [one for one in asked.square if one in wanted]
            hidden = (await self._square.sights.of(viewer.square_id)).hidden
            bodies = dict(await self._rendered.page(viewer.square_id, chosen, hidden))
        if viewer.circle_id is not None:
            chosen = [one for one in asked.voices if one in wanted]
            voices = await circle_queries.load(self._circle.store.reads, viewer.circle_id, chosen)
            shown = await faces.statuses(self._square, self._circle, viewer, voices)
            bodies |= {int(one.id): msgspec.json.encode(one) for one in shown}
        return [(one, bodies[one]) for one in asked.ids if one in bodies]

    async def _load(
        self,
        viewer: Viewer,
        ids: list[int],
        square_ids: list[int],
        voice_ids: list[int],
        arrived: dict[int, Inbound],
    ) -> list[Entry]:
        wanted = set(ids)
        statuses = await load_statuses(self._square.store.reads, wanted.intersection(square_ids))
        voices: dict[int, Voice] = {}
        if viewer.circle_id is not None:
            chosen = [one for one in voice_ids if one in wanted]
            loaded = await circle_queries.load(self._circle.store.reads, viewer.circle_id, chosen)
            voices = {voice.id: voice for voice in loaded}
        hidden = (await self._square.sights.of(viewer.square_id)).hidden
        found: list[Entry] = []
        for one in ids:
            if one in statuses and not statuses[one].is_by(hidden):
                found.append(Entry(one, status=statuses[one]))
            elif one in voices:
                found.append(Entry(one, voice=voices[one]))
            elif one in arrived:
                found.append(Entry(one, inbound=arrived[one]))
        return found

    async def _square_ids(self, account_id: int, page: Page) -> list[int]:
        sight = await self._square.sights.of(account_id)
        warm = self._warm.page(account_id, page, sight)
        if warm is not None:
            return warm
        reads = self._square.store.reads
        followees = await timeline_queries.followee_ids(reads, account_id)
        seen = [one for one in followees if one not in sight.hidden]
        newest = await timeline_queries.home_ids(reads, account_id, seen, Page(limit=KEPT_IDS), sight)
        self._warm.put(account_id, (account_id, *seen), newest, sight)
        warm = self._warm.page(account_id, page, sight)
        if warm is not None:
            return warm
        return await timeline_queries.home_ids(reads, account_id, seen, page, sight)

    def _posted(self, event: events.Posted) -> None:
        self._warm.add(event.account_id, event.post_id, event.in_reply_to_account_id)
        if event.tags and event.visibility == "public":
            self._warm.add_tagged(event.post_id, event.tags)
        self._rendered.changed_author(event.account_id)
        if event.in_reply_to_id is None:
            self._rendered.new(event.post_id)
        else:
            # A reply may be in a thread that somebody has muted, so it is not yet known that nobody marked it.
            self._rendered.changed_original(event.in_reply_to_id)

    def _edited(self, event: events.PostEdited) -> None:
        self._warm.drop_tagged(set(event.tags) ^ set(event.old_tags))
        self._rendered.changed_original(event.post_id)

    def _marked(
        self, event: events.Pinned | events.Unpinned | events.Bookmarked | events.Unbookmarked
    ) -> None:
        self._rendered.marked(event.account_id, event.post_id)

    def _thread_marked(self, event: events.ThreadMuted | events.ThreadUnmuted) -> None:
        self._rendered.marked_thread(event.account_id, event.root_id)

    def _boosted(self, event: events.Boosted) -> None:
        self._warm.add_boost(event.account_id, event.boost_id)
        self._rendered.changed_author(event.account_id)
        self._rendered.changed_original(event.post_id)
        self._rendered.marked(event.account_id, event.post_id)

    def _unboosted(self, event: events.Unboosted) -> None:
        self._rendered.changed_post(event.boost_id)
        self._rendered.changed_author(event.account_id)
        self._rendered.changed_original(event.post_id)
        self._rendered.marked(event.account_id, event.post_id)

    def _favoured(self, event: events.Favourited | events.Unfavourited) -> None:
        self._rendered.changed_original(event.post_id)
        self._rendered.marked(event.account_id, event.post_id)

    def _deleted(self, event: events.PostDeleted) -> None:
        for account_id in (event.account_id, *event.booster_ids):
            self._rendered.changed_author(account_id)
        self._rendered.changed_original(event.post_id)
        if event.in_reply_to_id is not None:
            self._rendered.changed_original(event.in_reply_to_id)

    def _followed(self, event: events.Followed | events.Unfollowed) -> None:
        self._warm.drop(event.follower_id)
        self._rendered.changed_author(event.follower_id)
        self._rendered.changed_author(event.followee_id)
