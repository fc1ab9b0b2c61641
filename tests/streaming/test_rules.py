"""The pure parts: names, messages, frames, the log, seats."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.ground.errors import BadRequest, TooMany
from kizuna.people.models import Viewer
from kizuna.streaming.commands import Command, read_command
from kizuna.streaming.frames import api_event, api_message
from kizuna.streaming.log import KEPT_MS, Log
from kizuna.streaming.models import Entry
from kizuna.streaming.names import Stream, channels_of, covers, stream_named
from kizuna.streaming.seats import PER_PERSON, VISITORS_PER_ADDRESS, Seats

NOW = 1_762_000_000_000


def entry(id_: int, at_ms: int = NOW, seq: int = 1) -> Entry:
    return Entry(plane="square", event="update", id=id_, at_ms=at_ms, seq=seq)


def test_messages_are_read_strictly() -> None:
    assert read_command('{"type":"subscribe","stream":"user","more":1}') == Command(
        "subscribe", Stream("user")
    )
    tagged = read_command('{"type":"unsubscribe","stream":"hashtag","tag":"#ＢＡＴＨ"}')
    assert tagged == Command("unsubscribe", Stream("hashtag", "bath", "#ＢＡＴＨ"))


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "null", '{"type":1}', '{"type":"subscribe"}', '"\\ud800"', "\ud800"]
)
@pytest.mark.parametrize("around", ["%s", "[%s", '{"type":"subscribe","stream":"hashtag","tag":"","x":"%s"}'])
def test_what_cannot_be_read_is_refused(said: str, around: str) -> None:
    with pytest.raises(BadRequest):
        read_command(around % said)


@given(st.text(max_size=200))
def test_any_text_is_a_command_or_refused(said: str) -> None:
    with pytest.raises(BadRequest):
        read_command(said + "{")


def test_streams_need_their_scopes_and_follow_the_faces() -> None:
    user = stream_named("user", None)
    assert not covers(user, frozenset({"read:statuses"}))
    assert covers(user, frozenset({"read:statuses", "read:notifications"}))
    assert covers(user, frozenset({"read"}))
    both = Viewer(person_id=1, square_id=2, circle_id=3, locale="ja", scopes=frozenset({"read"}))
    assert channels_of(user, both) == (("home", 2), ("own square", 2), ("voices", 3), ("own circle", 3))
    assert channels_of(stream_named("user:notification", None), both) == (
        ("own square", 2),
        ("own circle", 3),
    )
    assert channels_of(stream_named("public:remote", None), both) == ()
    for name in ("list", "direct", "", 1, "public:media"):
        with pytest.raises(BadRequest):
            stream_named(name, "x")


@given(st.text(), st.text(min_size=1, max_size=30))
def test_a_message_holds_its_payload_as_a_text_and_an_event_is_one_line(text: str, tag: str) -> None:
    body = json.dumps({"content": text}).encode()
    message = json.loads(api_message(entry(7), body, ("hashtag", tag)))
    assert message["stream"] == ["hashtag", tag]
    assert json.loads(message["payload"]) == {"content": text}
    event = api_event(entry(7), body).decode()
    assert event.startswith(f"event: update\nid: {NOW}.su7\ndata: ")
    assert event.count("\n") == 4
    assert "\r" not in event


def test_the_log_is_taken_up_behind_a_position_or_from_a_time() -> None:
    log = Log(NOW)
    for number in range(1, 6):
        log.add(entry(number, NOW + number // 2, seq=10 * number))
    assert log.after(entry(2, NOW + 1).position) == 21
    assert [each.id for each in log.between(21, 50)] == [3, 4]
    assert log.after(f"{NOW + 1}.su9") is None
    assert log.after("") is None
    assert log.since(NOW - 1) is None, "before this process began"
    assert log.since(NOW) == 10
    assert log.since(NOW + 2) == 40
    assert log.since(NOW + 3) == -1


def test_what_happens_twice_in_a_millisecond_has_two_positions() -> None:
    log = Log(NOW)
    for number in range(3):
        again = entry(7, seq=number + 1)
        log.add(msgspec.structs.replace(again, nth=log.repeats(again)))
    positions = [each.position for each in log.between(0, 9)]
    assert len(set(positions)) == 3
    assert [log.after(position) for position in positions] == [2, 3, 4]
    assert log.repeats(entry(8)) == log.repeats(entry(7, NOW + 1)) == 0


def test_the_log_is_bounded_by_number_and_by_time() -> None:
    log = Log(NOW, kept=3)
    for number in range(1, 6):
        log.add(entry(number, NOW + number, seq=number))
    assert [each.id for each in log.between(0, 99)] == [3, 4, 5]
    assert log.since(NOW + 2) is None
    assert log.since(NOW + 3) == 3
    log.add(entry(9, NOW + 3 + KEPT_MS + 1, seq=9))
    assert [each.id for each in log.between(0, 99)] == [4, 5, 9]


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    log = Log(NOW)
    log.add(entry(1, NOW + 9_000, seq=1))
    log.tick(NOW + 10_000)
    log.add(entry(2, NOW + 5_000, seq=2))
    log.add(entry(3, NOW + 6_000, seq=3))
    assert log.after(entry(1, NOW + 9_000).position) == 2
    assert log.after(entry(2, NOW + 5_000).position) == 3
    for made_at in (NOW + 5_000, NOW + 9_500, NOW + 10_000):
        assert log.since(made_at) is None, "before or after it was set back? Nobody knows"
    log.add(entry(4, NOW + 12_000, seq=4))
    assert log.since(NOW + 11_000) == 4
    assert [each.id for each in log.between(1, 9)] == [1, 2, 3, 4]


def test_seats_are_counted_by_person_and_by_address() -> None:
    seats = Seats()
    for _ in range(PER_PERSON):
        seats.take(1, "192.0.2.1")
    with pytest.raises(TooMany):
        seats.take(1, "192.0.2.9")
    seats.take(2, "192.0.2.1")
    seats.leave(1, "192.0.2.1")
    seats.take(1, "192.0.2.9")
    for _ in range(VISITORS_PER_ADDRESS):
        seats.take(None, "2001:db8::1")
    with pytest.raises(TooMany):
        seats.take(None, "2001:db8::2")
    Seats(enabled=False).take(None, "2001:db8::2")
