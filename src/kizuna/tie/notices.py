"""Notifications as the client API shows them: of the square, and for tokens with the circle face of both planes.

The two lists are read apart and merged by id only for a viewer who has both faces. An id tells its plane by itself.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from kizuna.circle.ports import Circle
from kizuna.ground.errors import NotFound
from kizuna.ground.ids import id_ms, parse_id, store_of
from kizuna.notifications import actions
from kizuna.notifications.circle_reads import circle_news, circle_one, circle_page
from kizuna.notifications.entities import Notification
from kizuna.notifications.filling import Filled
from kizuna.notifications.groups import ALONE, GROUPED, group_key
from kizuna.notifications.models import CircleNotification, SquareNotification
from kizuna.notifications.names import API_NAMES, Asked, circle_wanted, square_wanted
from kizuna.notifications.square_reads import square_groups, square_news, square_one, square_page
from kizuna.people.models import Viewer
from kizuna.square import entities, queries, render
from kizuna.square.load import load_statuses
from kizuna.square.models import Page
from kizuna.square.ports import Square
from kizuna.square.relations import viewer_flags
from kizuna.tie import faces

Told = SquareNotification | CircleNotification


class Notices(Protocol):
    """What somebody was told, as far as their token goes."""

    async def page(self, page: Page, asked: Asked) -> Filled[Told]:
        """A part of it, newest first."""
        ...

    async def one(self, one_id: int) -> Told | None:
        """One of it, if it still is so and may be known."""
        ...

    async def unread(self, most: int, asked: Asked) -> list[Told]:
        """What is newer than the marker, at most ``most``."""
        ...

    async def groups(self, keys: Collection[str]) -> dict[str, list[Told]]:
        """The members of groups, newest first; none for a key that is none of this viewer's."""
        ...

    async def shown(self, told: Sequence[Told]) -> list[Notification]:
        """As the client API writes them, in the same order."""
        ...

    async def dismiss(self, ids: Collection[int]) -> None:
        """Take some away. Raises NotFound."""
        ...

    async def clear(self) -> None:
        """Take all away."""
        ...


class OfSquare:
    """What an account was told."""

    def __init__(self, square: Square, me: int) -> None:
        self._square = square
        self._me = me

    async def page(self, page: Page, asked: Asked) -> Filled[Told]:
        """A part of it, newest first."""
        found, newest, older = await square_page(self._square, self._me, page, square_wanted(asked))
        return Filled([*found], newest, older)

    async def one(self, one_id: int) -> Told | None:
        """One of it, if it still is so."""
        return await square_one(self._square, self._me, one_id)

    async def unread(self, most: int, asked: Asked) -> list[Told]:
        """What is newer than the account's marker."""
        return [*await square_news(self._square, self._me, most, square_wanted(asked))]

    async def groups(self, keys: Collection[str]) -> dict[str, list[Told]]:
        """The members of groups."""
        found = await square_groups(self._square, self._me, keys)
        return {key: [*members] for key, members in found.items()}

    async def shown(self, told: Sequence[Told]) -> list[Notification]:
        """As the client API writes them."""
        return await _square_shown(self._square, self._me, told)

    async def dismiss(self, ids: Collection[int]) -> None:
        """Take some away."""
        await actions.dismiss_square(self._square, self._me, ids)

    async def clear(self) -> None:
        """Take all away."""
        await actions.clear_square(self._square, self._me)


class OfBoth:
    """What a viewer with the circle face was told: there, and on the square where the token has that face too."""

    def __init__(self, square: Square, circle: Circle, viewer: Viewer) -> None:
        assert viewer.circle_id is not None, "reached with the circle face only"
        self._square = square
        self._circle = circle
        self._viewer = viewer
        self._face = viewer.circle_id
        self._public = None if viewer.square_id is None else OfSquare(square, viewer.square_id)

    async def page(self, page: Page, asked: Asked) -> Filled[Told]:
        """A part of both, newest first."""
        closed = await circle_page(self._circle.store.reads, self._face, page, circle_wanted(asked))
        public = await self._public.page(page, asked) if self._public else Filled[Told]([], None, None)
        return _merged(page, public, Filled([*closed.found], closed.newest, closed.older))

    async def one(self, one_id: int) -> Told | None:
        """One of both."""
        if store_of(one_id) != "circle":
            return await self._public.one(one_id) if self._public else None
        found = await circle_one(self._circle.store.reads, self._face, one_id)
        return found if found is not None and found.kind in API_NAMES else None

    async def unread(self, most: int, asked: Asked) -> list[Told]:
        """What is newer than the marker of its plane."""
        closed = await circle_news(self._circle.store.reads, self._face, most, circle_wanted(asked))
        public = await self._public.unread(most, asked) if self._public else []
        return [*public, *closed][:most]

    async def groups(self, keys: Collection[str]) -> dict[str, list[Told]]:
        """The members of groups. What friends do is told one by one."""
        alone = {key: parse_id(key.removeprefix(ALONE)) for key in keys if key.startswith(ALONE)}
        closed = {key: one for key, one in alone.items() if one is not None and store_of(one) == "circle"}
        found = await self._public.groups([key for key in keys if key not in closed]) if self._public else {}
        for key, one_id in closed.items():
            one = await self.one(one_id)
            found[key] = [] if one is None else [one]
        return found

    async def shown(self, told: Sequence[Told]) -> list[Notification]:
        """As the client API writes them, with the voices as this viewer sees them."""
        public = await self._public.shown(told) if self._public else []
        closed = [each for each in told if isinstance(each, CircleNotification)]
        by_id = {each.id: each for each in (*public, *await self._closed_shown(closed))}
        return [by_id[str(each.id)] for each in told if str(each.id) in by_id]

    async def _closed_shown(self, told: Sequence[CircleNotification]) -> list[Notification]:
        voices = list({each.voice.id: each.voice for each in told if each.voice is not None}.values())
        shown = await faces.statuses(self._square, self._circle, self._viewer, voices)
        statuses = {each.id: each for each in shown}
        return [
            _entity(
                each,
                API_NAMES[each.kind],
                faces.account(each.face, self._square.origin),
                None if each.voice is None else statuses[str(each.voice.id)],
            )
            for each in told
            if each.face is not None and each.kind in API_NAMES
        ]

    async def dismiss(self, ids: Collection[int]) -> None:
        """Take some away, each from its plane."""
        closed = [one for one in ids if store_of(one) == "circle"]
        public = [one for one in ids if one not in closed]
        if public and self._public is None:
            raise NotFound
        for one in closed:
            await actions.dismiss_circle(self._circle, self._face, one)
        if public and self._public is not None:
            await self._public.dismiss(public)

    async def clear(self) -> None:
        """Take all away, in both planes."""
        await actions.clear_circle(self._circle, self._face)
        if self._public is not None:
            await self._public.clear()


def key_of(told: Told, kinds: frozenset[str] = GROUPED) -> str:
    """The key of the group that it belongs to, when those ``kinds`` are grouped."""
    return group_key(told, kinds) if isinstance(told, SquareNotification) else f"{ALONE}{told.id}"


def _merged(page: Page, public: Filled[Told], closed: Filled[Told]) -> Filled[Told]:
    parts = (public, closed)
    every = sorted((*public.found, *closed.found), key=lambda one: one.id, reverse=True)
    newest = max((part.newest for part in parts if part.newest is not None), default=None)
    if page.min_id is not None:
        found = every[-page.limit :]
        return Filled(found, found[0].id if len(found) < len(every) else newest, _last(found))
    # Below the higher of two ends something may have been left out of the list that ended there.
    older = max((part.older for part in parts if part.older is not None), default=None)
    every = [each for each in every if older is None or each.id >= older]
    found = every[: page.limit]
    return Filled(found, newest, _last(found) if len(found) < len(every) else older)


def _last(found: Sequence[Told]) -> int | None:
    return found[-1].id if found else None


async def _square_shown(square: Square, me: int, every: Sequence[Told]) -> list[Notification]:
    told = [each for each in every if isinstance(each, SquareNotification)]
    if not told:
        return []
    db = square.store.reads
    ids = {each.post_id for each in told if each.post_id is not None}
    accounts = await queries.accounts(db, {each.from_id for each in told})
    rows = await load_statuses(db, ids)
    flags = await viewer_flags(square, me, ids)
    statuses = {one: render.status(row, square.origin, flags) for one, row in rows.items()}
    return [
        _entity(
            each,
            each.kind,
            render.account(accounts[each.from_id], square.origin),
            None if each.post_id is None else statuses[each.post_id],
        )
        for each in told
        if each.from_id in accounts and (each.post_id is None or each.post_id in statuses)
    ]


def _entity(each: Told, name: str, account: entities.Account, status: entities.Status | None) -> Notification:
    return Notification(
        id=str(each.id),
        type=name,
        created_at=render.when(id_ms(each.id)),
        group_key=key_of(each),
        account=account,
        status=msgspec.UNSET if status is None else status,
    )
