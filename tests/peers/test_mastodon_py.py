"""The PyPI client ``Mastodon.py``, unchanged: a broad walk through the API, and its streams by both transports."""

import queue
from collections.abc import Callable
from typing import Any, Final

import pytest
from mastodon import Mastodon, StreamListener
from mastodon.errors import MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError

from tests.media.corpus import plain

pytestmark = pytest.mark.peers
PASSWORD: Final = "correct horse battery"
WAIT_S: Final = 20.0
Entity = Any  # whatever the client made of the answer; the assertions say what it should be


def app_of(url: str) -> tuple[str, str]:
    """The id and the secret of a registered app."""
    made: Any = Mastodon.create_app("Mastodon.py", api_base_url=url, website="https://py.example")
    return made


def join(url: str, handle: str, app: tuple[str, str]) -> Entity:
    """Somebody who has signed up and then signed in with the password."""
    person = Mastodon(client_id=app[0], client_secret=app[1], api_base_url=url)
    person.create_account(handle, PASSWORD, f"{handle}@example.com", agreement=True, locale="ja")
    person.log_in(handle, PASSWORD, allow_http=True)
    return person


def ids(things: Entity) -> list[str]:
    return [str(thing.id) for thing in things]


@pytest.fixture
def people(url: str) -> tuple[Entity, Entity]:
    """aoi and ben."""
    app = app_of(url)
    return join(url, "aoi", app), join(url, "ben", app)


def test_it_writes_reads_and_knows_people(url: str, people: tuple[Entity, Entity]) -> None:
    aoi, ben = people
    anybody: Entity = Mastodon(api_base_url=url)
    me, other = aoi.me(), aoi.account_lookup("ben")
    assert anybody.instance_v2().configuration.statuses.max_characters >= 500
    assert anybody.instance_v1().uri == anybody.instance_v2().domain
    assert anybody.instance_nodeinfo().software.name == "kizuna"
    assert aoi.app_verify_credentials().name == "Mastodon.py"
    assert aoi.preferences()["posting:default:visibility"] == "public"
    assert (
        aoi.account_update_credentials(display_name="あおい", fields=[("site", "x")]).fields[0].name == "site"
    )

    post = aoi.status_post("おはよう #朝 @ben", idempotency_key="morning", language="ja")
    assert aoi.status_post("おはよう #朝 @ben", idempotency_key="morning", language="ja").id == post.id
    assert ids(post.mentions) == [str(other.id)]
    edited = aoi.status_update(post.id, "おはようございます #朝 @ben", spoiler_text="朝の話")
    assert edited.edited_at is not None
    assert len(aoi.status_history(post.id)) == 2
    assert aoi.status_source(post.id).text == "おはようございます #朝 @ben"
    for act, undo, flag in (
        (ben.status_favourite, ben.status_unfavourite, "favourited"),
        (ben.status_bookmark, ben.status_unbookmark, "bookmarked"),
        (ben.status_mute, ben.status_unmute, "muted"),
        (aoi.status_pin, aoi.status_unpin, "pinned"),
    ):
        assert act(post.id)[flag] is True
        assert undo(post.id)[flag] is False
    assert ben.status_reblog(post.id).reblog.id == post.id
    assert ids(aoi.status_reblogged_by(post.id)) == [str(other.id)]
    reply = ben.status_reply(post, "こちらこそ")
    assert ids(anybody.status_context(post.id).descendants) == [str(reply.id)]

    assert aoi.account_follow(other.id, notify=True).notifying is True
    assert ids(anybody.account_followers(other.id)) == [str(me.id)]
    assert aoi.account_mute(other.id, duration=60).muting is True
    assert ids(aoi.mutes()) == [str(other.id)]
    assert aoi.account_unmute(other.id).muting is False
    assert aoi.account_block(other.id).blocking is True
    assert ids(aoi.blocks()) == [str(other.id)]
    assert aoi.account_unblock(other.id).blocking is False
    assert aoi.account_note_set(other.id, "川の近く").note == "川の近く"
    assert aoi.account_relationships([other.id])[0].following is False
    assert ben.tag_follow("朝").following is True
    assert [tag.name for tag in ben.followed_tags()] == ["朝"]
    assert ids(anybody.timeline_hashtag("朝")) == [str(post.id)]
    assert ids(aoi.search("ben").accounts) == [str(other.id)]
    assert aoi.markers_set(["home"], [post.id]).home.last_read_id == post.id
    assert aoi.status_delete(post.id).text == "おはようございます #朝 @ben"
    with pytest.raises(MastodonNotFoundError):
        aoi.status(post.id)
    with pytest.raises(MastodonAPIError):
        aoi.status_post("")
    aoi.revoke_access_token(allow_http=True)
    ben.access_token = f"{ben.access_token}x"
    with pytest.raises(MastodonUnauthorizedError):
        ben.timeline_home()


def test_it_pages_through_home_in_both_directions(people: tuple[Entity, Entity]) -> None:
    aoi, _ = people
    sent = [str(aoi.status_post(f"number {number}").id) for number in range(9)][::-1]
    first = aoi.timeline_home(limit=4)
    second = aoi.fetch_next(first)
    assert ids(first) + ids(second) == sent[:8]
    assert ids(aoi.fetch_previous(second)) == sent[:4]
    assert ids(aoi.fetch_remaining(first)) == sent
    assert ids(aoi.timeline_home(limit=4, min_id=sent[-1])) == sent[4:8]


def test_it_shows_pictures(people: tuple[Entity, Entity]) -> None:
    aoi, ben = people
    one, two = [aoi.media_post(plain(), "image/jpeg", description=text, focus=(0.5, -0.5)) for text in "ab"]
    assert one.url
    assert (one.meta.focus.x, one.meta.original.width, one.description) == (0.5, 60, "a")
    assert aoi.media_update(two, description="a ship").description == "a ship"
    with pytest.raises(MastodonAPIError):
        ben.status_post("not mine", media_ids=[one])
    post = aoi.status_post("", media_ids=[two, one], sensitive=True)
    assert [each.description for each in post.media_attachments] == ["a ship", "a"]
    kept = post.media_attachments[1]
    changes = [aoi.generate_media_edit_attributes(kept.id, description="a harbour")]
    edited = aoi.status_update(
        post.id, "words", media_attributes=changes
    )  # it names these pictures and no other
    assert [(each.id, each.description) for each in edited.media_attachments] == [(kept.id, "a harbour")]
    assert len(aoi.status_history(post.id)[1].media_attachments) == 1
    me = aoi.account_update_credentials(avatar=plain("PNG"), avatar_mime_type="image/png")
    assert "/media/" in me.avatar
    assert ids(ben.account_statuses(me.id, only_media=True)) == [str(post.id)]


class Ears(StreamListener):
    """Keeps what arrives."""

    def __init__(self) -> None:
        self._heard: queue.Queue[tuple[str, Entity]] = queue.Queue()

    def on_any_event(self, name: str, data: Entity = None, for_stream: Entity = None) -> None:
        self._heard.put((name, data))

    def on_abort(self, err: Exception) -> None:
        self._heard.put(("abort", err))

    def on_websocket_error(self, error: Exception, for_stream: Entity = None) -> None:
        self._heard.put(("refused", error))

    def next(self) -> tuple[str, Entity]:
        """The next event."""
        return self._heard.get(timeout=WAIT_S)

    def found(self, wait_s: float) -> bool:
        """Whether something arrives in time."""
        try:
            self._heard.get(timeout=wait_s)
        except queue.Empty:
            return False
        return True


def by_events(person: Entity, ears: Ears) -> Entity:
    """Open the user stream as server-sent events."""
    return person.stream_user(ears, run_async=True)


def by_socket(person: Entity, ears: Ears) -> Entity:
    """Open it by WebSocket."""
    handle = person.stream_open_websocket(listener=ears)
    handle.subscribe("user")
    return handle


@pytest.mark.parametrize("opened", [by_events, by_socket])
def test_a_post_an_edit_a_delete_and_a_notification_arrive(
    people: tuple[Entity, Entity], opened: Callable[[Entity, Ears], Entity]
) -> None:
    aoi, ben = people
    aoi.account_follow(ben.me().id)
    own, ears = aoi.status_post("mine"), Ears()
    assert aoi.stream_healthy()
    stream = opened(aoi, ears)
    # The client says nothing of when it is subscribed, so a first post is sent until one is heard.
    tries = [ben.status_post("is anybody there?")]
    while not ears.found(1.0):
        tries.append(ben.status_post("is anybody there?"))
    post = ben.status_post("おはよう")
    seen = ears.next()
    while seen[1].id in ids_of(tries):
        seen = ears.next()
    assert (seen[0], seen[1].id, seen[1].content) == ("update", post.id, "<p>おはよう</p>")
    ben.status_update(post.id, "おはようございます")
    name, changed = ears.next()
    assert (name, changed.id, changed.content) == ("status.update", post.id, "<p>おはようございます</p>")
    assert changed.edited_at is not None
    ben.status_delete(post.id)
    name, gone = ears.next()
    assert (name, str(gone)) == ("delete", str(post.id))
    ben.status_favourite(own.id)
    name, told = ears.next()
    assert (name, told.type, told.status.id) == ("notification", "favourite", own.id)
    assert told.account.acct == "ben"
    stream.close()


def ids_of(posts: list[Entity]) -> set[Entity]:
    return {post.id for post in posts}
