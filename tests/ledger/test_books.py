"""Invariant 9: nothing comes from nowhere, nothing is lost, and the same movement happens once."""

import asyncio
from collections import Counter

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kizuna.ground.errors import Conflict
from kizuna.ledger import queries
from kizuna.ledger.actions import move, move_all
from kizuna.ledger.audit import audit
from kizuna.ledger.models import KINDS, Account, Movement
from kizuna.ledger.rules import Insufficient
from kizuna.ledger.tables import ACCOUNT, MOVEMENT
from kizuna.store.open import Stores
from kizuna.store.store import Store, Tx

COUPON = "xmas/coupon"
ISSUER, STOCK = Account(COUPON, "issuer"), Account(COUPON, "stock", 1)
AKI, BEN = Account(COUPON, "held", 11), Account(COUPON, "held", 12)


@pytest.fixture
def book(stores: Stores) -> Store:
    """The book of the circle, with five coupons in stock."""
    asyncio.run(stores.circle.write(lambda tx: move(tx, Movement("issue", ISSUER, STOCK, 5))))
    return stores.circle


def asked(book: Store, *movements: Movement) -> int:
    return asyncio.run(book.write(lambda tx: move_all(tx, movements)))


def has(book: Store, account: Account) -> int:
    return asyncio.run(queries.balance(book.reads, account))


def wrong(book: Store) -> list[str]:
    return list(asyncio.run(audit(book.reads)))


def test_what_is_issued_is_somewhere(book: Store) -> None:
    assert asked(book, Movement("won", STOCK, AKI, 2), Movement("passed on", AKI, BEN, 1)) == 2
    assert [has(book, each) for each in (ISSUER, STOCK, AKI, BEN)] == [-5, 3, 1, 1]
    assert asyncio.run(queries.balances(book.reads, "held", 11)) == {COUPON: 1}
    assert wrong(book) == []


def test_the_same_movement_happens_once(book: Store) -> None:
    assert asked(book, Movement("won", STOCK, AKI, 2)) == 1
    assert asked(book, Movement("won", STOCK, AKI, 2)) == 0
    assert has(book, AKI) == 2


@pytest.mark.parametrize(
    "other",
    [
        Movement("won", STOCK, AKI, 1),
        Movement("won", STOCK, BEN, 2),
        Movement("won", AKI, STOCK, 2),
        Movement("won", Account("points", "issuer"), Account("points", "held", 11), 2),
    ],
)
def test_a_key_moves_nothing_else(book: Store, other: Movement) -> None:
    asked(book, Movement("won", STOCK, AKI, 2))
    with pytest.raises(Conflict):
        asked(book, other)
    assert [has(book, each) for each in (STOCK, AKI, BEN)] == [3, 2, 0]
    assert wrong(book) == []


def test_nobody_gives_what_is_not_there(book: Store) -> None:
    with pytest.raises(Insufficient):
        asked(book, Movement("won", STOCK, AKI, 3), Movement("more", STOCK, AKI, 3))
    assert [has(book, each) for each in (STOCK, AKI)] == [5, 0], "of what is refused nothing is done"
    with pytest.raises(Insufficient):
        asked(book, Movement("from nobody", BEN, AKI, 1))
    assert asked(book, Movement("won", STOCK, AKI, 3)) == 1, "a key that was refused is free"
    assert wrong(book) == []


@pytest.mark.parametrize(
    "nonsense",
    [
        Movement("", STOCK, AKI, 1),
        Movement("k" * 201, STOCK, AKI, 1),
        Movement("nought", STOCK, AKI, 0),
        Movement("less", STOCK, AKI, -1),
        Movement("too much", ISSUER, AKI, (1 << 53) + 1),
        Movement("nowhere", STOCK, STOCK, 1),
        Movement("changed", STOCK, Account("points", "held", 11), 1),
    ],
)
def test_what_no_movement_can_be_is_refused(book: Store, nonsense: Movement) -> None:
    with pytest.raises(ValueError, match=r"movement|amount"):
        asked(book, nonsense)
    assert wrong(book) == []


def test_many_who_want_the_last_one_at_once(book: Store) -> None:
    async def go() -> Counter[str]:
        async def take(number: int) -> str:
            target = Account(COUPON, "held", 100 + number)
            try:
                await book.write(lambda tx: move(tx, Movement(f"take {number}", STOCK, target, 1)))
            except Insufficient:
                return "too late"
            return "taken"

        return Counter(await asyncio.gather(*(take(number) for number in range(60))))

    assert asyncio.run(go()) == {"taken": 5, "too late": 55}
    assert has(book, STOCK) == 0
    assert wrong(book) == []


@pytest.mark.parametrize("kind", ["balance", "movement", "amount"])
def test_the_audit_finds_what_was_changed_by_hand(book: Store, kind: str) -> None:
    asked(book, Movement("won", STOCK, AKI, 2))
    account, movement = ACCOUNT, MOVEMENT
    change = {
        "balance": sa.update(account).where(account.c.kind == "held").values(balance=3),
        "movement": sa.delete(movement).where(movement.c.key == "won"),
        "amount": sa.update(movement).where(movement.c.key == "won").values(amount=1),
    }[kind]

    async def forge(tx: Tx) -> None:
        assert await tx.run(change) == 1

    asyncio.run(book.write(forge))
    found = wrong(book)
    assert any("held 11" in line for line in found), found
    assert any("came from nowhere" in line for line in found) == (kind == "balance")


def test_the_audit_finds_an_account_that_is_gone(book: Store) -> None:
    asked(book, Movement("won", STOCK, AKI, 2))
    account = ACCOUNT
    asyncio.run(book.write(lambda tx: tx.run(sa.delete(account).where(account.c.kind == "held"))))
    assert wrong(book) == [
        f"{COUPON}: -2 of it came from nowhere",
        f"{COUPON}: held 11 has 0, and its movements make 2",
    ]


accounts = st.builds(Account, st.sampled_from(["a", "b"]), st.sampled_from(KINDS), st.integers(0, 2))
movements = st.builds(
    Movement,
    st.integers(0, 30).map(str),
    accounts,
    accounts,
    st.integers(1, 9),
).filter(lambda one: one.source.asset == one.target.asset and one.source != one.target)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked_for=st.lists(movements, max_size=25))
def test_a_book_does_what_a_model_of_it_does(stores: Stores, asked_for: list[Movement]) -> None:
    """The model: a dictionary of balances, and one of what was done."""
    book = stores.circle
    asyncio.run(_empty(book))
    balances: Counter[Account] = Counter()
    done: dict[str, Movement] = {}
    for each in asked_for:
        if each.key in done:
            expected: object = False if done[each.key] == each else Conflict
        elif each.source.kind != "issuer" and balances[each.source] < each.amount:
            expected = Insufficient
        else:
            expected = True
            done[each.key] = each
            balances[each.source] -= each.amount
            balances[each.target] += each.amount
        assert _outcome(book, each) == expected
    for account, balance in balances.items():
        assert has(book, account) == balance
    assert wrong(book) == []


def _outcome(book: Store, movement: Movement) -> object:
    try:
        return asyncio.run(book.write(lambda tx: move(tx, movement)))
    except Conflict as refusal:
        return type(refusal)


async def _empty(book: Store) -> None:
    async def apply(tx: Tx) -> None:
        await tx.run(sa.delete(MOVEMENT))
        await tx.run(sa.delete(ACCOUNT))

    await book.write(apply)
