"""Every state with everything that can happen: where it leads, or that it cannot happen."""

import msgspec
import pytest

from kizuna.tie.states import (
    MOST_SENDS,
    NEVER_MS,
    Abandoned,
    Absent,
    Began,
    Copy,
    Deleted,
    EditAsked,
    EditBegan,
    Edited,
    Found,
    Happening,
    Impossible,
    Lost,
    NotSent,
    NotYet,
    Postponed,
    RecallAsked,
    Refused,
    State,
    Step,
    Stood,
    after,
    is_open_question,
    next_step,
    settled,
)

NOW = 1_000_000
COPIES = {
    "wanted": Copy(state=State.WANTED, made_at=0),
    "sending": Copy(state=State.SENDING, made_at=0, fence="5", sends=1, sent_at=NOW - 10),
    "unknown": Copy(state=State.UNKNOWN, made_at=0, fence="5", sends=1, sent_at=NOW - 10),
    "unknown at last": Copy(state=State.UNKNOWN, made_at=0, fence="5", sends=MOST_SENDS, sent_at=NOW - 10),
    "standing": Copy(state=State.STANDING, made_at=0, fence="5", sends=1, sent_at=NOW - 10, remote_id="6"),
    "failed": Copy(state=State.FAILED, made_at=0),
    "recall in doubt": Copy(state=State.RECALL_WANTED, made_at=0, fence="5", sends=1, sent_at=NOW - 10),
    "recall": Copy(state=State.RECALL_WANTED, made_at=0, fence="5", sends=1, sent_at=NOW - 10, remote_id="6"),
    "recalled": Copy(state=State.RECALLED, made_at=0),
    "edit": Copy(state=State.EDIT_WANTED, made_at=0, remote_id="6", text="old", new_text="new"),
    "edit in doubt": Copy(
        state=State.EDIT_WANTED, made_at=0, remote_id="6", text="old", new_text="new", edits=1
    ),
}
HAPPENINGS: list[Happening] = [
    Began("7"),
    Stood("6"),
    Refused("no"),
    NotSent("busy"),
    Lost("silence"),
    Found("6"),
    NotYet(500),
    Absent(),
    Postponed("busy"),
    RecallAsked(),
    Deleted(),
    Abandoned("ended"),
    EditAsked("newer"),
    EditBegan(),
    Edited(),
]
TABLE = {
    "wanted": "sending . failed wanted . . . . wanted recalled . failed . . .",
    "sending": ". standing failed wanted unknown . . . . recall_wanted . . . . .",
    "unknown": ". standing . . . standing unknown wanted unknown recall_wanted . unknown . . .",
    "unknown at last": ". standing . . . standing unknown failed unknown recall_wanted . unknown . . .",
    "standing": ". . . . . . . . . recall_wanted recalled . edit_wanted . .",
    "failed": ". . . . . . . . . failed . . . . .",
    "recall in doubt": (
        ". recall_wanted recalled recalled recall_wanted recall_wanted recall_wanted recalled recall_wanted"
        " recall_wanted . unknown . . ."
    ),
    "recall": ". . standing . . . . . recall_wanted recall_wanted recalled standing . . .",
    "edit": (
        ". . standing edit_wanted edit_wanted . . edit_wanted edit_wanted recall_wanted recalled standing"
        " edit_wanted edit_wanted standing"
    ),
    "edit in doubt": (
        ". . standing edit_wanted edit_wanted . . edit_wanted edit_wanted recall_wanted recalled standing"
        " . edit_wanted standing"
    ),
    "recalled": ". . . . . . . . . recalled . . . . .",
}


@pytest.mark.parametrize("name", COPIES)
def test_the_table_of_transitions(name: str) -> None:
    row = TABLE[name].split()
    assert len(row) == len(HAPPENINGS)
    for happening, expected in zip(HAPPENINGS, row, strict=True):
        if expected == ".":
            with pytest.raises(Impossible):
                after(COPIES[name], happening, NOW)
        else:
            assert after(COPIES[name], happening, NOW).state == expected, happening


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_with_a_step_is_due_and_one_without_never(name: str) -> None:
    for happening in HAPPENINGS:
        try:
            copy = after(COPIES[name], happening, NOW)
        except Impossible:
            continue
        if copy == COPIES[name] or isinstance(happening, Abandoned):
            continue  # nothing happened, or nothing can be done any more
        assert (next_step(copy) is None) == (copy.due_at == NEVER_MS), happening


def test_what_comes_next() -> None:
    steps = {name: next_step(copy) for name, copy in COPIES.items()}
    assert steps == {
        "wanted": Step.SEND,
        "sending": Step.BURY,
        "unknown": Step.READ,
        "unknown at last": Step.READ,
        "standing": None,
        "failed": None,
        "recall in doubt": Step.READ,
        "recall": Step.DELETE,
        "recalled": None,
        "edit": Step.EDIT,
        "edit in doubt": Step.LOOK,
    }
    doubts = {name for name, copy in COPIES.items() if is_open_question(copy)}
    assert doubts == {"sending", "unknown", "unknown at last", "recall in doubt"}


def test_a_removal_that_was_tried_in_vain_leaves_a_doubt_when_access_ends() -> None:
    tried = after(COPIES["recall"], Postponed("no answer"), NOW)
    assert after(tried, Abandoned("ended"), NOW).state is State.UNKNOWN
    assert after(COPIES["recall"], Abandoned("ended"), NOW).state is State.STANDING


def test_the_first_fence_stays() -> None:
    again = after(COPIES["unknown"], Absent(), NOW)
    assert after(again, Began("9"), NOW).fence == "5"


def test_absence_says_nothing_before_the_settling_time() -> None:
    copy = msgspec.structs.replace(COPIES["unknown"], sent_at=NOW)
    assert not settled(copy, NOW + 59_999, 60_000)
    assert settled(copy, NOW + 60_000, 60_000)


def test_what_cannot_be_done_waits_longer_each_time_but_no_longer_than_an_hour() -> None:
    copy, waits = COPIES["unknown"], list[int]()
    for _ in range(16):
        copy = after(copy, Postponed("down"), NOW)
        waits.append(copy.due_at - NOW)
    assert waits[:4] == [1000, 2000, 4000, 8000]
    assert max(waits) == waits[-1] == 3_600_000
    assert after(COPIES["unknown"], Postponed("busy", 90_000), NOW).due_at == NOW + 90_000
