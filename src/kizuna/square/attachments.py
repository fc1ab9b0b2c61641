"""What an edit does to the pictures of a post, inside the transaction of the edit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kizuna.ground.errors import Invalid
from kizuna.media.actions import Chosen, Taken, absent, worded
from kizuna.media.models import MOST_ATTACHED, Picture, Words
from kizuna.media.tasks import want_forgotten
from kizuna.square import attachment_queries
from kizuna.store.store import Db, Tx


@dataclass(frozen=True)
class Revision:
    """Which pictures a post shall have, in this order (None: those that it has), and what is said about some by id.

    An id of ``ids`` that is no picture of the post names an upload; ``uploads`` are these.
    """

    ids: tuple[int, ...] | None = None
    words: Mapping[int, Words] = field(default_factory=dict[int, Words])
    uploads: Chosen | None = None


UNCHANGED: Final = Revision()


async def of_post(db: Db, post_id: int) -> tuple[Picture, ...]:
    """The pictures of a post."""
    return (await attachment_queries.attachments(db, [post_id])).get(post_id, ())


async def uploads_among(db: Db, post_id: int, ids: Sequence[int]) -> tuple[int, ...]:
    """Those of the ids that a client sends with an edit which are no pictures of the post: they name uploads."""
    own = {each.id for each in await of_post(db, post_id)}
    return tuple(one for one in dict.fromkeys(ids) if one not in own)


def revised(before: Sequence[Picture], revision: Revision, taken: Taken) -> tuple[Picture, ...]:
    """The pictures of a post after an edit; new ones have no id yet. Raises Invalid."""
    before = [worded(each, revision.words.get(each.id, Words())) for each in before]
    if revision.ids is None:
        return tuple(before)
    if len(revision.ids) > MOST_ATTACHED:
        raise Invalid("At most {most} pictures can be attached", field="media_ids", most=MOST_ATTACHED)
    own = {each.id: each for each in before}
    wanted = tuple(dict.fromkeys(revision.ids))
    named = revision.uploads.ids if revision.uploads else ()
    fresh = dict(zip(named, taken.pictures(), strict=True))
    if any(one not in own and one not in fresh for one in wanted):
        raise absent()  # it was taken out meanwhile
    return tuple(own[one] if one in own else fresh[one] for one in wanted)


async def keep(
    tx: Tx, post_id: int, account_id: int, before: Sequence[Picture], after: Sequence[Picture]
) -> None:
    """Write them down. The files of what was left out go after the commit."""
    await attachment_queries.put(tx, post_id, account_id, after)
    kept = {each.key for each in after}
    await want_forgotten(tx, attachment_queries.files_of([each for each in before if each.key not in kept]))
