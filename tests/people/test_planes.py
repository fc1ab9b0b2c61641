"""The other half of the sign-up saga: told twice, the planes make one face, and answer twice."""

import sqlalchemy as sa

from kizuna.circle.actions import make_face
from kizuna.circle.tables import FACE
from kizuna.square.actions import make_account
from kizuna.square.tables import ACCOUNT
from kizuna.store.open import Stores
from kizuna.store.tables import OUTBOX


async def test_a_face_that_is_there_is_told_again(stores: Stores) -> None:
    for _ in range(2):
        await stores.square.write(lambda tx: make_account(tx, 1, "hana", "花"))
        await stores.circle.write(lambda tx: make_face(tx, 2, "hana", "花"))
    for store, table in ((stores.square, ACCOUNT), (stores.circle, FACE)):
        assert await store.reads.scalar(sa.select(sa.func.count()).select_from(table)) == 1
        assert await store.reads.scalar(sa.select(sa.func.count()).select_from(OUTBOX[store.name])) == 2
