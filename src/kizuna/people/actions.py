"""Signing up, and what people change about themselves.

Sign-up reserves here (person, handles, ids of the faces), the planes make their faces when they hear of it, and the
last of them to answer activates the person. What a crash leaves in between is finished at the next start.
"""

import asyncio
import functools
import itertools
from collections.abc import Sequence
from typing import Final

from kizuna.bus.port import Subscription
from kizuna.ground import text
from kizuna.ground.config import Plane
from kizuna.ground.errors import Forbidden, Invalid, Unauthorized, Unavailable
from kizuna.ground.i18n import LOCALES
from kizuna.people import factor_queries, mail_queries, oauth_queries, queries
from kizuna.people.admission import admit_if_ready
from kizuna.people.emails import check_email
from kizuna.people.endings import tokens_changed
from kizuna.people.events import Activated, Reserved, ReservedFace
from kizuna.people.handles import check_display_name, check_handle
from kizuna.people.invites import find_invite, take_invite
from kizuna.people.limits import SIGN_UP, TRY_SIGN_UP, address_subject
from kizuna.people.mails import Wanted, ask_mail
from kizuna.people.models import SignUp, Viewer
from kizuna.people.passwords import check_password
from kizuna.people.ports import People, activated_topic
from kizuna.people.sessions import check_proof, confirm_password
from kizuna.store.store import Db, Row, Tx

ACTIVATION_SECONDS: Final = 10.0
LONGEST_REASON: Final = 500


async def sign_up(people: People, draft: SignUp, address: str) -> int:
    """Make a person with a face in each plane of this server; answers the person's id once they can sign in.

    Where an address has to be confirmed, or somebody has to let them in, it answers at once, and they have no faces
    until then (admission.py).

    Raises Forbidden (closed, or invite needed), Gone (invite), Invalid, TooMany, and Unavailable when the planes
    did not answer within ten seconds: the sign-up is then finished later.
    """
    _check_open(people, draft)
    form = _checked(people, draft)
    people.limiter.check(None, TRY_SIGN_UP, address_subject(address))
    await people.screen(address, form.email)
    await _check_takeable(people, form)
    people.limiter.check(None, SIGN_UP, address_subject(address))
    argon2 = await people.hasher.hash(form.password)
    person_id = people.store.ids.new()
    faces = tuple(
        ReservedFace(plane, people.face_ids[plane].new(), form.handle_in(plane))
        for plane in people.config.planes
    )
    with people.bus.subscribe(activated_topic(person_id)) as activated:
        ready = await people.store.write(functools.partial(_reserve, people, form, person_id, argon2, faces))
        if ready:
            await _wait(people, person_id, activated)
    return person_id


def _check_open(people: People, draft: SignUp) -> None:
    if people.config.sign_up == "closed":
        raise Forbidden("Sign-up is closed on this server.")
    if people.config.sign_up == "invite" and not draft.invite:
        raise Forbidden("This server can be joined with an invite only.", field="invite")


def _checked(people: People, draft: SignUp) -> SignUp:
    """The draft as it will be stored. Raises Invalid."""
    password = check_password(draft.password)
    handle = check_handle(draft.handle)
    circle_handle = _check_circle_handle(people, draft, handle)
    if password.lower() in (handle, circle_handle):
        raise Invalid("The password must not be the handle.", field="password")
    email = check_email(draft.email)
    if email is None and people.config.mail_confirmation == "required":
        raise Invalid("This server needs an e-mail address.", field="email")
    locale = (draft.locale or "").partition("-")[0].lower()
    return SignUp(
        handle=handle,
        circle_handle=circle_handle,
        password=password,
        display_name=check_display_name(draft.display_name),
        email=email,
        locale=locale if locale in LOCALES else people.config.language,
        invite=draft.invite,
        reason=_check_reason(people, draft),
    )


def _check_circle_handle(people: People, draft: SignUp, handle: str) -> str | None:
    """The handle for the circle, where it is another one. Raises Invalid."""
    if not draft.circle_handle or set(people.config.planes) != {"square", "circle"}:
        return None
    try:
        other = check_handle(draft.circle_handle)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="circle_handle", **refusal.values) from refusal
    return None if other == handle else other


def _check_reason(people: People, draft: SignUp) -> str:
    """What they wrote to be let in, where that is asked for."""
    if people.config.sign_up != "approval":
        return ""
    reason = text.clean(draft.reason, "reason")
    text.check_length(reason, LONGEST_REASON, "reason")
    if text.is_blank(reason) and not draft.invite:
        raise Invalid("Write in a few words why you would like to join.", field="reason")
    return reason


async def _check_takeable(people: People, form: SignUp) -> None:
    """Refuse early, before the costly hash; the reservation decides."""
    if people.config.sign_up == "invite":
        await find_invite(people.store.reads, form.invite or "", people.clock.now_ms())
    await _check_free(people.store.reads, people.config.planes, form, people.clock.now_ms())


async def _check_free(db: Db, planes: Sequence[Plane], form: SignUp, now_ms: int) -> None:
    """Raises Invalid for a handle that is taken.

    What is taken in the square is public and asked first. A handle in the circle is told to be taken only to a form
    that is right in all else, and never which of the reasons it is.
    """
    for plane in planes:
        handle = form.handle_in(plane)
        like = await queries.taken_like(db, [plane], handle, now_ms)
        if like is None:
            continue
        if plane == "circle" and len(planes) > 1:
            raise Invalid("Choose another handle for the circle.", field="circle_handle")
        if like == handle:
            raise Invalid("This handle is taken.", field="handle")
        raise Invalid("This handle reads too much like one that is taken.", field="handle")


async def _reserve(
    people: People, form: SignUp, person_id: int, argon2: str, faces: tuple[ReservedFace, ...], tx: Tx
) -> bool:
    """The first step of the saga: all that people keep, and the event that the planes act on.

    The event waits for those who are not in yet; whether this one is.
    """
    await _check_free(tx, people.config.planes, form, tx.now_ms)
    invite_id = None
    if form.invite:
        invite_id = await take_invite(tx, form.invite, needed=people.config.sign_up == "invite")
    approval = people.config.sign_up == "approval" and invite_id is None
    if approval and text.is_blank(form.reason):
        raise Invalid("Write in a few words why you would like to join.", field="reason")
    row = {
        "id": person_id,
        "locale": form.locale,
        "email": form.email,
        "reserved_name": form.display_name,
        "invite_id": invite_id,
        "reason": form.reason,
        "approved_at": None if approval else tx.now_ms,
    }
    await queries.add_person(tx, row)
    for face in faces:
        await queries.add_face(tx, person_id, face)
    await queries.set_credential(tx, person_id, argon2)
    if people.config.mail_confirmation == "required":
        await ask_mail(people, tx, Wanted("confirm", person_id))
    return await admit_if_ready(people, tx, person_id)


async def _wait(people: People, person_id: int, activated: Subscription) -> None:
    """Until the planes have answered. Listening began before the reservation, so that no answer is missed."""
    try:
        async with asyncio.timeout(ACTIVATION_SECONDS):
            while await queries.viewer_of_person(people.store.reads, person_id) is None:
                await anext(activated)
    except TimeoutError as error:
        raise Unavailable("Your sign-up is being finished. Please sign in in a moment.") from error


async def activate(tx: Tx, plane: Plane, face_id: int) -> None:
    """A plane has made a face that was reserved here; with the last one, its person can sign in.

    For a transaction of the store people. A face that is not known here, or made already, changes nothing.
    """
    person_id = await queries.person_of_face(tx, plane, face_id)
    if person_id is None:
        return
    await queries.face_made(tx, face_id)
    if await queries.activate_if_complete(tx, person_id):
        tx.emit(Activated(person_id))


async def finish_reservations(people: People) -> int:
    """At start-up: complete or remove what a crash, or a lasting failure in a plane, left of sign-ups.

    Planes that this server runs are told again. Faces for planes that it no longer runs are given up, and a person to
    whom no face is left is removed, the invite given back. Answers how many sign-ups were unfinished.
    """

    async def apply(tx: Tx) -> int:
        rows = await queries.unfinished(tx, confirmed=people.config.mail_confirmation == "required")
        persons = [list(group) for _, group in itertools.groupby(rows, key=lambda row: row.id)]
        for faces in persons:
            await _finish(people, tx, faces)
        return len(persons)

    return await people.store.write(apply)


async def _finish(people: People, tx: Tx, faces: Sequence[Row]) -> None:
    person = faces[0]
    lost = [face.face_id for face in faces if face.made_at is None and face.plane not in people.config.planes]
    await queries.drop_faces(tx, lost)
    if len(lost) == len(faces):
        await queries.drop_person(tx, person.id)
        if person.invite_id is not None:
            await queries.use_invite(tx, person.invite_id, -1)
        return
    missing = [face for face in faces if face.made_at is None and face.face_id not in lost]
    if missing:
        wanted = tuple(ReservedFace(face.plane, face.face_id, face.handle) for face in missing)
        tx.emit(Reserved(person.reserved_name, person.locale, wanted))
    else:
        await queries.activate_if_complete(tx, person.id)


async def change_password(people: People, viewer: Viewer, current: str, new: str) -> None:
    """Set a new password. It ends all other sessions, revokes every app's token and voids codes not yet exchanged:

    whoever changes a password may do so because somebody else knows the old one. Raises Invalid, Unauthorized, TooMany.
    """
    password = check_password(new, field="new_password")
    proof = await confirm_password(people, viewer, current)
    argon2 = await people.hasher.hash(password)

    async def apply(tx: Tx) -> None:
        await check_proof(tx, proof)
        if viewer.session_id is None or not await queries.has_session(tx, viewer.session_id):
            raise Unauthorized("Please sign in again.")
        await queries.set_credential(tx, viewer.person_id, argon2)
        await oauth_queries.void_codes(tx, viewer.person_id)
        await mail_queries.drop_links(tx, viewer.person_id, "reset")
        await factor_queries.drop_steps(tx, viewer.person_id)
        await ask_mail(people, tx, Wanted("password", viewer.person_id))
        ended = await queries.drop_sessions(tx, viewer.person_id, but=viewer.session_id)
        ended += await oauth_queries.revoke_tokens(tx, person_id=viewer.person_id)
        tokens_changed(tx, ended)

    await people.store.write(apply)


async def change_locale(people: People, viewer: Viewer, locale: str) -> None:
    """The language in which the server speaks to the viewer. Raises Invalid."""
    if locale not in LOCALES:
        raise Invalid("Choose one of the languages of this server.", field="locale")

    async def apply(tx: Tx) -> None:
        await queries.set_locale(tx, viewer.person_id, locale)
        changed = await queries.session_hashes(tx, viewer.person_id)
        changed += await oauth_queries.token_hashes(tx, viewer.person_id)
        tokens_changed(tx, changed)

    await people.store.write(apply)
