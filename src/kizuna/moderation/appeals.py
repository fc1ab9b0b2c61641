"""Whoever is suspended cannot sign in, but can ask once more, showing the password."""

from typing import Final

from kizuna.ground import text as texts
from kizuna.ground.errors import Conflict, Invalid
from kizuna.moderation import queries
from kizuna.people import standing_queries
from kizuna.people.ports import People
from kizuna.people.sessions import check_proof, prove
from kizuna.store.store import Tx

APPEAL_LENGTH: Final = 2000


async def appeal(people: People, handle: str, password: str, text: str, address: str) -> None:
    """Ask the moderators to look at a suspension again; one question at a time.

    Raises Unauthorized and TooMany as signing in does, Invalid, and Conflict for somebody who is not suspended or has
    asked already.
    """
    words = texts.clean(text)
    if texts.is_blank(words):
        raise Invalid("Please write something.", field="text")
    texts.check_length(words, APPEAL_LENGTH)
    proof = await prove(people, handle, password, address)

    async def apply(tx: Tx) -> None:
        await check_proof(tx, proof)
        if (await standing_queries.standing(tx, proof.person_id)).suspended_at is None:
            raise Conflict("This account is not suspended.")
        if await queries.open_appeals(tx, proof.person_id):
            raise Conflict("You have asked already. The moderators will answer.")
        plane, face_id = next(
            iter(sorted((await standing_queries.faces(tx, proof.person_id)).items(), reverse=True))
        )
        row = {
            "id": tx.new_id(),
            "person_id": proof.person_id,
            "plane": plane,
            "face_id": face_id,
            "text": words,
            "created_at": tx.now_ms,
        }
        await queries.add_appeal(tx, row)

    await people.store.write(apply)
