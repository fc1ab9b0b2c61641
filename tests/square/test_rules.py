"""The order of replies, against a plain description of it."""

from hypothesis import given
from hypothesis import strategies as st

from kizuna.square.rules import depth_first

threads = st.lists(st.tuples(st.integers(0, 10**6), st.booleans()), max_size=60).map(
    lambda raw: [
        (number + 2, choice % (number + 1) + 1, stands) for number, (choice, stands) in enumerate(raw)
    ]
)


def described(post_id: int, replies: list[tuple[int, int, bool]]) -> list[int]:
    found: list[int] = []
    for reply_id, parent_id, stands in replies:
        if parent_id == post_id:
            found += [*([reply_id] if stands else []), *described(reply_id, replies)]
    return found


@given(threads)
def test_each_reply_is_followed_by_its_own(replies: list[tuple[int, int, bool]]) -> None:
    assert depth_first(1, replies, 1000) == described(1, replies)
    assert depth_first(1, replies, 3) == described(1, replies)[:3]


def test_depth_is_bounded() -> None:
    chain = [(number + 1, number, True) for number in range(1, 1000)]
    assert len(depth_first(1, chain, 10_000, depth=20)) == 20
