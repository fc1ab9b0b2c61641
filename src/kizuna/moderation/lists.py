"""What is not let in: words in public posts and names, and the addresses that sign-ups come from."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

from kizuna.ground import text as texts
from kizuna.ground.errors import Conflict, Forbidden, Invalid, NotFound
from kizuna.moderation import events, queries
from kizuna.moderation.models import Deed
from kizuna.moderation.ports import Moderation
from kizuna.people.models import Role, Viewer
from kizuna.people.standing import staff
from kizuna.store.store import Store, Tx

WORD_LENGTH: Final = 100
_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_WIDEST: Final = {4: 8, 6: 19}
"""The shortest prefixes that may be blocked: a slip must not shut out half the world."""


class Words:
    """The blocked words, in memory; read again after each change. The circle is not searched for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pattern: re.Pattern[str] | None = None
        self._epoch = 0
        store.hear(events.WordsChanged, lambda _event: self._forget())
        store.doubt(self._forget)

    def _forget(self) -> None:
        self._pattern = None
        self._epoch += 1

    async def check(self, *written: str) -> None:
        """Raises Invalid when one of these texts contains a blocked word, however it is spelt in width and case."""
        pattern = self._pattern
        if pattern is None:
            epoch = self._epoch
            pattern = pattern_of([one.value for one in await queries.words(self._store.reads)])
            if epoch == self._epoch:  # else the list has changed while it was read
                self._pattern = pattern
        if any(pattern.search(texts.fold(text)) for text in written):
            raise Invalid("This contains a word that is not welcome here.", field="status")


def pattern_of(words: Sequence[str]) -> re.Pattern[str]:
    """Finds any of the folded words: whole where a script has spaces, anywhere where it has none."""
    found = [f"{_edge(word[0], '<!')}{re.escape(word)}{_edge(word[-1], '!')}" for word in words]
    return re.compile("|".join(found) or r"(?!)")


def _edge(letter: str, look: str) -> str:
    return f"(?{look}[a-z0-9_])" if re.fullmatch("[a-z0-9_]", letter) else ""


class Screen:
    """Who may sign up, by where they come from."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def check(self, address: str, email: str | None) -> None:
        """Raises Forbidden for a blocked network or mail domain, in the same words."""
        db = self._store.reads
        networks = [one.value for one in await queries.addresses(db, "network")]
        if networks and _within(address, networks):
            raise Forbidden("Sign-up is not possible from here.")
        domains = [one.value for one in await queries.addresses(db, "mail")]
        domain = (email or "").rpartition("@")[2].lower()
        if any(domain == one or domain.endswith(f".{one}") for one in domains):
            raise Forbidden("Sign-up is not possible from here.")


def _within(address: str, networks: list[str]) -> bool:
    try:
        here = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(here, "ipv4_mapped", None)
    here = mapped or here
    return any(here in ipaddress.ip_network(network) for network in networks)


async def block_word(moderation: Moderation, viewer: Viewer, word: str) -> None:
    """Let a word into no more posts and names. Raises NotFound (not staff), Invalid, Conflict."""
    folded = texts.fold(texts.clean_line(word, "word"))
    if not 2 <= len(folded) <= WORD_LENGTH:
        raise Invalid("A word has 2 to {most} letters.", field="word", most=WORD_LENGTH)

    async def apply(tx: Tx) -> None:
        await staff(tx, viewer)
        if not await queries.add_word(tx, folded):
            raise Conflict("This is on the list already.", field="word")
        await queries.add_decision(tx, viewer.person_id, Deed.BLOCK_WORD, reason=folded)
        tx.emit(events.WordsChanged())

    await moderation.people.store.write(apply)


async def allow_word(moderation: Moderation, viewer: Viewer, word_id: int) -> None:
    """Let a word in again. Raises NotFound."""

    async def apply(tx: Tx) -> None:
        await staff(tx, viewer)
        word = await queries.drop_word(tx, word_id)
        if word is None:
            raise NotFound
        await queries.add_decision(tx, viewer.person_id, Deed.ALLOW_WORD, reason=word)
        tx.emit(events.WordsChanged())

    await moderation.people.store.write(apply)


async def block_address(moderation: Moderation, viewer: Viewer, value: str) -> None:
    """Let nobody sign up from a network (CIDR) or with a mail domain. Raises NotFound, Invalid, Conflict."""
    kind, wanted = _address(value.strip().lower())

    async def apply(tx: Tx) -> None:
        await staff(tx, viewer, Role.ADMINISTRATOR)
        if not await queries.add_address(tx, kind, wanted):
            raise Conflict("This is on the list already.", field="value")
        await queries.add_decision(tx, viewer.person_id, Deed.BLOCK_ADDRESS, reason=wanted)

    await moderation.people.store.write(apply)


def _address(value: str) -> tuple[str, str]:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        if not _DOMAIN.fullmatch(value.removeprefix("@")):
            raise Invalid(
                "Write an address, a network or the domain of mail addresses.", field="value"
            ) from None
        return "mail", value.removeprefix("@")
    if network.prefixlen < _WIDEST[network.version]:
        raise Invalid("This network is too wide.", field="value")
    return "network", str(network)


async def allow_address(moderation: Moderation, viewer: Viewer, address_id: int) -> None:
    """Let sign-ups in from there again. Raises NotFound."""

    async def apply(tx: Tx) -> None:
        await staff(tx, viewer, Role.ADMINISTRATOR)
        value = await queries.drop_address(tx, address_id)
        if value is None:
            raise NotFound
        await queries.add_decision(tx, viewer.person_id, Deed.ALLOW_ADDRESS, reason=value)

    await moderation.people.store.write(apply)
