"""The things of moderation, as the doors see them. Times are Unix milliseconds."""

from enum import StrEnum

import msgspec

from kizuna.ground.config import Plane
from kizuna.ground.ids import StoreName


class Category(StrEnum):
    """What a report is about, as the Mastodon API spells it."""

    SPAM = "spam"
    LEGAL = "legal"
    VIOLATION = "violation"
    OTHER = "other"


class Deed(StrEnum):
    """What staff did."""

    SILENCE = "silence"
    UNSILENCE = "unsilence"
    SUSPEND = "suspend"
    RESTORE = "restore"
    APPOINT = "appoint"
    DELETE_POST = "delete_post"
    CLOSE_REPORT = "close_report"
    REFUSE_APPEAL = "refuse_appeal"
    BLOCK_WORD = "block_word"
    ALLOW_WORD = "allow_word"
    BLOCK_ADDRESS = "block_address"
    ALLOW_ADDRESS = "allow_address"
    ANNOUNCE = "announce"
    END_ANNOUNCEMENT = "end_announcement"
    MAKE_INVITE = "make_invite"
    END_INVITE = "end_invite"
    RETRY_JOB = "retry_job"
    DROP_JOB = "drop_job"


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody reports: whose items, which of them, and why."""

    target_id: int
    item_ids: tuple[int, ...] = ()
    category: str = Category.OTHER.value
    comment: str = ""


class ReportedItem(msgspec.Struct, frozen=True):
    """An item as its reporter saw it."""

    item_id: int
    text: str
    written_at: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report. ``reporter_id`` and ``target_id`` are faces of its plane."""

    id: int
    plane: Plane
    reporter_id: int
    target_id: int
    category: Category
    comment: str
    created_at: int
    closed_at: int | None
    items: tuple[ReportedItem, ...] = ()


class Decision(msgspec.Struct, frozen=True):
    """A line of the log. ``staff_id`` is a person, ``target_id`` a face of the plane, or nobody."""

    id: int
    staff_id: int
    deed: Deed
    plane: str
    target_id: int | None
    reason: str
    made_at: int


class Appeal(msgspec.Struct, frozen=True):
    """Somebody asks to have a suspension looked at again."""

    id: int
    person_id: int
    plane: Plane
    face_id: int
    text: str
    created_at: int


class Blocked(msgspec.Struct, frozen=True):
    """A word, network or mail domain that is not let in."""

    id: int
    value: str
    made_at: int
    kind: str = "word"


class Announcement(msgspec.Struct, frozen=True):
    """What the staff tells everybody. ``read`` is true when the person it was loaded for has put it away."""

    id: int
    text: str
    html: str
    made_at: int
    ends_at: int | None
    read: bool = False


class MadeInvite(msgspec.Struct, frozen=True):
    """A sign-up invite as the staff sees it. ``made_by`` is a handle."""

    id: int
    made_by: str
    uses: int
    max_uses: int
    created_at: int
    expires_at: int
    ended_at: int | None


class Waiting(msgspec.Struct, frozen=True):
    """How much waits to be done in a store."""

    store: StoreName
    events: int
    duties: int


class Reading(msgspec.Struct, frozen=True):
    """Staff read a closed item because of a report; its author may know that, but not who reported it."""

    item_id: int
    read_at: int
