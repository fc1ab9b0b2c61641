"""What every verb says that ends sessions or tokens, or changes what they stand for."""

from collections.abc import Sequence

from kizuna.people.events import TokensChanged
from kizuna.store.store import Tx


def tokens_changed(tx: Tx, digests: Sequence[bytes]) -> None:
    """These no longer stand for what they stood for: no process may answer by what it remembers (invariant 5)."""
    if digests:
        tx.emit(TokensChanged(tuple(digests)))
