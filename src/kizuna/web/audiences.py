"""Choosing who may read a voice: the fields of the forms, the rule they make, and who would read by it."""

from typing import Annotated, Final, get_args

import msgspec

from kizuna.circle import audience, audience_actions, friend_queries, group_queries
from kizuna.circle.models import Audience as CircleAudience
from kizuna.circle.models import Rule
from kizuna.circle.rules import check_rule
from kizuna.doors.parts import MemberParts
from kizuna.ground.ids import parse_id
from kizuna.people.models import Viewer
from kizuna.web.attaching import PictureFields
from kizuna.web.forms import Short, face_of, ids_of
from kizuna.web.items import circle_face, readers_of
from kizuna.web.pieces import AudienceKind, FriendChoice, GroupChoice, Readers

CLOSED: Final[tuple[AudienceKind, ...]] = ("me", "people", "groups", "friends", "fof")
Persons = Annotated[list[Short], msgspec.Meta(max_length=1000)]


class AudienceForm(PictureFields, frozen=True, kw_only=True):
    """What decides who may read: ``not_person`` and ``not_group`` are the exceptions. Pictures may come with it, since
    fields of two forms cannot be joined but in a line (msgspec)."""

    audience: Short = ""
    person: Persons = msgspec.field(default_factory=list[str])
    group: Persons = msgspec.field(default_factory=list[str])
    not_person: Persons = msgspec.field(default_factory=list[str])
    not_group: Persons = msgspec.field(default_factory=list[str])


def rule_of(form: AudienceForm) -> Rule:
    """The rule that a form asks for. Raises Invalid for one that cannot be."""
    return check_rule(form.audience, *_lists(form))


def _lists(form: AudienceForm) -> tuple[list[int], list[int], list[int], list[int]]:
    """Whom the form names, as its audience asks: what is ticked for another one counts for nothing."""
    people = ids_of(tuple(form.person)) if form.audience == "people" else []
    groups = ids_of(tuple(form.group)) if form.audience == "groups" else []
    return people, groups, ids_of(tuple(form.not_person)), ids_of(tuple(form.not_group))


def loose_rule(form: AudienceForm) -> Rule | None:
    """The same for a preview, where nobody needs to be chosen yet; None for what is not closed."""
    if form.audience not in CLOSED:
        return None
    ids = [
        frozenset(one for one in map(parse_id, texts) if one)
        for texts in (form.person, form.group, form.not_person, form.not_group)
    ]
    return Rule(
        audience=CircleAudience(form.audience),
        people=ids[0],
        groups=ids[1],
        not_people=ids[2],
        not_groups=ids[3],
    )


def fields_of(form: AudienceForm) -> tuple[tuple[str, str], ...]:
    """The fields as they were sent, but for the audience itself."""
    named = (
        ("person[]", form.person),
        ("group[]", form.group),
        ("not_person[]", form.not_person),
        ("not_group[]", form.not_group),
    )
    return tuple((name, one) for name, chosen in named for one in chosen)


def audiences_of(viewer: Viewer) -> tuple[AudienceKind, ...]:
    """The audiences that this viewer can choose from, narrowest first."""
    closed = CLOSED if viewer.circle_id is not None else ()
    public: tuple[AudienceKind, ...] = ("public", "unlisted") if viewer.square_id is not None else ()
    return closed + public


async def beginning(parts: MemberParts, viewer: Viewer) -> Rule | None:
    """What a composer begins with; None where there is no circle."""
    if viewer.circle_id is None:
        return None
    return await audience_actions.last_choice(parts.circle.store.reads, viewer.circle_id)


async def friend_choices(parts: MemberParts, viewer: Viewer, rule: Rule | None) -> tuple[FriendChoice, ...]:
    """The viewer's friends, ticked as the rule names and excepts them."""
    if viewer.circle_id is None or rule is None:
        return ()
    faces = await friend_queries.friends(parts.circle.store.reads, viewer.circle_id)
    return tuple(
        FriendChoice(
            face=circle_face(face), chosen=face.id in rule.people, excepted=face.id in rule.not_people
        )
        for face in faces
    )


async def group_choices(parts: MemberParts, viewer: Viewer, rule: Rule | None) -> tuple[GroupChoice, ...]:
    """The viewer's groups, ticked as the rule chooses and excepts them."""
    if viewer.circle_id is None or rule is None:
        return ()
    groups = await group_queries.groups(parts.circle.store.reads, viewer.circle_id)
    return tuple(
        GroupChoice(
            id=str(group.id),
            name=group.name,
            close=group.close,
            members=group.members,
            chosen=group.id in rule.groups,
            excepted=group.id in rule.not_groups,
        )
        for group in groups
    )


async def readers(parts: MemberParts, viewer: Viewer, kind: str, rule: Rule | None) -> Readers:
    """Who would read it, by the gate."""
    known = next(one for one in get_args(AudienceKind) if one == kind)
    if rule is None or known not in CLOSED:
        return Readers(kind=known)
    found = await audience.readers(parts.circle.store.reads, face_of(viewer), rule)
    return readers_of(rule.audience, found.shown)
