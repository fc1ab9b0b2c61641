"""Moving what has a value. Always inside the write of the deed that moves it, so that both happen or neither."""

from collections.abc import Iterable

from kizuna.ground.errors import Conflict
from kizuna.ledger import queries
from kizuna.ledger.models import Movement
from kizuna.ledger.rules import Insufficient, check
from kizuna.store.store import Tx


async def move(tx: Tx, movement: Movement) -> bool:
    """Move it; False when that was done before. Raises Insufficient, and Conflict when its key moved something else.

    After a refusal the command must not go on: what was written of it is undone with it.
    """
    check(movement)
    if not await queries.write(tx, movement):
        if await queries.find(tx, movement.key) != movement:
            raise Conflict("This was done before, in another way")
        return False
    if not await queries.take(tx, movement.source, movement.amount):
        if movement.source.kind != "issuer":
            raise Insufficient("There is not enough of it left")
        await queries.open_account(tx, movement.source)
        await queries.take(tx, movement.source, movement.amount)
    if not await queries.add(tx, movement.target, movement.amount):
        await queries.open_account(tx, movement.target)
        await queries.add(tx, movement.target, movement.amount)
    return True


async def move_all(tx: Tx, movements: Iterable[Movement]) -> int:
    """Move all of them, in this order; answers how many were not done before."""
    return sum([await move(tx, each) for each in movements])
