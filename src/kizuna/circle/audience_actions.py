"""The verb that gives a room another audience. Nothing is sent to anybody by it."""

import msgspec

from kizuna.circle import audience_queries, events, group_queries, queries, reaction_queries, sharing_queries
from kizuna.circle.audience import Readers, readers, readers_of
from kizuna.circle.models import Audience, Reading, Rule
from kizuna.circle.ports import Circle
from kizuna.circle.rules import narrows
from kizuna.ground.errors import Conflict, Invalid, NotFound
from kizuna.store.store import Db, Tx


async def check_named(db: Db, author_id: int, rule: Rule, kept: Rule | None = None) -> None:
    """Raise Invalid unless everybody named is a friend at this moment and every group one's own; whether there is such
    a face or group is not told. Whom ``kept`` excepts already, may go on being excepted."""
    named = rule.people | (rule.not_people - (kept.not_people if kept else frozenset()))
    if named and not named <= await queries.friends_among(db, author_id, named):
        raise Invalid("You can only name your friends.", field="people")
    if rule.audience is Audience.SHARED:
        for group_id in rule.groups:
            if not await sharing_queries.takes_part_in(db, author_id, group_id):
                raise NotFound
    said_to = frozenset[int]() if rule.audience is Audience.SHARED else rule.groups
    groups = said_to | (rule.not_groups - (kept.not_groups if kept else frozenset()))
    if groups and not groups <= await group_queries.groups_among(db, author_id, groups):
        raise Invalid("You can only choose groups of your own.", field="groups")


async def last_choice(db: Db, viewer_id: int) -> Rule:
    """What a composer begins with: the rule chosen last, as far as it can be chosen again, and never a wider one.

    Where nothing was chosen before it is *friends*. Where a group that was excepted is no more, somebody excepted from
    friends of friends is no friend, or somebody excepted is away for a while, it is *only me*: what is left would be
    wider.
    """
    last = await audience_queries.last_rule(db, viewer_id)
    if last is None:
        return Rule(audience=Audience.FRIENDS)
    friends = await queries.friends_among(db, viewer_id, last.people | last.not_people)
    groups = await group_queries.groups_among(db, viewer_id, last.groups | last.not_groups)
    lost = last.not_people - friends if last.audience is Audience.FOF else frozenset[int]()
    if lost or last.not_groups - groups or await queries.friends_away(db, viewer_id, last.not_people):
        return Rule(audience=Audience.ME)
    return Rule(
        audience=last.audience,
        people=last.people & friends,
        groups=last.groups & groups,
        not_people=last.not_people & friends,
        not_groups=last.not_groups,
    )


class Change:
    """What another rule would do to a room."""

    def __init__(self, rule: Rule, *, wider: bool, before: Readers, after: Readers) -> None:
        self.rule = rule
        self.wider = wider
        added = [face for face in after.friends if face.id not in before.ids]
        self.added = Reading(added, len(after.further - before.ids))
        """Who would read it and does not now."""
        self.after = after.shown


async def _kept(db: Db, author_id: int, rule: Rule, old: Rule) -> Rule:
    """The rule as it will stand: whom a suspension hides from the author goes on being excepted."""
    away = await queries.friends_away(db, author_id, old.not_people - rule.not_people)
    return msgspec.structs.replace(rule, not_people=rule.not_people | away)


async def foresee(db: Db, author_id: int, room_id: int, rule: Rule) -> Change:
    """What ``change_audience`` would do. Raises as it does, but for who has agreed."""
    old = await audience_queries.rule_of(db, author_id, room_id)
    if old is None:
        raise NotFound
    await check_named(db, author_id, rule, old)
    rule = await _kept(db, author_id, rule, old)
    wider = not narrows(rule, old)
    if wider and (
        await audience_queries.others_replied(db, author_id, room_id)
        or await reaction_queries.others_reacted(db, author_id, room_id)
    ):
        raise Conflict(
            "Others have answered or reacted here, for those who can read it now. It can only be narrowed."
        )
    before, after = await readers_of(db, author_id, room_id), await readers(db, author_id, rule)
    return Change(rule, wider=wider, before=before, after=after)


async def change_audience(
    circle: Circle, author_id: int, room_id: int, rule: Rule, agreed: int | None = None
) -> None:
    """Give a room of one's own another rule: a narrower one at any time, a wider one only with ``agreed``, the number
    of people that the author was shown as added.

    Raises NotFound for another's room, Invalid as ``say`` does, Conflict when the rule is wider and nobody agreed, when
    others would be added than the author was shown, or when others have taken part: what they said and how they reacted
    was for those who could read it then.
    """

    async def apply(tx: Tx) -> None:
        change = await foresee(tx, author_id, room_id, rule)
        if change.wider and agreed != change.added.count:
            raise Conflict("Look first at who would be able to read it.")
        await audience_queries.set_rule(tx, room_id, change.rule)
        tx.emit(events.AudienceChanged(room_id, author_id))

    await circle.store.write(apply)
