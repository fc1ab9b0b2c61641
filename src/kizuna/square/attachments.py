"""What an edit does to the pictures of a post, inside the transaction of the edit."""

from collections.abc import Mapping, Sequence

from kizuna.ground.errors import Invalid
from kizuna.media.models import MOST_ATTACHED, Picture, Words
from kizuna.media.tasks import want_forgotten
from kizuna.square import attachment_queries
from kizuna.store.store import Db, Tx


async def uploads_among(db: Db, post_id: int, ids: Sequence[int]) -> tuple[int, ...]:
    """Those of the ids that a client sends with an edit which are no pictures of the post: they name uploads."""
    own = {each.id for each in (await attachment_queries.attachments(db, [post_id])).get(post_id, ())}
    return tuple(one for one in ids if one not in own)


async def revise(
    tx: Tx,
    post_id: int,
    account_id: int,
    ids: Sequence[int],
    fresh: Sequence[Picture],
    words: Mapping[int, Words],
) -> bool:
    """Let a post have the pictures ``ids``, in this order; answers whether that changed anything.

    An id that is a picture of the post keeps it, with the ``words`` for it laid over; any other stands for the next of
    ``fresh`` (what ``taking`` made of the uploads among the ids). What is left out goes, its files after the commit.
    Raises Invalid for more than four.
    """
    if len(ids) > MOST_ATTACHED:
        raise Invalid("At most {most} pictures can be attached", field="media_ids", most=MOST_ATTACHED)
    before = (await attachment_queries.attachments(tx, [post_id])).get(post_id, ())
    own = {each.id: each for each in before}
    coming = iter(fresh)
    after = [own[one] if one in own else next(coming) for one in dict.fromkeys(ids)]
    await attachment_queries.put(tx, post_id, account_id, after, dict(words))
    now = (await attachment_queries.attachments(tx, [post_id])).get(post_id, ())
    kept = {each.key for each in now}
    await want_forgotten(tx, attachment_queries.files_of([each for each in before if each.key not in kept]))
    return now != before
