"""All SQL on addresses and on the links that are sent to them."""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.people.tables import MAIL_LINK, PERSON, PERSON_FACE
from kizuna.store.store import Db, Row, Tx

MOST_OF_AN_ADDRESS: Final = 5


async def addresses(db: Db, person_id: int) -> Row | None:
    """What a person wants mails to go to, in which language, and what became of it."""
    columns = (
        PERSON.c.locale,
        PERSON.c.email,
        PERSON.c.new_email,
        PERSON.c.confirmed_at,
        PERSON.c.bounced_at,
        PERSON.c.sign_in_mails,
    )
    return await db.first(sa.select(*columns).where(PERSON.c.id == person_id))


async def persons_of(db: Db, email: str) -> Sequence[int]:
    """Who has this address; several people may share one. At most five."""
    found = sa.select(PERSON.c.id).where(sa.func.lower(PERSON.c.email) == email.lower())
    return [row.id for row in await db.all(found.order_by(PERSON.c.id).limit(MOST_OF_AN_ADDRESS))]


async def bounced(person_id: int, email: str, tx: Tx) -> None:
    """A mail server said for good that this address does not exist."""
    mine = sa.and_(PERSON.c.id == person_id, PERSON.c.email == email)
    await tx.run(sa.update(PERSON).where(mine).values(bounced_at=tx.now_ms))


async def set_new_email(tx: Tx, person_id: int, email: str | None) -> None:
    """The address that waits to be confirmed."""
    await tx.run(sa.update(PERSON).where(PERSON.c.id == person_id).values(new_email=email))


async def set_email(tx: Tx, person_id: int, email: str | None, confirmed_at: int | None) -> None:
    """The address of a person, from now on."""
    values = {"email": email, "new_email": None, "confirmed_at": confirmed_at, "bounced_at": None}
    await tx.run(sa.update(PERSON).where(PERSON.c.id == person_id).values(**values))


async def set_sign_in_mails(tx: Tx, person_id: int, *, wanted: bool) -> None:
    """Whether a person is told of new sign-ins by mail."""
    await tx.run(sa.update(PERSON).where(PERSON.c.id == person_id).values(sign_in_mails=wanted))


# Links


async def set_link(tx: Tx, person_id: int, purpose: str, row: Mapping[str, object]) -> None:
    """The one link of a purpose that counts for a person; nothing when the person is gone meanwhile."""
    await drop_links(tx, person_id, purpose)
    if await addresses(tx, person_id) is not None:
        await tx.run(sa.insert(MAIL_LINK).values(id=tx.new_id(), person_id=person_id, purpose=purpose, **row))


async def link(db: Db, digest: bytes, now_ms: int) -> Row | None:
    """The link with this token, as long as it counts, with a handle of its person."""
    columns = (
        MAIL_LINK.c.id,
        MAIL_LINK.c.person_id,
        MAIL_LINK.c.purpose,
        MAIL_LINK.c.email,
        PERSON_FACE.c.handle,
    )
    found = (
        sa.select(*columns)
        .join(PERSON_FACE, PERSON_FACE.c.person_id == MAIL_LINK.c.person_id)
        .where(MAIL_LINK.c.token_hash == digest, MAIL_LINK.c.expires_at > now_ms)
    )
    return await db.first(found.order_by(PERSON_FACE.c.plane.desc()).limit(1))


async def take_link(tx: Tx, link_id: int) -> bool:
    """Use a link; False when somebody was faster."""
    return await tx.run(sa.delete(MAIL_LINK).where(MAIL_LINK.c.id == link_id)) == 1


async def drop_links(tx: Tx, person_id: int, purpose: str) -> None:
    """Make the links of a purpose worthless."""
    await tx.run(
        sa.delete(MAIL_LINK).where(MAIL_LINK.c.person_id == person_id, MAIL_LINK.c.purpose == purpose)
    )
