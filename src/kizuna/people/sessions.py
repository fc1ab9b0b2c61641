"""Signing in with a password, and the sessions that come of it."""

from typing import Final, NamedTuple

from kizuna.ground.errors import NotFound, Unauthorized, Unavailable
from kizuna.people import admission, factor_queries, queries
from kizuna.people.endings import tokens_changed
from kizuna.people.handles import LONGEST_HANDLE
from kizuna.people.history import note_sign_in
from kizuna.people.limits import CONFIRM_AGAIN, SIGN_IN_ANYWHERE, SIGN_IN_AS, SIGN_IN_FROM, address_subject
from kizuna.people.mails import Wanted, ask_mail
from kizuna.people.models import NewSession, Session, Viewer
from kizuna.people.passwords import LONGEST, Verdict, normal
from kizuna.people.ports import People
from kizuna.people.standing import check_not_suspended
from kizuna.people.tokens import token_hash
from kizuna.people.viewers import IDLE_MS, this_hour
from kizuna.store.store import Tx

SLOWED_SECONDS: Final = 2.0
STEP_MS: Final = 10 * 60 * 1000
"""How long a sign-in may wait for its second factor."""
LONGEST_USER_AGENT: Final = 300


class Proof(NamedTuple):
    """Somebody knew the password behind this hash. Whoever acts on it checks that the hash is still the stored one."""

    person_id: int
    argon2: str


class MoreNeeded(Unauthorized):
    """The password was right, and the person has a second factor: ``step`` goes on from here (second.py)."""

    def __init__(self, step: str) -> None:
        super().__init__("Please show your second factor.")
        self.step = step


async def sign_in(people: People, handle: str, password: str, address: str, user_agent: str) -> NewSession:
    """Begin a session for whoever knows handle and password.

    Raises Unauthorized (the same, after the same time, whether the handle or the password is wrong), TooMany,
    MoreNeeded (there is a second factor), Waiting (not let in yet), and Unavailable while a sign-up is finished.
    """
    proof = await prove(people, handle, password, address)
    what = await admission.standing(people, people.store.reads, proof.person_id)
    if what != "in":
        await _remind(people, proof.person_id, what)
        raise admission.Waiting(what)
    found = await factor_queries.counts(people.store.reads, proof.person_id)
    if found.totp or found.passkeys:
        raise MoreNeeded(await _begin_step(people, proof))
    return await start_session(people, proof.person_id, user_agent, proof, address=address)


async def _remind(people: People, person_id: int, what: admission.Standing) -> None:
    """Who has not confirmed an address yet may have lost the mail: signing in sends another."""
    if what == "confirm" and people.limiter.take(None, CONFIRM_AGAIN, str(person_id)).allowed:
        await people.store.write(lambda tx: ask_mail(people, tx, Wanted("confirm", person_id)))


async def _begin_step(people: People, proof: Proof) -> str:
    step = people.randomness.token()
    digest = token_hash("step", step)

    async def apply(tx: Tx) -> None:
        await check_proof(tx, proof)
        await factor_queries.add_step(tx, digest, proof.person_id, proof.argon2, tx.now_ms + STEP_MS)

    await people.store.write(apply)
    return step


async def prove(people: People, handle: str, password: str, address: str) -> Proof:
    """Who it is that knows handle and password. Raises Unauthorized, TooMany, Unavailable."""
    name = handle.strip().lower()[: LONGEST_HANDLE + 1]
    subject = await _slow_down(people, name, address_subject(address))
    proof = await _verify(people, name, password)
    if proof is None:
        raise _wrong()
    people.limiter.forgive(None, SIGN_IN_AS, subject)
    return proof


async def _slow_down(people: People, name: str, address: str) -> str:
    """Count an attempt by address, and by handle from that address; answers the subject of the latter.

    The handle alone never locks anybody out: guesses from everywhere only make the answers slow.
    """
    subject = f"{name} {address}"
    people.limiter.check(None, SIGN_IN_FROM, address)
    people.limiter.check(None, SIGN_IN_AS, subject)
    if not people.limiter.take(None, SIGN_IN_ANYWHERE, name).allowed:
        await people.clock.sleep(SLOWED_SECONDS)
    return subject


async def _verify(people: People, name: str, password: str) -> Proof | None:
    """Compare with as many hashes as there are planes, real or not, so that a failure always takes the same time."""
    planes = people.config.planes
    typed = normal(password)
    candidates = await queries.credentials_of_handle(people.store.reads, planes, name)
    for index in range(len(planes)):
        row = candidates[index] if index < len(candidates) else None
        verdict = await people.hasher.verify(row.argon2 if row else None, typed)
        if row is None or verdict is Verdict.WRONG or len(typed) > LONGEST:
            continue
        proof = Proof(row.person_id, row.argon2)
        return proof if verdict is Verdict.RIGHT else await _rehash(people, proof, typed)
    return None


async def _rehash(people: People, proof: Proof, typed: str) -> Proof:
    """Store the password's hash with today's parameters."""
    fresh = await people.hasher.hash(typed)

    async def apply(tx: Tx) -> None:
        await queries.rehash_credential(tx, proof.person_id, proof.argon2, fresh)

    await people.store.write(apply)
    return Proof(proof.person_id, fresh)


async def confirm_password(people: People, viewer: Viewer, password: str) -> Proof:
    """The viewer shows once more that it is them. Raises Unauthorized, TooMany, Unavailable."""
    people.limiter.check(None, SIGN_IN_AS, str(viewer.person_id))
    known = await queries.credential_of_person(people.store.reads, viewer.person_id)
    verdict = await people.hasher.verify(known, normal(password))
    if known is None or verdict is Verdict.WRONG:
        raise Unauthorized("The password is wrong.", field="password")
    people.limiter.forgive(None, SIGN_IN_AS, str(viewer.person_id))
    return Proof(viewer.person_id, known)


async def check_proof(tx: Tx, proof: Proof) -> None:
    """The password proved in prepare is still the person's. Raises Unauthorized when it was changed meanwhile."""
    if await queries.credential_of_person(tx, proof.person_id) != proof.argon2:
        raise _wrong()


async def start_session(
    people: People,
    person_id: int,
    user_agent: str,
    proof: Proof | None = None,
    *,
    address: str = "",
    how: str = "password",
) -> NewSession:
    """Begin a session for a person who has just signed up, or shown a ``proof``.

    Raises Unavailable before activation, Unauthorized when the password was changed after the proof, Forbidden for
    somebody who is suspended.
    """
    token = people.randomness.token()

    async def apply(tx: Tx) -> NewSession:
        if proof is not None:
            await check_proof(tx, proof)
        return await open_session(people, tx, person_id, token, user_agent, address, how)

    return await people.store.write(apply)


async def open_session(
    people: People, tx: Tx, person_id: int, token: str, user_agent: str, address: str, how: str
) -> NewSession:
    """Begin a session in a transaction, under a token that nobody has seen before: whatever cookie a browser brought
    along, it gets another one. Raises Unavailable before activation, Forbidden for somebody who is suspended."""
    viewer = await queries.viewer_of_person(tx, person_id)
    if viewer is None:
        raise Unavailable("Your sign-up is being finished. Please sign in in a moment.")
    await check_not_suspended(tx, person_id)
    agent = "".join(letter for letter in user_agent[:LONGEST_USER_AGENT] if letter.isprintable())
    idle = await queries.drop_sessions(tx, person_id, seen_before=tx.now_ms - IDLE_MS)
    digest = token_hash("session", token)
    session_id = await queries.add_session(tx, person_id, digest, agent, this_hour(tx.now_ms))
    await note_sign_in(people, tx, person_id, agent, address, how)
    tokens_changed(tx, idle)
    return NewSession(token, _in_session(viewer, session_id))


def _in_session(viewer: Viewer, session_id: int) -> Viewer:
    return Viewer(
        person_id=viewer.person_id,
        square_id=viewer.square_id,
        circle_id=viewer.circle_id,
        locale=viewer.locale,
        session_id=session_id,
        scopes=viewer.scopes,
    )


async def my_sessions(people: People, viewer: Viewer) -> list[Session]:
    """The viewer's sessions, the one used last first; this one is marked."""
    rows = await queries.sessions_of(people.store.reads, viewer.person_id)
    return [
        Session(row.id, row.user_agent, row.created_at, row.seen_at, row.id == viewer.session_id)
        for row in rows
    ]


async def sign_out(people: People, viewer: Viewer) -> None:
    """End the viewer's own session. Doing it twice is fine."""
    if viewer.session_id is not None:
        await _end(people, viewer.person_id, only=viewer.session_id)


async def end_session(people: People, viewer: Viewer, session_id: int) -> None:
    """End one of the viewer's sessions. Raises NotFound for somebody else's and for one that has ended."""
    if await _end(people, viewer.person_id, only=session_id) == 0:
        raise NotFound


async def end_other_sessions(people: People, viewer: Viewer) -> int:
    """End all of the viewer's sessions but this one; answers how many that were."""
    return await _end(people, viewer.person_id, but=viewer.session_id)


async def _end(people: People, person_id: int, *, only: int | None = None, but: int | None = None) -> int:
    async def apply(tx: Tx) -> int:
        ended = await queries.drop_sessions(tx, person_id, only=only, but=but)
        tokens_changed(tx, ended)
        return len(ended)

    return await people.store.write(apply)


def _wrong() -> Unauthorized:
    """The same for both, so that nobody learns who has an account."""
    return Unauthorized("The handle or the password is wrong.")
