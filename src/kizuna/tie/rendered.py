"""Statuses as JSON bytes, kept while nobody changes them; a viewer's own flags are laid over them."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import msgspec

from kizuna.square import queries, render
from kizuna.square.load import load_statuses
from kizuna.square.models import Flags, Status
from kizuna.square.ports import Square

KEPT: Final = 50_000
KEPT_MARKS: Final = 2_000
KEPT_VIEWERS: Final = 5_000
_encode = msgspec.json.Encoder().encode


class _Piece(msgspec.Struct, frozen=True, gc=False):
    """One status with the flags of a stranger; what it was made from, to know when it is stale."""

    body: bytes
    proper_id: int
    authors: tuple[int, ...]
    versions: tuple[int, ...]


def _flags(favourited: bool, boosted: bool) -> bytes:
    return b'"favourited":%s,"reblogged":%s' % (_encode(favourited), _encode(boosted))


# Inside a JSON text every quotation mark is escaped, so this can only be the fields themselves.
_PLAIN: Final = _flags(favourited=False, boosted=False)


class Rendered:
    """The cache of one process. ``origin`` is that of the addresses in the statuses."""

    def __init__(self, square: Square, kept: int = KEPT) -> None:
        self._square = square
        self._kept = kept
        self._pieces: OrderedDict[int, _Piece] = OrderedDict()
        self._showing: dict[int, set[int]] = {}
        self._versions: dict[int, int] = {}
        self._marks: OrderedDict[int, dict[int, bytes]] = OrderedDict()

    async def page(self, viewer_id: int, ids: Sequence[int]) -> list[tuple[int, bytes]]:
        """Those of these statuses that still stand, with their ids, in order, as the viewer sees them."""
        missing = [one for one in ids if not self._fresh(one)]
        if missing:
            await self._render(missing)
        pieces = [(one, self._pieces[one]) for one in ids if one in self._pieces]
        marks = await self._marks_of(viewer_id, [piece for _, piece in pieces])
        return [
            (
                one,
                piece.body
                if (mark := marks[piece.proper_id]) is _PLAIN
                else piece.body.replace(_PLAIN, mark),
            )
            for one, piece in pieces
        ]

    def changed_author(self, account_id: int) -> None:
        """An account changed in what its statuses show of it (name, counts)."""
        self._versions[account_id] = self._versions.get(account_id, 0) + 1

    def changed_post(self, *post_ids: int) -> None:
        """Posts or boosts changed or went away."""
        for post_id in post_ids:
            self._forget(post_id)

    def changed_original(self, post_id: int) -> None:
        """A post changed that boosts may show too."""
        for one in tuple(self._showing.get(post_id, ())):
            self._forget(one)

    def marked(self, viewer_id: int, post_id: int) -> None:
        """A viewer favoured or boosted a post, or took it back."""
        self._marks.get(viewer_id, {}).pop(post_id, None)

    def _fresh(self, one: int) -> bool:
        piece = self._pieces.get(one)
        if piece is None:
            return False
        if all(self._versions.get(a, 0) == v for a, v in zip(piece.authors, piece.versions, strict=True)):
            return True
        self._forget(one)
        return False

    def _forget(self, one: int) -> None:
        piece = self._pieces.pop(one, None)
        if piece is not None:
            showing = self._showing[piece.proper_id]
            showing.discard(one)
            if not showing:
                del self._showing[piece.proper_id]

    async def _render(self, ids: Sequence[int]) -> None:
        found = await load_statuses(self._square.store.reads, ids)
        for one, status in found.items():
            piece = self._pieces[one] = self._piece(status)
            self._showing.setdefault(piece.proper_id, set()).add(one)
        while len(self._pieces) > max(self._kept, len(ids)):
            self._forget(next(iter(self._pieces)))

    def _piece(self, status: Status) -> _Piece:
        authors = tuple({status.author.id, status.proper.author.id})
        versions = tuple(self._versions.get(author, 0) for author in authors)
        body = _encode(render.status(status, self._square.config.url))
        return _Piece(body, status.proper.post.id, authors, versions)

    async def _marks_of(self, viewer_id: int, pieces: Sequence[_Piece]) -> dict[int, bytes]:
        marks = self._marks.setdefault(viewer_id, {})
        self._marks.move_to_end(viewer_id)
        if len(self._marks) > KEPT_VIEWERS:
            self._marks.popitem(last=False)
        unknown = {piece.proper_id for piece in pieces if piece.proper_id not in marks}
        if unknown:
            if len(marks) > KEPT_MARKS:
                marks.clear()
                unknown = {piece.proper_id for piece in pieces}
            flags = await queries.viewer_flags(self._square.store.reads, viewer_id, unknown)
            marks.update((one, _mark(flags, one)) for one in unknown)
        return marks


def _mark(flags: Flags, one: int) -> bytes:
    favourited, boosted = one in flags.favourited, one in flags.boosted
    return _flags(favourited, boosted) if favourited or boosted else _PLAIN
