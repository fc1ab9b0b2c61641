"""The SQL that both planes have in common, made for one of the two tables; neither ever reads the other's.

A list of all kinds walks the index of owner and id; one of some kinds walks that of owner, kind and id once for each,
so that three mentions are found among a million favourites.
"""

from collections.abc import Collection, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.notifications.models import Wanted
from kizuna.square.models import Page
from kizuna.square.page_queries import both, read_page
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx

_owner_id: Final[sa.BindParameter[int]] = sa.bindparam("owner_id")
_kind: Final[sa.BindParameter[str]] = sa.bindparam("a_kind")
_from_id: Final[sa.BindParameter[int]] = sa.bindparam("by_id")


class Told:
    """The notifications of a plane, and the kinds that somebody does not want there.

    Rows have ``id``, ``kind``, ``from_id`` and ``about``: what it is about, or 0.
    """

    def __init__(self, kept: sa.Table, unwanted: sa.Table, owner: str, about: str) -> None:
        self._table = kept
        self._unwanted = unwanted
        self._owner = owner
        self._about = about
        mine = kept.c[owner] == _owner_id
        row = sa.select(kept.c.id, kept.c.kind, kept.c.from_id, kept.c[about].label("about")).where(mine)
        of_kind = row.where(kept.c.kind == _kind)
        self.all = both(row, kept.c.id)
        self.of_kind = both(of_kind, kept.c.id)
        self.of_kind_by = both(of_kind.where(kept.c.from_id == _from_id), kept.c.id)
        self.one = row.where(kept.c.id == sa.bindparam("one_id"))
        self.in_span = (
            of_kind.where(
                kept.c[about] == sa.bindparam("about_id"),
                kept.c.id >= sa.bindparam("first"),
                kept.c.id <= sa.bindparam("last"),
            )
            .order_by(kept.c.id.desc())
            .limit(sa.bindparam("limit", type_=sa.Integer))
        )
        self._add = insert_ignore(kept)
        self._drop = sa.delete(kept).where(mine, kept.c.id == sa.bindparam("one_id"))
        self._drop_alike = sa.delete(kept).where(
            mine, kept.c.kind == _kind, kept.c.from_id == _from_id, kept.c[about] == sa.bindparam("about_id")
        )
        self._clear = sa.delete(kept).where(mine)
        not_wanted = unwanted.c[owner] == _owner_id
        self._off = sa.select(unwanted.c.kind).where(not_wanted)
        self._turn_off = insert_ignore(unwanted)
        self._turn_on = sa.delete(unwanted).where(not_wanted)

    async def rows(
        self, db: Db, owner_id: int, wanted: Wanted, page: Page, kinds: Sequence[str]
    ) -> Sequence[Row]:
        """A part of somebody's rows, newest first. ``kinds`` are those that there are."""
        asked: dict[str, object] = {"owner_id": owner_id, "by_id": wanted.from_id}
        if wanted.kinds is None and wanted.from_id is None:
            return await read_page(db, self.all, page, {"owner_id": owner_id})
        statement = self.of_kind if wanted.from_id is None else self.of_kind_by
        found: list[Row] = []
        for kind in wanted.kinds if wanted.kinds is not None else kinds:
            found += await read_page(db, statement, page, {**asked, "a_kind": kind})
        found.sort(key=lambda row: row.id, reverse=True)
        return found[: page.limit] if page.min_id is None else found[-page.limit :]

    async def row(self, db: Db, owner_id: int, one_id: int) -> Row | None:
        """One of somebody's rows."""
        return await db.first(self.one, {"owner_id": owner_id, "one_id": one_id})

    async def add(self, tx: Tx, owner_id: int, kind: str, from_id: int, about: int) -> int | None:
        """A new row; answers its id, or None when it stands already."""
        made = tx.new_id()
        row = {"id": made, self._owner: owner_id, "kind": kind, "from_id": from_id, self._about: about}
        return made if await tx.run(self._add, row) else None

    async def drop(self, tx: Tx, owner_id: int, one_id: int) -> bool:
        """Take away one of somebody's rows; False when there is none with this id."""
        return await tx.run(self._drop, {"owner_id": owner_id, "one_id": one_id}) == 1

    async def drop_alike(self, tx: Tx, owner_id: int, kind: str, from_id: int, about: int) -> None:
        """Take away what somebody was told of one thing."""
        params = {"owner_id": owner_id, "a_kind": kind, "by_id": from_id, "about_id": about}
        await tx.run(self._drop_alike, params)

    async def clear(self, tx: Tx, owner_id: int) -> None:
        """Take away all of them."""
        await tx.run(self._clear, {"owner_id": owner_id})

    async def off(self, db: Db, owner_id: int) -> frozenset[str]:
        """The kinds that somebody does not want to be told of."""
        return frozenset(row.kind for row in await db.all(self._off, {"owner_id": owner_id}))

    async def set_off(self, tx: Tx, owner_id: int, kinds: Collection[str]) -> None:
        """Replace them."""
        await tx.run(self._turn_on, {"owner_id": owner_id})
        for kind in kinds:
            await tx.run(self._turn_off, {self._owner: owner_id, "kind": kind})
