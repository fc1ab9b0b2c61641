"""The life of a copy (pure): states, what can happen, and what is to be done next.

    wanted ──Began──> sending ──Stood──> standing ──RecallAsked──> recall_wanted ──Deleted──> recalled
      ^                 │ │ └─Refused──> failed                        ^
      └────NotSent──────┘ └───Lost────> unknown ──Found──> standing    │ (also from unknown and sending: the truth
      └────────────────Absent──────────────┘                           │  is established first, and nothing is re-sent)

A standing copy can be given another text: EditAsked makes it *edit_wanted* until the place surely shows one of the two.
An update without an answer is looked up before it is tried again, and a recall ends it.

An attempt without an answer is *unknown* until the place has been read (ARCHITECTURE.md, invariant 7). A read that
finds the copy decides at once. A read that finds nothing decides only when it began `settle` after the last send,
because until then the request may still be under way.
"""

import re
from enum import StrEnum

import msgspec

#: A copy that could not be sent for this long is not sent any more: nobody expects an old text to appear.
TOO_LATE_MS = 24 * 3600 * 1000
#: Nothing leaves for somebody whom the staff has suspended; whether that still stands is looked at again after this.
SUSPENDED = "The account is suspended here."
SUSPENDED_MS = 600_000
#: Sends of one copy; each was followed by a read of the place that found nothing.
MOST_SENDS = 6
_LONGEST_WAIT_MS = 3600 * 1000
NEVER_MS = (1 << 62) - 1


class State(StrEnum):
    """Where a copy is in its life."""

    WANTED = "wanted"
    SENDING = "sending"
    STANDING = "standing"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EDIT_WANTED = "edit_wanted"
    """It stands, and is to say something else."""
    RECALL_WANTED = "recall_wanted"
    RECALLED = "recalled"


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger knows of a copy and its machine needs.

    `fence` is the newest thing at the place before the first send ("" when there was none); `sent_at` the beginning of
    the last send; `failures` counts steps in a row that could not be done. `new_text` is what is to stand there instead
    of `text`, and `edits` counts its attempts without a known end.
    """

    state: State
    made_at: int
    fence: str | None = None
    sends: int = 0
    sent_at: int | None = None
    failures: int = 0
    due_at: int = 0
    remote_id: str | None = None
    remote_url: str | None = None
    reason: str | None = None
    text: str = ""
    new_text: str | None = None
    edits: int = 0


def _receipt_name(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


class Happening(msgspec.Struct, frozen=True, tag_field="kind", tag=_receipt_name):
    """Base of what can happen to a copy."""

    @property
    def name(self) -> str:
        """What receipts call it, such as `recall_asked`."""
        return str(self.__struct_config__.tag)


class Began(Happening, frozen=True):
    """The send is about to leave; durable before it does."""

    fence: str


class Stood(Happening, frozen=True):
    """The partner answered that it stands."""

    remote_id: str
    url: str | None = None


class Refused(Happening, frozen=True):
    """The partner will not have it; surely nothing is there (of a recall: it will not remove it)."""

    reason: str


class NotSent(Happening, frozen=True):
    """The send surely was not processed and may be made again."""

    reason: str
    after_ms: int = 0


class Lost(Happening, frozen=True):
    """The send has no usable answer; it may have been processed, or may be yet."""

    reason: str


class Found(Happening, frozen=True):
    """The place was read and it stands there."""

    remote_id: str
    url: str | None = None


class NotYet(Happening, frozen=True):
    """The place was read, and it is too early to conclude anything from its absence."""

    after_ms: int


class Absent(Happening, frozen=True):
    """The place was read after everything had settled: nothing is there, and nothing is under way."""


class Postponed(Happening, frozen=True):
    """Reading the place or removing the copy could not be done now."""

    reason: str
    after_ms: int = 0


class RecallAsked(Happening, frozen=True):
    """The author wants it back, or deleted the voice."""


class Deleted(Happening, frozen=True):
    """The partner answered that it is gone."""


class EditAsked(Happening, frozen=True):
    """The author wants it to say something else."""

    text: str


class EditBegan(Happening, frozen=True):
    """The update is about to leave; durable before it does."""


class Edited(Happening, frozen=True):
    """The place shows the new text."""


class Abandoned(Happening, frozen=True):
    """The access has ended for good; what is not known now will not be known."""

    reason: str


class Impossible(Exception):
    """The happening does not fit the state; somebody else was quicker, or there is a bug. Nothing may be written."""


class Step(StrEnum):
    """What a copy needs next."""

    SEND = "send"
    READ = "read"
    DELETE = "delete"
    EDIT = "edit"
    LOOK = "look"
    """An update has no known end: see what stands there."""
    BURY = "bury"
    """A send that nobody waits for any more (its process died): it is lost."""


def is_open_question(copy: Copy) -> bool:
    """Whether it may or may not stand over there. While it is so, nothing else is sent to that place."""
    if copy.state is State.RECALL_WANTED:
        return copy.remote_id is None
    return copy.state in (State.SENDING, State.UNKNOWN)


def next_step(copy: Copy) -> Step | None:
    """What to do with a copy that is due, or None when its life is over."""
    match copy.state:
        case State.WANTED:
            return Step.SEND
        case State.SENDING:
            return Step.BURY
        case State.UNKNOWN:
            return Step.READ
        case State.RECALL_WANTED:
            return Step.READ if copy.remote_id is None else Step.DELETE
        case State.EDIT_WANTED:
            return Step.LOOK if copy.edits else Step.EDIT
        case State.STANDING | State.FAILED | State.RECALLED:
            return None


def settled(copy: Copy, read_began_ms: int, settle_ms: int) -> bool:
    """Whether a read that began then may conclude from absence."""
    return copy.sent_at is None or read_began_ms >= copy.sent_at + settle_ms


def after(copy: Copy, happening: Happening, now_ms: int) -> Copy:
    """The copy after something happened. Raises Impossible."""
    if isinstance(happening, RecallAsked):
        return _recall_asked(copy, now_ms)
    match copy.state:
        case State.WANTED:
            return _wanted(copy, happening, now_ms)
        case State.SENDING:
            return _sending(copy, happening, now_ms)
        case State.UNKNOWN:
            return _unknown(copy, happening, now_ms)
        case State.RECALL_WANTED:
            return _recall_wanted(copy, happening, now_ms)
        case State.EDIT_WANTED:
            return _edit_wanted(copy, happening, now_ms)
        case State.STANDING if isinstance(happening, EditAsked):
            return _moved(copy, State.EDIT_WANTED, now_ms, new_text=happening.text, edits=0, reason=None)
        case State.STANDING if isinstance(happening, Deleted):
            return _over(copy, State.RECALLED, None)  # taken down over there
        case State.STANDING | State.FAILED | State.RECALLED:
            raise _impossible(copy, happening)


def _wanted(copy: Copy, happening: Happening, now_ms: int) -> Copy:
    match happening:
        case Began(fence):
            # The first fence stays: a send that was lost long ago would still stand above it.
            kept = fence if copy.fence is None else copy.fence
            begun: dict[str, object] = {"fence": kept, "sends": copy.sends + 1, "sent_at": now_ms}
            # A send that the partner puts off again and again waits longer each time.
            return _moved(copy, State.SENDING, now_ms, **begun, reason=None, failures=copy.failures)
        case NotSent(reason, after_ms) | Postponed(reason, after_ms):
            return _again(copy, State.WANTED, reason, after_ms, now_ms)
        case Refused(reason) | Abandoned(reason):
            return _over(copy, State.FAILED, reason)
        case _:
            raise _impossible(copy, happening)


def _sending(copy: Copy, happening: Happening, now_ms: int) -> Copy:
    match happening:
        case Stood(remote_id, url):
            return _standing(copy, remote_id, url)
        case Refused(reason):
            return _over(copy, State.FAILED, reason)
        case NotSent(reason, after_ms):
            return _again(copy, State.WANTED, reason, after_ms, now_ms)
        case Lost(reason):
            return _moved(copy, State.UNKNOWN, now_ms, reason=reason)
        case _:
            raise _impossible(copy, happening)


def _unknown(copy: Copy, happening: Happening, now_ms: int) -> Copy:
    match happening:
        case Found(remote_id, url) | Stood(remote_id, url):
            return _standing(copy, remote_id, url)
        case NotYet(after_ms):
            return _moved(copy, State.UNKNOWN, now_ms, due_at=now_ms + after_ms)
        case Absent() if copy.sends >= MOST_SENDS:
            return _over(copy, State.FAILED, copy.reason)
        case Absent():
            return _again(copy, State.WANTED, copy.reason, 0, now_ms)
        case Postponed(reason, after_ms):
            return _again(copy, State.UNKNOWN, reason, after_ms, now_ms)
        case Abandoned(reason):
            return _over(copy, State.UNKNOWN, reason)
        case _:
            raise _impossible(copy, happening)


def _recall_asked(copy: Copy, now_ms: int) -> Copy:
    match copy.state:
        case State.WANTED:
            return _over(copy, State.RECALLED, None)
        case State.SENDING:
            # The handler that sends is still waiting; the place is not read before its answer could have come.
            return _moved(copy, State.RECALL_WANTED, now_ms)
        case State.STANDING | State.UNKNOWN | State.EDIT_WANTED:
            return _moved(copy, State.RECALL_WANTED, now_ms, reason=None, new_text=None, edits=0)
        case State.FAILED | State.RECALL_WANTED | State.RECALLED:
            return copy


def _recall_wanted(copy: Copy, happening: Happening, now_ms: int) -> Copy:
    if isinstance(happening, Postponed):
        return _again(copy, State.RECALL_WANTED, happening.reason, happening.after_ms, now_ms)
    if copy.remote_id is not None:
        return _removal(copy, happening)
    match happening:
        case Found(remote_id, url) | Stood(remote_id, url):
            return _moved(copy, State.RECALL_WANTED, now_ms, remote_id=remote_id, remote_url=url)
        case Refused() | NotSent() | Absent():
            return _over(copy, State.RECALLED, None)
        case Lost(reason):
            return _moved(copy, State.RECALL_WANTED, now_ms, reason=reason)
        case NotYet(after_ms):
            return _moved(copy, State.RECALL_WANTED, now_ms, due_at=now_ms + after_ms)
        case Abandoned(reason):
            return _over(copy, State.UNKNOWN, reason)
        case _:
            raise _impossible(copy, happening)


def _removal(copy: Copy, happening: Happening) -> Copy:
    """A recall of something that is known to have stood there."""
    match happening:
        case Deleted():
            return _over(copy, State.RECALLED, None)
        case Abandoned(reason) if copy.failures:
            # A removal without an answer may have been done; without access nobody can find out.
            return _over(copy, State.UNKNOWN, reason)
        case Refused(reason) | Abandoned(reason):
            return _over(copy, State.STANDING, reason)
        case _:
            raise _impossible(copy, happening)


def _edit_wanted(copy: Copy, happening: Happening, now_ms: int) -> Copy:
    match happening:
        case EditAsked(text) if not copy.edits:
            return _moved(copy, State.EDIT_WANTED, now_ms, new_text=text, reason=None)
        case EditBegan():
            kept = {"failures": copy.failures, "reason": copy.reason}
            return _moved(copy, State.EDIT_WANTED, now_ms, edits=copy.edits + 1, **kept)
        case Edited():
            shown = msgspec.structs.replace(copy, text=copy.new_text or copy.text)
            return _unedited(shown, State.STANDING, None)
        case Refused(reason) | Abandoned(reason):
            return _unedited(copy, State.STANDING, reason)
        case Deleted():
            return _unedited(copy, State.RECALLED, None)
        case NotSent(reason, after_ms):
            closed = msgspec.structs.replace(copy, edits=0)
            return _again(closed, State.EDIT_WANTED, reason, after_ms, now_ms)
        case Absent():
            closed = msgspec.structs.replace(copy, edits=0)
            return _again(closed, State.EDIT_WANTED, copy.reason, 0, now_ms)
        case Lost(reason):
            return _again(copy, State.EDIT_WANTED, reason, 0, now_ms)
        case Postponed(reason, after_ms):
            return _again(copy, State.EDIT_WANTED, reason, after_ms, now_ms)
        case _:
            raise _impossible(copy, happening)


def _unedited(copy: Copy, state: State, reason: str | None) -> Copy:
    return msgspec.structs.replace(_over(copy, state, reason), new_text=None, edits=0)


def _moved(copy: Copy, state: State, now_ms: int, **changes: object) -> Copy:
    due: dict[str, object] = {"due_at": now_ms, "failures": 0}
    return msgspec.structs.replace(copy, state=state, **(due | changes))


def _standing(copy: Copy, remote_id: str, url: str | None) -> Copy:
    return msgspec.structs.replace(
        copy,
        state=State.STANDING,
        remote_id=remote_id,
        remote_url=url,
        reason=None,
        failures=0,
        due_at=NEVER_MS,
    )


def _over(copy: Copy, state: State, reason: str | None) -> Copy:
    return msgspec.structs.replace(copy, state=state, reason=reason, failures=0, due_at=NEVER_MS)


def _again(copy: Copy, state: State, reason: str | None, after_ms: int, now_ms: int) -> Copy:
    """The same once more, later each time, and not before the partner allows it."""
    wait = min(max(1000 << min(copy.failures, 12), after_ms), _LONGEST_WAIT_MS)
    return msgspec.structs.replace(
        copy, state=state, reason=reason, failures=copy.failures + 1, due_at=now_ms + wait
    )


def _impossible(copy: Copy, happening: Happening) -> Impossible:
    return Impossible(f"{type(happening).__name__} in state {copy.state}")
