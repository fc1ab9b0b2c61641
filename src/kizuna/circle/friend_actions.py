"""The verbs between two faces: asking, answering, inviting, ending.

Declining and removing are silent: nothing the other side can read or do tells of them.
"""

import hashlib
import re
from typing import Final

from kizuna.circle import events, friend_queries, group_queries
from kizuna.circle.models import Friendship, Invitation
from kizuna.circle.ports import Circle
from kizuna.ground import text as texts
from kizuna.ground.errors import Invalid, NotFound
from kizuna.store.store import Tx

NOTE_LENGTH: Final = 200
INVITE_BYTES: Final = 20
INVITE_DAYS: Final = 30
DAY_MS: Final = 24 * 60 * 60 * 1000
INVITE_USES: Final = 100
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{20,64}")


async def request_friend(circle: Circle, from_id: int, to_handle: str, note: str = "") -> Friendship:
    """Ask somebody to be friends, with a note of up to 200 characters; answers how they stand then.

    If the other has asked too, that makes them friends. Asking again changes nothing, and after a silent decline looks
    the same as ever. Raises NotFound for an unknown handle or one whose face has blocked this one, Invalid for oneself,
    for whom oneself has blocked, and for a note that cannot be.
    """
    said = texts.clean_line(note.replace("\r\n", " ").replace("\n", " "), "note")
    texts.check_length(said, NOTE_LENGTH, "note")

    async def apply(tx: Tx) -> Friendship:
        other = await friend_queries.profile(tx, from_id, to_handle)
        if other is None or not await friend_queries.is_live(tx, from_id):
            raise NotFound
        match other.state:
            case Friendship.SELF:
                raise Invalid("This is you.", field="handle")
            case Friendship.FRIENDS:
                return Friendship.FRIENDS
            case Friendship.BLOCKED:
                raise Invalid("You have blocked this person.", field="handle")
            case _:
                return await _ask(circle, tx, from_id, other.face.id, said)

    return await circle.store.write(apply)


async def _ask(circle: Circle, tx: Tx, from_id: int, to_id: int, note: str) -> Friendship:
    crossing = await friend_queries.request_between(tx, to_id, from_id)
    if crossing is not None and crossing.withdrawn_at is None:
        # Also when this side had declined: to the other side the request was open all the time.
        await _befriend(tx, to_id, from_id)
        return Friendship.FRIENDS
    before = await friend_queries.request_between(tx, from_id, to_id)
    if before is not None and before.withdrawn_at is None:
        return Friendship.REQUESTED
    circle.count(from_id, "requests")
    declined_at = None
    if before is not None:
        declined_at = before.declined_at
        await friend_queries.drop_request(tx, before.id)
    request_id = tx.new_id()
    await friend_queries.add_request(
        tx,
        {
            "id": request_id,
            "from_id": from_id,
            "to_id": to_id,
            "note": note,
            "created_at": tx.now_ms,
            "declined_at": declined_at,
            "withdrawn_at": None,
        },
    )
    if declined_at is None:
        tx.emit(events.Requested(request_id, from_id, to_id))
    return Friendship.REQUESTED


async def _befriend(tx: Tx, other_id: int, by_id: int) -> None:
    if await friend_queries.tie_friends(tx, other_id, by_id):
        tx.emit(events.Befriended(other_id, by_id, by_id))


async def accept(circle: Circle, face_id: int, request_id: int) -> int:
    """Accept a request that was sent to this face; answers the new friend's id. Raises NotFound if none waits."""

    async def apply(tx: Tx) -> int:
        request = await friend_queries.request_to(tx, face_id, request_id)
        if request is None or request.withdrawn_at is not None or request.declined_at is not None:
            raise NotFound
        await _befriend(tx, request.from_id, face_id)
        return request.from_id

    return await circle.store.write(apply)


async def decline(circle: Circle, face_id: int, request_id: int) -> None:
    """Decline silently: who asked goes on seeing a request that waits. Raises NotFound for one sent to another."""

    async def apply(tx: Tx) -> None:
        request = await friend_queries.request_to(tx, face_id, request_id)
        if request is None:
            raise NotFound
        if request.declined_at is None:
            await friend_queries.change_request(tx, request_id, declined_at=tx.now_ms)

    await circle.store.write(apply)


async def withdraw(circle: Circle, face_id: int, request_id: int) -> None:
    """Take back a request of this face. Raises NotFound if none waits."""

    async def apply(tx: Tx) -> None:
        request = await friend_queries.request_from(tx, face_id, request_id)
        if request is None or request.withdrawn_at is not None:
            raise NotFound
        if request.declined_at is None:
            await friend_queries.drop_request(tx, request_id)
        else:
            await friend_queries.change_request(tx, request_id, withdrawn_at=tx.now_ms)

    await circle.store.write(apply)


async def remove_friend(circle: Circle, face_id: int, other_id: int) -> None:
    """End a friendship silently, in both directions at once. Nothing happens where there is none."""

    async def apply(tx: Tx) -> None:
        await part(tx, face_id, other_id)

    await circle.store.write(apply)


async def part(tx: Tx, by_id: int, other_id: int) -> None:
    """End a friendship inside a transaction: each leaves the groups of the other, and comes back to none of them by
    becoming friends anew."""
    if await friend_queries.untie_friends(tx, by_id, other_id):
        await group_queries.leave_groups(tx, by_id, other_id)
        await group_queries.leave_groups(tx, other_id, by_id)
        tx.emit(events.Unfriended(by_id, other_id, by_id))


async def make_invite(circle: Circle, face_id: int, max_uses: int = 1, days: int = 14) -> tuple[int, str]:
    """A link that makes whoever takes it a friend, for 1 to 30 ``days``; answers (id, code).

    The code is told this once: only its hash is kept. Raises Invalid unless ``max_uses`` is from 1 to 100.
    """
    if not 1 <= days <= INVITE_DAYS:
        raise Invalid("An invitation is good for 1 to {most} days.", field="days", most=INVITE_DAYS)
    if not 1 <= max_uses <= INVITE_USES:
        raise Invalid("An invitation can be for 1 to {most} people.", field="max_uses", most=INVITE_USES)
    code = circle.randomness.token(INVITE_BYTES)

    async def apply(tx: Tx) -> int:
        if not await friend_queries.is_live(tx, face_id):
            raise NotFound
        circle.count(face_id, "invites")
        invite_id = tx.new_id()
        await friend_queries.add_invite(
            tx,
            {
                "id": invite_id,
                "face_id": face_id,
                "code_hash": _hash(code),
                "uses": 0,
                "max_uses": max_uses,
                "created_at": tx.now_ms,
                "expires_at": tx.now_ms + days * DAY_MS,
                "ended_at": None,
            },
        )
        return invite_id

    return await circle.store.write(apply), code


def _hash(code: str) -> str:
    """Random codes of 160 bits need neither salt nor a slow hash. Raises NotFound for what cannot be a code."""
    if not _CODE.fullmatch(code):
        raise NotFound
    return hashlib.sha256(code.encode()).hexdigest()


async def end_invite(circle: Circle, face_id: int, invite_id: int) -> None:
    """End an invite link of one's own; those who took it stay friends. Raises NotFound for another's."""

    async def apply(tx: Tx) -> None:
        if not await friend_queries.end_invite(tx, face_id, invite_id):
            raise NotFound

    await circle.store.write(apply)


async def see_invite(circle: Circle, code: str, viewer_id: int) -> Invitation:
    """Who invites. Raises NotFound alike for a code that never was, is ended, expired or used up, and where a block
    stands between the two."""
    found = await friend_queries.invitation(circle.store.reads, viewer_id, _hash(code), circle.clock.now_ms())
    if found is None:
        raise NotFound
    return found[1]


async def take_invite(circle: Circle, code: str, viewer_id: int) -> int:
    """Become friends with who invites, at once: they have agreed beforehand. Answers their face id.

    Taking it again while friends does nothing; each person can use a link once. Raises NotFound as ``see_invite``
    does, Invalid for one's own.
    """
    code_hash = _hash(code)

    async def apply(tx: Tx) -> int:
        found = await friend_queries.invitation(tx, viewer_id, code_hash, tx.now_ms)
        if found is None or not await friend_queries.is_live(tx, viewer_id):
            raise NotFound
        invite_id, invitation = found
        if invitation.state is Friendship.SELF:
            raise Invalid("This is your own invitation; send it to a friend.")
        if invitation.state is not Friendship.FRIENDS:
            if not await friend_queries.use_invite(tx, invite_id, viewer_id):
                raise NotFound
            await _befriend(tx, invitation.face.id, viewer_id)
        return invitation.face.id

    return await circle.store.write(apply)
