"""Which audiences can be chosen, and which one is certainly no wider than another. Pure."""

from collections.abc import Collection
from typing import Final

from kizuna.circle.models import Audience, Rule
from kizuna.ground.errors import Invalid

MOST_NAMED: Final = 1000


def check_rule(
    audience: str | None,
    people: Collection[int] = (),
    groups: Collection[int] = (),
    not_people: Collection[int] = (),
    not_groups: Collection[int] = (),
) -> Rule:
    """The rule that was chosen. Raises Invalid when none was: there is no default, in any version."""
    if audience not in set(Audience):
        raise Invalid("Choose who may read this.", field="audience")
    if audience != Audience.PEOPLE and people:
        raise Invalid("People are named only for a voice to chosen people.", field="people")
    if audience == Audience.PEOPLE and not people:
        raise Invalid("Name at least one friend.", field="people")
    if audience not in (Audience.GROUPS, Audience.SHARED) and groups:
        raise Invalid("Groups are chosen only for a voice to groups.", field="groups")
    if audience == Audience.GROUPS and not groups:
        raise Invalid("Choose at least one group.", field="groups")
    if audience == Audience.SHARED and len(groups) != 1:
        raise Invalid("Choose one group.", field="groups")
    if max(map(len, (people, groups, not_people, not_groups))) > MOST_NAMED:
        raise Invalid("Please name at most {most} friends.", field="people", most=MOST_NAMED)
    return Rule(
        audience=Audience(audience),
        people=frozenset(people),
        groups=frozenset(groups),
        not_people=frozenset(not_people),
        not_groups=frozenset(not_groups),
    )


_WIDER: Final = {
    Audience.ME: set(Audience),
    Audience.PEOPLE: {Audience.FRIENDS, Audience.FOF},
    Audience.GROUPS: {Audience.FRIENDS, Audience.FOF},
    Audience.FRIENDS: {Audience.FRIENDS, Audience.FOF},
    Audience.FOF: {Audience.FOF},
    Audience.SHARED: set[Audience](),
}


def narrows(new: Rule, old: Rule) -> bool:
    """Whether ``new`` lets nobody read whom ``old`` keeps out, whatever becomes of friendships and groups."""
    if new.audience is Audience.ME:
        return True
    if not (new.not_people >= old.not_people and new.not_groups >= old.not_groups):
        return False
    if new.audience is old.audience and old.audience in (Audience.PEOPLE, Audience.GROUPS, Audience.SHARED):
        return new.people <= old.people and new.groups <= old.groups
    return old.audience in _WIDER[new.audience]
