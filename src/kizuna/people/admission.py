"""Who is let in: after confirming an address, and where the server wants it, after somebody has said yes.

Until then a person has a password and reserved handles, and no face anywhere: nothing of them is in a plane.
"""

from typing import Literal

from kizuna.ground.errors import Forbidden, NotFound
from kizuna.people import admission_queries, leaving_queries, queries
from kizuna.people.events import Reserved, ReservedFace
from kizuna.people.mails import Wanted, ask_mail
from kizuna.people.models import Applicant
from kizuna.people.ports import People
from kizuna.store.store import Db, Tx

Standing = Literal["in", "confirm", "approval"]


class Waiting(Forbidden):
    """The password was right, and the person is not in yet. ``standing`` says what for."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(
            "Your login is missing a confirmed e-mail address"
            if standing == "confirm"
            else "Your login is currently pending approval"
        )
        self.standing: Standing = standing


async def standing(people: People, db: Db, person_id: int) -> Standing:
    """What somebody who signed up is waiting for; "in" when it is for nothing."""
    row = await admission_queries.admission(db, person_id)
    if row is None or row.activated_at is not None:
        return "in"
    if row.confirmed_at is None and people.config.mail_confirmation == "required":
        return "confirm"
    return "in" if row.approved_at is not None else "approval"


async def admit_if_ready(people: People, tx: Tx, person_id: int) -> bool:
    """Tell the planes to make the faces of somebody who waits for nothing any more; whether that is so."""
    if await standing(people, tx, person_id) != "in":
        return False
    faces = await admission_queries.unmade_faces(tx, person_id)
    if faces:
        wanted = tuple(ReservedFace(face.plane, face.face_id, face.handle) for face in faces)
        tx.emit(Reserved(faces[0].reserved_name, faces[0].locale, wanted))
    return True


async def applicants(people: People) -> list[Applicant]:
    """Who waits to be let in, the first first. For those who decide: it holds addresses and reasons."""
    rows = await admission_queries.applicants(people.store.reads)
    return [
        Applicant(
            person_id=row.id,
            handle=row.handle,
            name=row.reserved_name,
            email=row.email,
            confirmed=row.confirmed_at is not None,
            reason=row.reason,
            since_at=row.created_at,
        )
        for row in rows
    ]


async def approve(people: People, person_id: int) -> None:
    """Let somebody in and tell them. Raises NotFound when nobody with this id waits."""

    async def apply(tx: Tx) -> None:
        if not await admission_queries.approve(tx, person_id):
            raise NotFound
        if await admit_if_ready(people, tx, person_id):
            await ask_mail(people, tx, Wanted("approved", person_id))

    await people.store.write(apply)


async def decline(people: People, person_id: int) -> None:
    """Turn somebody away, tell them, and forget them. Raises NotFound when nobody with this id waits."""

    async def apply(tx: Tx) -> None:
        row = await admission_queries.admission(tx, person_id)
        if row is None or row.approved_at is not None:
            raise NotFound
        if row.email:
            await ask_mail(people, tx, Wanted("declined", person_id, to=row.email, locale=row.locale))
        await forget(tx, person_id, row.invite_id)

    await people.store.write(apply)


async def forget(tx: Tx, person_id: int, invite_id: int | None) -> None:
    """Remove somebody who never came in. Their handle is free at once."""
    await leaving_queries.drop_access(tx, person_id)
    await leaving_queries.drop_unused(tx, person_id)
    if invite_id is not None:
        await queries.use_invite(tx, invite_id, -1)
