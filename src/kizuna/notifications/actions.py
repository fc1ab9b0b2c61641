"""The verbs: clearing, dismissing, having read, choosing what to be told of, and when not."""

import functools
from collections.abc import Collection, Sequence

from kizuna.circle.ports import Circle
from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.ids import MAX_ID
from kizuna.notifications import circle_queries, quiet_queries, square_queries
from kizuna.notifications.kinds import ALWAYS, CIRCLE_KINDS, SQUARE_KINDS
from kizuna.notifications.models import EVERYTHING
from kizuna.notifications.of_apps import AppKind
from kizuna.notifications.quiet import QuietTime, check_quiet
from kizuna.notifications.square_reads import square_seen
from kizuna.people.ports import People
from kizuna.square.kept_actions import TIMELINES, set_markers
from kizuna.square.models import Marker, Page
from kizuna.square.ports import Square
from kizuna.store.store import Tx


async def clear_square(square: Square, account_id: int) -> None:
    """Take away all that an account was told."""
    await square.kept.write(lambda tx: square_queries.TOLD.clear(tx, account_id))


async def clear_circle(circle: Circle, face_id: int) -> None:
    """Take away all that a face was told."""
    await circle.store.write(lambda tx: circle_queries.TOLD.clear(tx, face_id))


async def dismiss_square(square: Square, account_id: int, notification_ids: Collection[int]) -> None:
    """Take away some of an account's notifications. Raises NotFound when one is not its own, or gone."""

    async def apply(tx: Tx) -> None:
        for one in notification_ids:
            if not await square_queries.TOLD.drop(tx, account_id, one):
                raise NotFound

    await square.kept.write(apply)


async def dismiss_circle(circle: Circle, face_id: int, notification_id: int) -> None:
    """Take away one of a face's notifications. Raises NotFound when it is not its own, or gone."""

    async def apply(tx: Tx) -> None:
        if not await circle_queries.TOLD.drop(tx, face_id, notification_id):
            raise NotFound

    await circle.store.write(apply)


async def mark_circle(circle: Circle, face_id: int, read: dict[str, int]) -> dict[str, Marker]:
    """Keep how far a face has read timelines, by name; answers those named. Raises Invalid for an unknown one."""
    for timeline in read:
        if timeline not in TIMELINES:
            raise Invalid("There is no such timeline", field=timeline)

    async def apply(tx: Tx) -> dict[str, Marker]:
        return {name: await circle_queries.set_marker(tx, face_id, name, last) for name, last in read.items()}

    return await circle.store.write(apply)


async def mark_square(square: Square, account_id: int, up_to: int) -> None:
    """An account has read its notifications up to this moment; markers never go back by this.

    ``up_to`` may be an id of another list: what is kept is the newest of the account's own that is not newer.
    """
    below = Page(limit=1, max_id=min(up_to + 1, MAX_ID))
    newest = await square_queries.rows(square.kept.reads, account_id, EVERYTHING, below)
    seen = await square_seen(square, account_id) or 0
    if newest and newest[0].id > seen:
        await set_markers(square, account_id, {"notifications": newest[0].id})


async def choose_square(square: Square, account_id: int, wanted: Collection[str]) -> None:
    """From now on tell an account of these kinds only; other words are ignored."""
    off = [kind for kind in SQUARE_KINDS if kind not in wanted]
    await square.kept.write(lambda tx: square_queries.TOLD.set_off(tx, account_id, off))


async def choose_circle(
    circle: Circle, face_id: int, wanted: Collection[str], of_apps: Sequence[AppKind] = ()
) -> None:
    """From now on tell a face of these kinds only, and of what cannot be turned off; other words are ignored."""
    kinds = (*CIRCLE_KINDS, *(kind.name for kind in of_apps))
    off = [kind for kind in kinds if kind not in wanted and kind not in ALWAYS]
    await circle.store.write(lambda tx: circle_queries.TOLD.set_off(tx, face_id, off))


async def set_quiet(people: People, person_id: int, quiet: QuietTime | None) -> None:
    """Set a person's quiet hours, or have none. Raises Invalid for hours that cannot be."""
    checked = None if quiet is None else check_quiet(quiet)
    await people.store.write(
        functools.partial(quiet_queries.set_quiet_time, person_id=person_id, quiet=checked)
    )
