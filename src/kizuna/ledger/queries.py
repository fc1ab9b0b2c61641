"""All SQL of the book. What is asked at every movement is made once."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.ledger.models import Account, Kind, Movement, Total
from kizuna.ledger.tables import ACCOUNT, MOVEMENT
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Tx

_ASSET: Final = sa.bindparam("in_asset", type_=sa.Text)
_KIND: Final = sa.bindparam("in_kind", type_=sa.Text)
_OWNER: Final = sa.bindparam("in_owner", type_=sa.BigInteger)
_AMOUNT: Final = sa.bindparam("amount", type_=sa.BigInteger)
_THIS: Final = sa.and_(ACCOUNT.c.asset == _ASSET, ACCOUNT.c.kind == _KIND, ACCOUNT.c.owner_id == _OWNER)
_COVERED: Final = sa.or_(ACCOUNT.c.kind == "issuer", ACCOUNT.c.balance >= _AMOUNT)
_WRITE: Final = insert_ignore(MOVEMENT)
_FIND: Final = sa.select(MOVEMENT).where(MOVEMENT.c.key == sa.bindparam("key"))
_OPEN: Final = insert_ignore(ACCOUNT)
_ADD: Final = sa.update(ACCOUNT).where(_THIS).values(balance=ACCOUNT.c.balance + _AMOUNT)
_TAKE: Final = sa.update(ACCOUNT).where(_THIS, _COVERED).values(balance=ACCOUNT.c.balance - _AMOUNT)
_BALANCE: Final = sa.select(ACCOUNT.c.balance).where(_THIS)
_OF_OWNER: Final = sa.select(ACCOUNT).where(ACCOUNT.c.owner_id == _OWNER, ACCOUNT.c.kind == _KIND)


def _named(account: Account) -> dict[str, object]:
    return {"in_asset": account.asset, "in_kind": account.kind, "in_owner": account.owner_id}


async def write(tx: Tx, movement: Movement) -> bool:
    """Write a movement down; False when one with its key is there."""
    row = {
        "id": tx.new_id(),
        "key": movement.key,
        "asset": movement.source.asset,
        "source_kind": movement.source.kind,
        "source_id": movement.source.owner_id,
        "target_kind": movement.target.kind,
        "target_id": movement.target.owner_id,
        "amount": movement.amount,
        "at": tx.now_ms,
    }
    return await tx.run(_WRITE, row) == 1


async def find(db: Db, key: str) -> Movement | None:
    """The movement with a key."""
    row = await db.first(_FIND, {"key": key})
    if row is None:
        return None
    source = Account(row.asset, row.source_kind, row.source_id)
    return Movement(row.key, source, Account(row.asset, row.target_kind, row.target_id), row.amount)


async def take(tx: Tx, account: Account, amount: int) -> bool:
    """Take so much; False when it is not there. An issuer has what it gives."""
    return await tx.run(_TAKE, {**_named(account), "amount": amount}) == 1


async def add(tx: Tx, account: Account, amount: int) -> bool:
    """Add so much; False when the account is not open."""
    return await tx.run(_ADD, {**_named(account), "amount": amount}) == 1


async def open_account(tx: Tx, account: Account) -> None:
    """Open an account with nothing on it, if it is not open."""
    row = {"asset": account.asset, "kind": account.kind, "owner_id": account.owner_id, "balance": 0}
    await tx.run(_OPEN, row)


async def balance(db: Db, account: Account) -> int:
    """What an account has."""
    return await db.scalar(_BALANCE, _named(account)) or 0


async def balances(db: Db, kind: str, owner_id: int) -> dict[str, int]:
    """What an owner has, by asset; nothing of what is at nought."""
    rows = await db.all(_OF_OWNER, {"in_kind": kind, "in_owner": owner_id})
    return {row.asset: row.balance for row in rows if row.balance}


async def holders(
    db: Db, asset: str, kind: Kind = "held", limit: int | None = None, after: int | None = None
) -> dict[int, int]:
    """Whose accounts of a kind have how much of an asset, in the order of owners: those after one, or all.

    For deeds that are about all of them.
    """
    account = ACCOUNT.c
    held = sa.select(account.owner_id, account.balance).where(account.asset == asset, account.kind == kind)
    if after is not None:
        held = held.where(account.owner_id > after)
    rows = await db.all(held.where(account.balance > 0).order_by(account.owner_id).limit(limit))
    return {row.owner_id: row.balance for row in rows}


async def totals(db: Db) -> Sequence[Total]:
    """What the accounts of each kind have together, by asset and kind."""
    account = ACCOUNT
    total = sa.cast(sa.func.sum(account.c.balance), sa.BigInteger).label("balance")
    rows = await db.all(
        sa.select(account.c.asset, account.c.kind, total)
        .group_by(account.c.asset, account.c.kind)
        .order_by(account.c.asset, account.c.kind)
    )
    return [Total(row.asset, row.kind, row.balance) for row in rows]


async def unlike(db: Db) -> Sequence[tuple[Account, int, int]]:
    """Accounts whose balance is not what their movements add up to: each with both."""
    account, movement = ACCOUNT, MOVEMENT
    ins = sa.select(
        movement.c.asset,
        movement.c.target_kind.label("kind"),
        movement.c.target_id.label("owner_id"),
        movement.c.amount.label("amount"),
    )
    outs = sa.select(movement.c.asset, movement.c.source_kind, movement.c.source_id, -movement.c.amount)
    both = sa.union_all(ins, outs).subquery()
    moved = (
        sa.select(
            both.c.asset,
            both.c.kind,
            both.c.owner_id,
            sa.cast(sa.func.sum(both.c.amount), sa.BigInteger).label("moved"),
        )
        .group_by(both.c.asset, both.c.kind, both.c.owner_id)
        .subquery()
    )
    keys = sa.and_(*(account.c[name] == moved.c[name] for name in ("asset", "kind", "owner_id")))
    there = sa.select(
        account.c.asset,
        account.c.kind,
        account.c.owner_id,
        account.c.balance,
        sa.func.coalesce(moved.c.moved, 0).label("moved"),
    ).outerjoin_from(account, moved, keys)
    missing = (
        sa.select(moved.c.asset, moved.c.kind, moved.c.owner_id, sa.literal(0), moved.c.moved)
        .outerjoin_from(moved, account, keys)
        .where(account.c.asset.is_(None))
    )
    every = sa.union_all(there, missing).subquery()
    rows = await db.all(sa.select(every).where(every.c.balance != every.c.moved))
    return [(Account(row.asset, row.kind, row.owner_id), row.balance, row.moved) for row in rows]
