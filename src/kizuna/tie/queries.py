"""All SQL of links, consents and what came in; the ledger's is in `copy_queries`."""

from collections.abc import Sequence
from typing import Any, Final, Literal

import sqlalchemy as sa

from kizuna.store.dialect import insert_ignore, upsert
from kizuna.store.store import Db, Row, Tx
from kizuna.tie.address import host_of
from kizuna.tie.models import INSIDE, Consent, Direction, Inbound, Limit, Link, LinkState
from kizuna.tie.tables import CONSENT, INBOUND, LINK, LINK_ATTEMPT, PARTNER_APP

#: Attempts of one face that may be open at once; an older one is dropped for a new one.
_MOST_ATTEMPTS: Final = 10
_GREATEST: Final = (1 << 63) - 1

_HOME: Final = {
    newest: sa.select(INBOUND)
    .where(
        INBOUND.c.face_id == sa.bindparam("face_id"),
        INBOUND.c.id < sa.bindparam("below"),
        INBOUND.c.id > sa.bindparam("above"),
    )
    .order_by(INBOUND.c.id.desc() if newest else INBOUND.c.id)
    .limit(sa.bindparam("n"))
    for newest in (True, False)
}


async def partner_app(db: Db, origin: str, redirect_uri: str, scopes: str) -> Row | None:
    """Our registration at a server for these scopes."""
    t = PARTNER_APP
    return await db.first(
        sa.select(t).where(t.c.origin == origin, t.c.redirect_uri == redirect_uri, t.c.scopes == scopes)
    )


async def app_of(db: Db, app_id: int) -> Row | None:
    """A registration by its id."""
    return await db.first(sa.select(PARTNER_APP).where(PARTNER_APP.c.id == app_id))


async def put_app(tx: Tx, row: dict[str, object]) -> None:
    """Keep a registration, in place of an older one for the same server and scopes."""
    keys = ("origin", "redirect_uri", "scopes")
    await tx.run(
        upsert(PARTNER_APP, keys, ("id", "name", "client_id", "client_secret", "made_at")).values(row)
    )


async def add_attempt(tx: Tx, row: dict[str, object]) -> None:
    """Remember that a person has left for a partner; forget expired attempts and the oldest of too many."""
    t = LINK_ATTEMPT
    await tx.run(sa.delete(t).where(t.c.expires_at <= tx.now_ms))
    mine = await tx.all(
        sa.select(t.c.state_hash).where(t.c.face_id == row["face_id"]).order_by(t.c.expires_at.desc())
    )
    surplus = [one.state_hash for one in mine[_MOST_ATTEMPTS - 1 :]]
    await tx.run(sa.delete(t).where(t.c.state_hash.in_(surplus)))
    await tx.run(sa.insert(t).values(row))


async def take_attempt(tx: Tx, face_id: int, state_hash: str) -> Row | None:
    """An attempt of this face that has not expired; it cannot be taken twice."""
    t = LINK_ATTEMPT
    found = await tx.first(
        sa.select(t).where(t.c.state_hash == state_hash, t.c.face_id == face_id, t.c.expires_at > tx.now_ms)
    )
    if found is not None:
        await tx.run(sa.delete(t).where(t.c.state_hash == state_hash))
    return found


async def link_to(db: Db, face_id: int, origin: str, account_id: str) -> Row | None:
    """The link of a face to an account, in whatever state."""
    t = LINK
    return await db.first(
        sa.select(t).where(t.c.face_id == face_id, t.c.origin == origin, t.c.account_id == account_id)
    )


async def link_row(db: Db, link_id: int) -> Row | None:
    """A link with its secrets, for duties."""
    return await db.first(sa.select(LINK).where(LINK.c.id == link_id))


async def own_link_row(db: Db, face_id: int, link_id: int) -> Row | None:
    """A link of this face that has not ended, with its secrets, for verbs."""
    t = LINK
    return await db.first(
        sa.select(t).where(t.c.id == link_id, t.c.face_id == face_id, t.c.state != LinkState.ENDED.value)
    )


async def add_link(tx: Tx, row: dict[str, object]) -> None:
    """A new link."""
    await tx.run(sa.insert(LINK).values(row))


async def change_link(tx: Tx, link_id: int, **changes: object) -> None:
    """Write columns of a link."""
    await tx.run(sa.update(LINK).where(LINK.c.id == link_id).values(changes))


async def links_of(db: Db, face_id: int) -> list[Link]:
    """The links of a face that have not ended, oldest first."""
    t = LINK
    rows = await db.all(
        sa.select(t).where(t.c.face_id == face_id, t.c.state != LinkState.ENDED.value).order_by(t.c.id)
    )
    open_consents = await db.all(
        sa.select(CONSENT)
        .where(CONSENT.c.link_id.in_([row.id for row in rows]), CONSENT.c.ended_at.is_(None))
        .order_by(CONSENT.c.direction.desc())
    )
    return [_link(row, [one for one in open_consents if one.link_id == row.id]) for row in rows]


async def live_link_ids(db: Db) -> list[int]:
    """All links that may have work."""
    rows = await db.all(sa.select(LINK.c.id).where(LINK.c.state != LinkState.ENDED.value))
    return [row.id for row in rows]


async def consent_history(db: Db, link_id: int) -> list[Consent]:
    """Every consent that was ever given for a link, newest first."""
    rows = await db.all(sa.select(CONSENT).where(CONSENT.c.link_id == link_id).order_by(CONSENT.c.id.desc()))
    return [_consent(row) for row in rows]


async def open_consent(db: Db, link_id: int, direction: Direction) -> int | None:
    """The id of the consent that is open for this direction now."""
    t = CONSENT
    found: int | None = await db.scalar(
        sa.select(t.c.id).where(t.c.link_id == link_id, t.c.direction == direction, t.c.ended_at.is_(None))
    )
    return found


async def consent_since(db: Db, link_id: int, direction: Direction) -> int | None:
    """Since when this direction is open."""
    t = CONSENT
    found: int | None = await db.scalar(
        sa.select(t.c.given_at).where(
            t.c.link_id == link_id, t.c.direction == direction, t.c.ended_at.is_(None)
        )
    )
    return found


async def give_consent(tx: Tx, link_id: int, direction: Direction) -> int | None:
    """Open a direction; the new consent's id, or None when it was open already."""
    if await open_consent(tx, link_id, direction) is not None:
        return None
    consent_id = tx.new_id()
    row = {"id": consent_id, "link_id": link_id, "direction": direction, "given_at": tx.now_ms}
    await tx.run(sa.insert(CONSENT).values(row))
    return consent_id


async def end_consent(tx: Tx, link_id: int, direction: Direction) -> bool:
    """Close a direction; whether it was open."""
    t = CONSENT
    closed = sa.update(t).where(t.c.link_id == link_id, t.c.direction == direction, t.c.ended_at.is_(None))
    return await tx.run(closed.values(ended_at=tx.now_ms)) > 0


async def add_inbound(tx: Tx, row: dict[str, object]) -> bool:
    """Keep an item; False when it was there already."""
    return await tx.run(insert_ignore(INBOUND), row) == 1


async def drop_inbound(tx: Tx, link_id: int, remote_id: str | None = None) -> None:
    """Forget all that a link brought in, or one item of it."""
    chosen = INBOUND.c.link_id == link_id
    if remote_id is not None:
        chosen &= INBOUND.c.remote_id == remote_id
    await tx.run(sa.delete(INBOUND).where(chosen))


async def change_inbound(tx: Tx, link_id: int, remote_id: str, **changes: object) -> None:
    """Write columns of an item, if it is kept."""
    chosen = (INBOUND.c.link_id == link_id, INBOUND.c.remote_id == remote_id)
    await tx.run(sa.update(INBOUND).where(*chosen).values(changes))


async def prune_inbound(tx: Tx, link_id: int, seen_before: int, most: int) -> None:
    """Forget what is older than that, or beyond the newest `most`."""
    t = INBOUND
    last: int | None = await tx.scalar(
        sa.select(t.c.id).where(t.c.link_id == link_id).order_by(t.c.id.desc()).offset(most).limit(1)
    )
    old = sa.or_(t.c.seen_at < seen_before, t.c.id <= (last or 0))
    await tx.run(sa.delete(t).where(t.c.link_id == link_id, old))


async def inbound_page(
    db: Db,
    face_id: int,
    *,
    max_id: int | None = None,
    since_id: int | None = None,
    min_id: int | None = None,
    limit: int = 20,
) -> list[Inbound]:
    """A page of what partners brought in for a face, newest first.

    Bounds exclude themselves. `since_id` keeps the newest page above it, `min_id` the one directly above it.
    """
    bounds: dict[str, object] = {
        "face_id": face_id,
        "below": _GREATEST if max_id is None else max_id,
        "above": max(since_id or 0, min_id or 0),
        "n": limit,
    }
    newest = min_id is None
    items = [_inbound(row) for row in await db.all(_HOME[newest], bounds)]
    return items if newest else items[::-1]


def _link(row: Row, consents: Sequence[Row]) -> Link:
    return Link(
        id=row.id,
        origin=row.origin,
        host=place_name(row),
        acct=row.acct,
        account_url=row.account_url,
        state=LinkState(row.state),
        linked_at=row.linked_at,
        limit=limit_of(row),
        consents=tuple(_consent(one) for one in consents),
    )


def limit_of(row: Row) -> Limit:
    """How long a text may be at the place of a link."""
    handles: Literal["joined", "bare"] = "bare" if row.origin == INSIDE else "joined"
    return Limit(most=row.most_characters, url=row.url_characters, unit=row.unit, handles=handles)


def place_name(row: Row) -> str:
    """What people call the place of a link or a copy: its host."""
    name: str = row.acct.rpartition("@")[2] if row.origin == INSIDE else host_of(row.origin)
    return name


def _consent(row: Row) -> Consent:
    return Consent(row.direction, row.given_at, row.ended_at)


def _inbound(row: Any) -> Inbound:
    return Inbound(
        id=row.id,
        link_id=row.link_id,
        host=host_of(row.origin),
        url=row.url,
        author_name=row.author_name,
        author_acct=row.author_acct,
        author_url=row.author_url,
        boosted_by=row.boosted_by,
        warning=row.warning,
        html=row.html,
        attachments=row.attachments,
        written_at=row.written_at,
    )
