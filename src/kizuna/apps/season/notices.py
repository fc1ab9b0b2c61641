"""What a season tells people of, and whether it is so at the moment at which somebody looks."""

from collections.abc import Collection
from typing import Final

from kizuna.apps.season import gift_queries
from kizuna.notifications.of_apps import AppKind
from kizuna.store.store import Db

HERE: Final = "/season/gifts"


def _(message: str) -> str:
    """Marks a message for the catalogue."""
    return message


async def _given(db: Db, face_id: int, gift_ids: Collection[int]) -> Collection[int]:
    gifts = await gift_queries.by_ids(db, gift_ids)
    return {gift.id for gift in gifts if gift.to_id == face_id and gift.state in ("given", "opened")}


async def _thanked(db: Db, face_id: int, gift_ids: Collection[int]) -> Collection[int]:
    return {
        gift.id
        for gift in await gift_queries.by_ids(db, gift_ids)
        if gift.from_id == face_id and gift.thanked
    }


async def _returned(db: Db, face_id: int, gift_ids: Collection[int]) -> Collection[int]:
    gifts = await gift_queries.by_ids(db, gift_ids)
    return {gift.id for gift in gifts if gift.from_id == face_id and gift.state == "expired"}


GIVEN: Final = AppKind(
    "season.gift", _("{name} has a gift for you"), _("A friend gives you something"), HERE, _given
)
THANKED: Final = AppKind(
    "season.thanks", _("{name} thanks you for your gift"), _("Somebody thanks you for a gift"), HERE, _thanked
)
RETURNED: Final = AppKind(
    "season.returned",
    _("What you gave was not opened in time and has come back"),
    _("Something that you gave comes back"),
    HERE,
    _returned,
)
KINDS: Final = (GIVEN, THANKED, RETURNED)
