"""Statuses as JSON bytes, kept while nobody changes them; a viewer's own flags are laid over them."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from kizuna.square import render
from kizuna.square.load import load_statuses
from kizuna.square.mark_queries import markers
from kizuna.square.models import NO_FLAGS, Flags, Status
from kizuna.square.ports import Square
from kizuna.square.relations import viewer_flags

KEPT: Final = 50_000
KEPT_MARKS: Final = 2_000
KEPT_VIEWERS: Final = 5_000
_encode = msgspec.json.Encoder().encode


class _Shown:
    """An account as it is shown at the moment; whoever holds one sees when that has changed."""

    __slots__ = ("stands",)

    def __init__(self) -> None:
        self.stands = True


class _Piece(msgspec.Struct, frozen=True, gc=False):
    """One status with the flags of a stranger, whose post it is, and whose name and counts it shows (booster first)."""

    body: bytes
    proper_id: int
    author: _Shown
    original_author: _Shown
    authors: tuple[int, int]


class _Marks:
    """What a viewer has done with the posts seen lately: ``laid`` has the flags where there are any."""

    __slots__ = ("known", "laid")

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.laid: dict[int, bytes] = {}


class _Fields(msgspec.Struct):
    """The flags as they stand side by side in the entity Status."""

    favourited: bool
    reblogged: bool
    muted: bool
    bookmarked: bool
    pinned: bool


def _fields(flags: Flags, one: int) -> bytes:
    fields = _Fields(
        one in flags.favourited,
        one in flags.boosted,
        one in flags.muted,
        one in flags.bookmarked,
        one in flags.pinned,
    )
    return _encode(fields)[1:-1]


# Inside a JSON text every quotation mark is escaped, so this can only be the fields themselves.
_PLAIN: Final = _fields(NO_FLAGS, 0)


class Rendered:
    """The cache of one process. ``origin`` is that of the addresses in the statuses."""

    def __init__(self, square: Square, kept: int = KEPT) -> None:
        self._square = square
        self._kept = kept
        self._pieces: OrderedDict[int, _Piece] = OrderedDict()
        self._showing: dict[int, set[int]] = {}
        self._shown: dict[int, _Shown] = {}
        self._marks: OrderedDict[int, _Marks] = OrderedDict()
        self._unmarked: set[int] = set()

    async def page(
        self, viewer_id: int, ids: Sequence[int], hidden: frozenset[int]
    ) -> list[tuple[int, bytes]]:
        """Those of these statuses that still stand, with their ids, in order, as the viewer sees them.

        What ``hidden`` accounts wrote or boosted is left out.
        """
        find = self._pieces.get
        missing = [
            one
            for one in ids
            if (piece := find(one)) is None or not (piece.author.stands and piece.original_author.stands)
        ]
        if missing:
            await self._render(missing)
            ids = [one for one in ids if one in self._pieces]
        if hidden:
            ids = [one for one in ids if hidden.isdisjoint(self._pieces[one].authors)]
        pieces = [self._pieces[one] for one in ids]
        laid = await self._laid_over(viewer_id, [piece.proper_id for piece in pieces])
        return [
            (
                one,
                piece.body.replace(_PLAIN, laid[piece.proper_id]) if piece.proper_id in laid else piece.body,
            )
            for one, piece in zip(ids, pieces, strict=True)
        ]

    async def told(self, one: int, viewers: Collection[int]) -> tuple[bytes, dict[int, bytes]] | None:
        """A status as everybody reads it, and as those of these viewers do who marked it; None when it is gone."""
        piece = self._pieces.get(one)
        if piece is None or not (piece.author.stands and piece.original_author.stands):
            await self._render([one])
            piece = self._pieces.get(one)
        if piece is None:
            return None
        if piece.proper_id in self._unmarked:
            return piece.body, {}
        own: dict[int, bytes] = {}
        for viewer_id in await markers(self._square.store.reads, piece.proper_id, viewers):
            laid = (await self._laid_over(viewer_id, [piece.proper_id])).get(piece.proper_id)
            if laid is not None:
                own[viewer_id] = piece.body.replace(_PLAIN, laid)
        return piece.body, own

    def changed_author(self, account_id: int) -> None:
        """An account changed in what its statuses show of it (name, counts)."""
        shown = self._shown.pop(account_id, None)
        if shown is not None:
            shown.stands = False

    def changed_post(self, *post_ids: int) -> None:
        """Posts or boosts changed or went away."""
        for post_id in post_ids:
            self._forget(post_id)

    def changed_original(self, post_id: int) -> None:
        """A post changed that boosts may show too."""
        for one in tuple(self._showing.get(post_id, ())):
            self._forget(one)

    def new(self, post_id: int) -> None:
        """A post, no reply, was made just now: until somebody marks it, nobody need be asked whether they have."""
        if len(self._unmarked) >= self._kept:
            self._unmarked.clear()
        self._unmarked.add(post_id)

    def marked(self, viewer_id: int, post_id: int) -> None:
        """A viewer favoured, boosted, kept or pinned a post, or took it back."""
        self._unmarked.discard(post_id)
        marks = self._marks.get(viewer_id)
        if marks is not None:
            marks.known.discard(post_id)
            marks.laid.pop(post_id, None)

    def marked_thread(self, viewer_id: int, root_id: int) -> None:
        """A viewer muted a thread, or unmuted it: which of the posts seen lately are in it, nobody knows here."""
        self._unmarked.discard(root_id)
        self._marks.pop(viewer_id, None)

    def _forget(self, one: int) -> None:
        piece = self._pieces.pop(one, None)
        if piece is not None:
            showing = self._showing[piece.proper_id]
            showing.discard(one)
            if not showing:
                del self._showing[piece.proper_id]

    async def _render(self, ids: Sequence[int]) -> None:
        for one in ids:
            self._forget(one)
        found = await load_statuses(self._square.store.reads, ids)
        for one, status in found.items():
            piece = self._pieces[one] = self._piece(status)
            self._showing.setdefault(piece.proper_id, set()).add(one)
        while len(self._pieces) > max(self._kept, len(ids)):
            self._forget(next(iter(self._pieces)))

    def _piece(self, status: Status) -> _Piece:
        author, original_author = (
            self._shown.setdefault(account.id, _Shown()) for account in (status.author, status.proper.author)
        )
        body = _encode(render.status(status, self._square.origin))
        authors = (status.author.id, status.proper.author.id)
        return _Piece(body, status.proper.post.id, author, original_author, authors)

    async def _laid_over(self, viewer_id: int, post_ids: Sequence[int]) -> dict[int, bytes]:
        """The viewer's flags by post, for these and others; what is not in it has none."""
        marks = self._marks.get(viewer_id)
        if marks is None:
            marks = self._marks[viewer_id] = _Marks()
            if len(self._marks) > KEPT_VIEWERS:
                self._marks.popitem(last=False)
        self._marks.move_to_end(viewer_id)
        unknown = set(post_ids).difference(marks.known, self._unmarked)
        if not unknown:
            return marks.laid
        if len(marks.known) > KEPT_MARKS:
            marks.known.clear()
            marks.laid.clear()
            unknown = set(post_ids)
        flags = await viewer_flags(self._square, viewer_id, unknown)
        marks.known |= unknown
        for one in flags.any:
            marks.laid[one] = _fields(flags, one)
        return marks.laid
