"""What a face takes along: all that is its own with whom it was for, and of others no more than it may see anyhow."""

import json

import msgspec

from kizuna.circle.actions import edit_voice, reply, say_to
from kizuna.circle.belongings import PARTS
from kizuna.circle.block_actions import block
from kizuna.circle.group_actions import change_members, make_group
from kizuna.circle.models import Audience, Rule
from kizuna.circle.ports import Circle
from kizuna.circle.reaction_actions import react
from tests.circle.conftest import Cast, befriend


async def taken(circle: Circle, face_id: int) -> dict[str, list[dict[str, object]]]:
    """All parts of an archive, as JSON would have them."""
    found: dict[str, list[dict[str, object]]] = {}
    for part in PARTS:
        assert part.export is not None
        entries = [entry async for entry in part.export(circle.store.reads, face_id)]
        found[part.name] = [{"id": str(entry.id), **entry.fields} for entry in entries]
    return json.loads(msgspec.json.encode(found))


async def test_an_archive_says_for_whom_things_were(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    choir = await make_group(circle, cast.hana, "合唱")
    await change_members(circle, cast.hana, choir, [cast.taro])
    rule = Rule(audience=Audience.GROUPS, groups=frozenset({choir}), not_people=frozenset({cast.yuki}))
    voice = await say_to(circle, cast.hana, "first words", rule)
    await edit_voice(circle, cast.hana, voice, "second words")
    theirs = await say_to(circle, cast.taro, "Taro's own words", Rule(audience=Audience.FRIENDS))
    await react(circle, cast.hana, theirs, "hug")
    await reply(circle, cast.taro, voice, "Taro's reply")
    await block(circle, cast.hana, cast.mallory)
    found = await taken(circle, cast.hana)
    (said,) = found["circle.voices"]
    assert (said["text"], said["groups"], said["not_readers"]) == ("second words", [str(choir)], ["yuki"])
    assert [one["text"] for one in msgspec.convert(said["before"], list[dict[str, str]])] == ["first words"]
    assert {"id": str(choir), "name": "合唱", "members": ["taro"]} in found["circle.groups"]
    assert found["circle.reactions"] == [{"id": str(theirs), "reaction": "hug"}]
    assert [one["handle"] for one in found["circle.blocks"]] == ["mallory"]
    assert "Taro's" not in json.dumps(found, ensure_ascii=False)


async def test_nobody_takes_along_what_they_may_not_know(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    choir = await make_group(circle, cast.hana, "合唱")
    await change_members(circle, cast.hana, choir, [cast.taro])
    await say_to(circle, cast.hana, "x", Rule(audience=Audience.GROUPS, groups=frozenset({choir})))
    await block(circle, cast.hana, cast.mallory)
    for one in (cast.taro, cast.mallory):
        told = json.dumps(await taken(circle, one), ensure_ascii=False)
        assert "合唱" not in told
        assert str(choir) not in told
