"""What clients get: every field that one of them needs, of the type it needs."""

import msgspec

from kizuna.square import actions, entities, render
from kizuna.square.models import Application, Flags, Posting, Relationship
from kizuna.square.relations import relationships
from tests.square.world import HANA, KEN, World, run

ORIGIN = "http://localhost:3000"


def as_json(entity: object) -> dict[str, object]:
    return msgspec.json.decode(msgspec.json.encode(entity), type=dict[str, object])


def test_a_status_has_what_the_strictest_client_needs(world: World) -> None:
    post_id = world.post(HANA, "a @ken #絆", application=Application("toot"))
    status = as_json(render.status(world.seen(post_id), ORIGIN))
    for name in (
        *(
            "id",
            "account",
            "content",
            "created_at",
            "emojis",
            "reblogs_count",
            "favourites_count",
            "replies_count",
        ),
        *("sensitive", "spoiler_text", "visibility", "media_attachments", "mentions", "tags"),
        *("favourited", "reblogged", "bookmarked", "pinned", "muted", "filtered", "uri", "url"),
    ):
        assert status[name] is not None, name
    assert status["url"] == f"{ORIGIN}/@hana/{post_id}"
    assert status["id"] == str(post_id)
    assert status["created_at"] == "2025-11-01T12:26:41.000Z"
    assert status["mentions"] == [{"id": str(KEN), "username": "ken", "url": f"{ORIGIN}/@ken", "acct": "ken"}]
    assert status["tags"] == [{"name": "絆", "url": f"{ORIGIN}/tags/%E7%B5%86"}]
    assert status["application"] == {"name": "toot", "website": None}
    assert status["reblog"] is status["in_reply_to_id"] is status["card"] is status["poll"] is None
    assert "text" not in status


def test_a_boost_wraps_the_original(world: World) -> None:
    post_id = world.post(HANA, "a")
    boost_id = run(actions.boost(world.square, KEN, post_id))
    flags = Flags(boosted=frozenset({post_id}))
    status = render.status(world.seen(boost_id), ORIGIN, flags)
    assert status.reblog is not None
    assert (status.id, status.reblog.id, status.account.acct, status.reblog.account.acct) == (
        *(str(boost_id), str(post_id)),
        *("ken", "hana"),
    )
    assert status.reblogged
    assert status.reblog.reblogged
    assert status.content == status.reblog.content == "<p>a</p>"
    original = render.status(world.seen(post_id), ORIGIN)
    assert (original.reblog, original.reblogged) == (None, False)


def test_a_deletion_answers_with_the_source(world: World) -> None:
    was = run(actions.delete_post(world.square, HANA, world.post(HANA, "a & b")))
    assert as_json(render.status(was, ORIGIN, with_text=True))["text"] == "a & b"


def test_an_account(world: World) -> None:
    world.post(HANA, "a")
    account = as_json(render.account(world.account(HANA), ORIGIN))
    assert {name for name, value in account.items() if value is None} == set()
    assert account["last_status_at"] == "2025-11-01"
    assert (account["id"], account["username"], account["acct"]) == (str(HANA), "hana", "hana")
    assert account["url"] == f"{ORIGIN}/@hana"
    assert str(account["avatar"]).startswith(ORIGIN)
    assert as_json(render.account(world.account(KEN), ORIGIN))["last_status_at"] is None


def test_ones_own_account_has_its_source(world: World) -> None:
    own = run(actions.edit_profile(world.square, HANA, "花", "a <b>"))
    entity = render.credential_account(own, ORIGIN, Posting(language="ja"))
    assert (entity.source.note, entity.source.privacy, entity.source.language) == ("a <b>", "public", "ja")
    assert entity.note == "<p>a &lt;b&gt;</p>"


def test_a_relationship(world: World) -> None:
    run(actions.follow(world.square, HANA, KEN))
    (row,) = run(relationships(world.square, HANA, [KEN]))
    assert row == Relationship(KEN, following=True, followed_by=False)
    entity = render.relationship(row)
    assert isinstance(entity, entities.Relationship)
    assert (entity.id, entity.following, entity.showing_reblogs, entity.requested) == (
        str(KEN),
        True,
        True,
        False,
    )
