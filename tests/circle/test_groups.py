"""Groups of friends as an audience and as an exception; nobody but their owner learns anything of them."""

import pytest
import sqlalchemy as sa

from kizuna.circle import friend_actions, group_queries, queries
from kizuna.circle.actions import remove_face, say_to
from kizuna.circle.audience_actions import last_choice
from kizuna.circle.group_actions import (
    MOST_GROUPS,
    change_members,
    delete_group,
    make_group,
    rename_group,
)
from kizuna.circle.models import Audience, Reason, Rule
from kizuna.circle.ports import Circle
from kizuna.circle.tables import FRIEND_GROUP_MEMBER
from kizuna.ground.errors import Invalid, NotFound
from tests.circle.conftest import Cast, befriend
from tests.circle.test_voices import sees


def to_groups(*groups: int) -> Rule:
    """Said to these groups."""
    return Rule(audience=Audience.GROUPS, groups=frozenset(groups))


def but(audience: Audience, *, people: tuple[int, ...] = (), groups: tuple[int, ...] = ()) -> Rule:
    """Said to an audience with exceptions."""
    return Rule(audience=audience, not_people=frozenset(people), not_groups=frozenset(groups))


async def test_a_group_reads_what_is_said_to_it_as_long_as_its_members_are_friends(
    circle: Circle, cast: Cast
) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    work, choir = await make_group(circle, cast.hana, " 職場 "), await make_group(circle, cast.hana, "合唱")
    await change_members(circle, cast.hana, work, [cast.taro])
    voice = await say_to(circle, cast.hana, "x", to_groups(work, choir))
    assert [await sees(circle, one, voice) for one in (cast.taro, cast.yuki, cast.ken)] == [
        True,
        False,
        False,
    ]
    await change_members(circle, cast.hana, choir, [cast.yuki])
    assert await sees(circle, cast.yuki, voice), "the rule is applied to the relations of this moment"
    await change_members(circle, cast.hana, choir, drop=[cast.yuki])
    assert not await sees(circle, cast.yuki, voice)
    await friend_actions.remove_friend(circle, cast.taro, cast.hana)
    assert not await sees(circle, cast.taro, voice)
    await befriend(circle, cast.hana, cast.taro)
    assert not await sees(circle, cast.taro, voice), "friends anew, and not back in a group that nobody chose"
    db = circle.store.reads
    groups = await group_queries.groups(db, cast.hana)
    assert [(one.name, one.close, one.members) for one in groups] == [
        ("", True, 0),
        ("職場", False, 0),
        ("合唱", False, 0),
    ]


async def test_close_friends_are_there_from_the_start_and_stay(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    (close,) = await group_queries.groups(circle.store.reads, cast.hana)
    await change_members(circle, cast.hana, close.id, [cast.taro])
    voice = await say_to(circle, cast.hana, "x", to_groups(close.id))
    assert [await sees(circle, one, voice) for one in (cast.taro, cast.yuki)] == [True, False]
    for verb in (
        rename_group(circle, cast.hana, close.id, "x"),
        delete_group(circle, cast.hana, close.id),
    ):
        with pytest.raises(Invalid):
            await verb


async def test_a_reader_cannot_tell_how_he_was_chosen(circle: Circle, cast: Cast) -> None:
    """By name, by a group, with somebody excepted or not: to Taro it is all the same."""
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    group = await make_group(circle, cast.hana, "ひみつの名")
    await change_members(circle, cast.hana, group, [cast.taro])
    named = Rule(audience=Audience.PEOPLE, people=frozenset({cast.taro}))
    db = circle.store.reads

    async def told(rule: Rule) -> list[object]:
        voice_id = await say_to(circle, cast.hana, "x", rule)
        (voice,) = await queries.load(db, cast.taro, [voice_id])
        return [
            voice.audience,
            await queries.why(db, cast.taro, voice_id),
            await queries.who(db, cast.taro, voice_id),
        ]

    by_name, by_group = await told(named), await told(to_groups(group))
    assert by_name == by_group
    assert "ひみつの名" not in str(by_group)
    why = await queries.why(db, cast.taro, await say_to(circle, cast.hana, "x", to_groups(group)))
    assert why is not None
    assert why.reason is Reason.CHOSEN
    plain, excepting = (
        await told(Rule(audience=Audience.FRIENDS)),
        await told(but(Audience.FRIENDS, people=(cast.yuki,))),
    )
    assert plain == excepting


async def test_exceptions_always_win(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    await befriend(circle, cast.taro, cast.ken)
    group = await make_group(circle, cast.hana, "家族")
    await change_members(circle, cast.hana, group, [cast.taro])
    both = Rule(
        audience=Audience.PEOPLE,
        people=frozenset({cast.taro, cast.yuki}),
        not_people=frozenset({cast.yuki}),
        not_groups=frozenset({group}),
    )
    for rule, expected in (
        (but(Audience.FRIENDS, people=(cast.taro,)), [False, True, False]),
        (but(Audience.FRIENDS, groups=(group,)), [False, True, False]),
        (but(Audience.FOF, groups=(group,)), [False, True, True]),
        (both, [False, False, False]),
    ):
        voice = await say_to(circle, cast.hana, "x", rule)
        assert [await sees_it(circle, one, voice) for one in (cast.taro, cast.yuki, cast.ken)] == expected


async def sees_it(circle: Circle, viewer_id: int, voice_id: int) -> bool:
    """Whether it can be read; a friend of a friend finds it on the author's page, not on a timeline."""
    return bool(await queries.load(circle.store.reads, viewer_id, [voice_id]))


async def test_the_end_of_a_group_or_a_friendship_undoes_no_exception(circle: Circle, cast: Cast) -> None:
    """Kept from Taro as a member: he does not get to read it because the group ends, or by becoming friends anew."""
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    first, second = await make_group(circle, cast.hana, "一"), await make_group(circle, cast.hana, "二")
    for group in (first, second):
        await change_members(circle, cast.hana, group, [cast.taro])
    one, two, said = [
        await say_to(circle, cast.hana, "x", rule)
        for rule in (
            but(Audience.FRIENDS, groups=(first,)),
            but(Audience.FRIENDS, groups=(second,)),
            to_groups(first),
        )
    ]
    assert await group_queries.uses(circle.store.reads, cast.hana, first) == (1, 1)
    assert await group_queries.uses(circle.store.reads, cast.taro, first) == (0, 0)
    await delete_group(circle, cast.hana, first)
    assert not await sees(circle, cast.taro, one)
    assert not await sees(circle, cast.taro, said), "said to a group that is no more"
    assert await sees(circle, cast.hana, said)
    await friend_actions.remove_friend(circle, cast.hana, cast.taro)
    await befriend(circle, cast.hana, cast.taro)
    assert not await sees(circle, cast.taro, two)
    assert await sees(circle, cast.yuki, two)
    with pytest.raises(NotFound):
        await change_members(circle, cast.hana, first, [cast.taro])


@pytest.mark.parametrize("name", ["", " \u3000", "a\0b", "あ" * 41])
async def test_names_that_cannot_be(circle: Circle, cast: Cast, name: str) -> None:
    with pytest.raises(Invalid):
        await make_group(circle, cast.hana, name)


async def test_only_friends_and_groups_of_ones_own_can_be_chosen(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    own = await make_group(circle, cast.hana, "x")
    other = await make_group(circle, cast.taro, "x")
    told: set[str] = set()
    for group in (other, cast.taro, 12345):
        for rule in (to_groups(own, group), but(Audience.FRIENDS, groups=(group,))):
            with pytest.raises(Invalid) as refused:
                await say_to(circle, cast.hana, "x", rule)
            told.add(str(refused.value))
    assert len(told) == 1
    for face in (cast.ken, 12345):
        with pytest.raises(Invalid):
            await change_members(circle, cast.hana, own, [face])
        with pytest.raises(Invalid):
            await say_to(circle, cast.hana, "x", but(Audience.FRIENDS, people=(face,)))
    for _ in range(MOST_GROUPS - 1):
        await make_group(circle, cast.hana, "x")
    with pytest.raises(Invalid):
        await make_group(circle, cast.hana, "one more")


async def test_the_composer_begins_with_nothing_wider_than_the_last_choice(
    circle: Circle, cast: Cast
) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    db = circle.store.reads
    assert await last_choice(db, cast.hana) == Rule(audience=Audience.FRIENDS)
    group = await make_group(circle, cast.hana, "x")
    chosen = Rule(audience=Audience.GROUPS, groups=frozenset({group}), not_people=frozenset({cast.yuki}))
    await say_to(circle, cast.hana, "x", chosen)
    assert await last_choice(db, cast.hana) == chosen
    await say_to(circle, cast.hana, "x", but(Audience.FRIENDS, groups=(group,)))
    await delete_group(circle, cast.hana, group)
    assert await last_choice(db, cast.hana) == Rule(audience=Audience.ME), "all friends would be wider"
    excepting = but(Audience.FOF, people=(cast.yuki,))
    await say_to(circle, cast.hana, "x", excepting)
    assert await last_choice(db, cast.hana) == excepting
    await friend_actions.remove_friend(circle, cast.yuki, cast.hana)
    assert await last_choice(db, cast.hana) == Rule(audience=Audience.ME), (
        "Yuki may still be a friend's friend"
    )


async def test_a_removed_face_leaves_no_group_behind(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    own, other = await make_group(circle, cast.hana, "x"), await make_group(circle, cast.taro, "x")
    await change_members(circle, cast.hana, own, [cast.taro])
    await change_members(circle, cast.taro, other, [cast.hana])
    await circle.store.write(lambda tx: remove_face(tx, cast.hana))
    assert await group_queries.groups(circle.store.reads, cast.hana) == []
    assert await circle.store.reads.first(sa.select(FRIEND_GROUP_MEMBER)) is None
