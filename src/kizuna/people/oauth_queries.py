"""All SQL on apps, codes and tokens."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import sqlalchemy as sa

from kizuna.people.models import App, AppToken, Viewer
from kizuna.people.scopes import parse_scopes
from kizuna.people.tables import OAUTH_APP, OAUTH_CODE, OAUTH_TOKEN, PERSON
from kizuna.store.store import Db, Row, Tx

_TOKEN: Final = (
    sa.select(
        OAUTH_TOKEN.c.id,
        OAUTH_TOKEN.c.app_id,
        OAUTH_TOKEN.c.person_id,
        OAUTH_TOKEN.c.square_id,
        OAUTH_TOKEN.c.circle_id,
        OAUTH_TOKEN.c.scopes,
        PERSON.c.locale,
        PERSON.c.activated_at,
    )
    .select_from(OAUTH_TOKEN.outerjoin(PERSON, PERSON.c.id == OAUTH_TOKEN.c.person_id))
    .where(OAUTH_TOKEN.c.token_hash == sa.bindparam("digest"), OAUTH_TOKEN.c.revoked_at.is_(None))
)

_APP: Final = sa.select(OAUTH_APP).where(OAUTH_APP.c.id == sa.bindparam("id"))


async def holder_of_token(db: Db, digest: bytes) -> Viewer | AppToken | int | None:
    """Who is behind a bearer token that was not revoked; only the person's id while they are not in yet."""
    row = await db.first(_TOKEN, {"digest": digest})
    if row is None:
        return None
    scopes = parse_scopes(row.scopes)
    if row.person_id is None:
        return AppToken(token_id=row.id, app_id=row.app_id, scopes=scopes)
    if row.activated_at is None:
        return int(row.person_id)
    return Viewer(
        person_id=row.person_id,
        square_id=row.square_id,
        circle_id=row.circle_id,
        locale=row.locale,
        token_id=row.id,
        app_id=row.app_id,
        scopes=scopes,
    )


# Apps


async def add_app(tx: Tx, app: App, secret_hash: bytes) -> None:
    """A registered app."""
    row = {
        "id": app.id,
        "client_id": app.client_id,
        "secret_hash": secret_hash,
        "name": app.name,
        "website": app.website,
        "redirect_uris": msgspec.json.encode(app.redirect_uris).decode(),
        "scopes": " ".join(sorted(app.scopes)),
        "created_at": tx.now_ms,
    }
    await tx.run(sa.insert(OAUTH_APP).values(row))


async def app_by_client(db: Db, client_id: str) -> tuple[App, bytes] | None:
    """The app with this client id, and the hash of its secret."""
    if (
        not client_id.isascii()
    ):  # no client id is written like this, and not every text can be sent to a database
        return None
    row = await db.first(sa.select(OAUTH_APP).where(OAUTH_APP.c.client_id == client_id))
    return (_app(row), row.secret_hash) if row is not None else None


async def app_by_id(db: Db, app_id: int) -> App | None:
    """The app with this id."""
    row = await db.first(_APP, {"id": app_id})
    return _app(row) if row is not None else None


def _app(row: Row) -> App:
    return App(
        id=row.id,
        client_id=row.client_id,
        name=row.name,
        website=row.website,
        redirect_uris=msgspec.json.decode(row.redirect_uris, type=tuple[str, ...]),
        scopes=parse_scopes(row.scopes),
    )


# Codes


async def add_code(tx: Tx, row: Mapping[str, object]) -> None:
    """An authorisation code."""
    await tx.run(sa.insert(OAUTH_CODE).values(id=tx.new_id(), **row))


async def code_by_hash(db: Db, digest: bytes) -> Row | None:
    """An authorisation code, used or not."""
    return await db.first(sa.select(OAUTH_CODE).where(OAUTH_CODE.c.code_hash == digest))


async def code_used(tx: Tx, code_id: int) -> None:
    """The code has been exchanged."""
    await tx.run(sa.update(OAUTH_CODE).where(OAUTH_CODE.c.id == code_id).values(used_at=tx.now_ms))


async def void_codes(tx: Tx, person_id: int, app_id: int | None = None) -> None:
    """Make codes of a person that were not exchanged yet worthless: those of one app, or all."""
    statement = sa.update(OAUTH_CODE).where(
        OAUTH_CODE.c.person_id == person_id, OAUTH_CODE.c.used_at.is_(None)
    )
    if app_id is not None:
        statement = statement.where(OAUTH_CODE.c.app_id == app_id)
    await tx.run(statement.values(expires_at=tx.now_ms))


# Tokens


async def add_token(tx: Tx, row: Mapping[str, object]) -> None:
    """A bearer token. Inserted at once: a replay of its code in the same group of commands must find it."""
    await tx.run(sa.insert(OAUTH_TOKEN).values(id=tx.new_id(), created_at=tx.now_ms, **row))


async def app_of_token(db: Db, digest: bytes) -> int | None:
    """The app to which a token was issued, revoked or not."""
    return await db.scalar(sa.select(OAUTH_TOKEN.c.app_id).where(OAUTH_TOKEN.c.token_hash == digest))


async def token_hashes(db: Db, person_id: int) -> list[bytes]:
    """The live tokens that act for a person."""
    rows = await db.all(
        sa.select(OAUTH_TOKEN.c.token_hash).where(
            OAUTH_TOKEN.c.person_id == person_id, OAUTH_TOKEN.c.revoked_at.is_(None)
        )
    )
    return [row.token_hash for row in rows]


async def revoke_tokens(tx: Tx, **chosen: int | bytes) -> list[bytes]:
    """Revoke the live tokens that have these values in these columns; answers their hashes."""
    condition = sa.and_(
        OAUTH_TOKEN.c.revoked_at.is_(None),
        *(OAUTH_TOKEN.c[column] == value for column, value in chosen.items()),
    )
    rows = await tx.all(sa.select(OAUTH_TOKEN.c.token_hash).where(condition))
    await tx.run(sa.update(OAUTH_TOKEN).where(condition).values(revoked_at=tx.now_ms))
    return [row.token_hash for row in rows]


async def grants_of(db: Db, person_id: int) -> Sequence[Row]:
    """The live tokens of a person with their apps, newest first."""
    return await db.all(
        sa.select(
            OAUTH_TOKEN.c.app_id,
            OAUTH_TOKEN.c.scopes,
            OAUTH_TOKEN.c.created_at,
            OAUTH_APP.c.name,
            OAUTH_APP.c.website,
        )
        .join(OAUTH_APP, OAUTH_APP.c.id == OAUTH_TOKEN.c.app_id)
        .where(OAUTH_TOKEN.c.person_id == person_id, OAUTH_TOKEN.c.revoked_at.is_(None))
        .order_by(OAUTH_TOKEN.c.id.desc())
    )
