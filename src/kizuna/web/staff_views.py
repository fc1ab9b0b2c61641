"""The pages of the staff, and those on which people meet it. The same rules hold as in views.py."""

from typing import ClassVar, Literal

from kizuna.ground.config import Plane
from kizuna.web.pieces import Face, Form, Item, Piece
from kizuna.web.views import PageView


class ReportRow(Piece, frozen=True, kw_only=True):
    """A report in a list: who is reported, and what it is about. Never what it quotes."""

    id: str
    plane: Plane
    target: Face
    category: str
    at_ms: int
    open: bool


class QuotedItem(Piece, frozen=True, kw_only=True):
    """An item as its reporter saw it. `href` leads to it where it is public."""

    id: str
    text: str
    at_ms: int
    href: str = ""


class LogRow(Piece, frozen=True, kw_only=True):
    """A line of the log. `target` is None where a deed concerned nobody, or somebody who is gone."""

    deed: str
    staff: str
    target: Face | None
    reason: str
    at_ms: int


class MemberRow(Piece, frozen=True, kw_only=True):
    """A face in the list of one plane, and how its person stands."""

    face: Face
    since_ms: int
    role: str
    silenced: bool
    suspended: bool


class BlockedRow(Piece, frozen=True, kw_only=True):
    """A line of a list of what is not let in."""

    id: str
    value: str
    kind: str
    at_ms: int


class AppealRow(Piece, frozen=True, kw_only=True):
    """An appeal that waits."""

    id: str
    face: Face
    text: str
    at_ms: int


class AnnouncementRow(Piece, frozen=True, kw_only=True):
    """An announcement as staff or a reader sees it."""

    id: str
    html: str
    at_ms: int
    ends_ms: int | None


class ReportView(PageView, frozen=True, kw_only=True):
    """`/report/{handle}`, `/c/{handle}/report`, `/v/{id}/report`: tell the staff about somebody or something."""

    template: ClassVar[str] = "report.html"
    face: Face
    items: tuple[Item, ...]
    action: str
    back: str
    form: Form = Form()


class AppealView(PageView, frozen=True, kw_only=True):
    """`/appeal`: for somebody who is suspended. `sent` when the question has just been asked."""

    template: ClassVar[str] = "appeal.html"
    form: Form = Form()
    sent: bool = False


class ReadingRow(Piece, frozen=True, kw_only=True):
    """Something of one's own that staff has read because of a report."""

    href: str
    at_ms: int


class ReadingsView(PageView, frozen=True, kw_only=True):
    """`/settings/readings`: what staff has read of one's closed items."""

    template: ClassVar[str] = "settings_readings.html"
    rows: tuple[ReadingRow, ...]


class StaffView(PageView, frozen=True, kw_only=True):
    """`/staff`: the rooms of the staff, and what waits in them."""

    template: ClassVar[str] = "staff/index.html"
    administrator: bool
    reports: int
    appeals: int


class StaffReportsView(PageView, frozen=True, kw_only=True):
    """`/staff/reports`."""

    template: ClassVar[str] = "staff/reports.html"
    rows: tuple[ReportRow, ...]
    show: Literal["open", "all"]


class StaffReportView(PageView, frozen=True, kw_only=True):
    """`/staff/reports/{plane}/{id}`. Of a closed report nothing is quoted until `read`."""

    template: ClassVar[str] = "staff/report.html"
    row: ReportRow
    reporter: Face
    comment: str
    quoted: tuple[QuotedItem, ...]
    count: int
    read: bool
    form: Form = Form()


class StaffPeopleView(PageView, frozen=True, kw_only=True):
    """`/staff/people`: the faces of one plane. `form.values`: q, state."""

    template: ClassVar[str] = "staff/people.html"
    plane: Plane
    rows: tuple[MemberRow, ...]
    older: str
    form: Form


class StaffPersonView(PageView, frozen=True, kw_only=True):
    """`/staff/people/{plane}/{id}`: what can be decided about somebody, and what was."""

    template: ClassVar[str] = "staff/person.html"
    row: MemberRow
    administrator: bool
    myself: bool
    reports: tuple[ReportRow, ...]
    log: tuple[LogRow, ...]
    form: Form = Form()


class StaffListView(PageView, frozen=True, kw_only=True):
    """`/staff/words` and `/staff/addresses`: what is not let in. `form.values`: value."""

    template: ClassVar[str] = "staff/list.html"
    kind: Literal["words", "addresses"]
    rows: tuple[BlockedRow, ...]
    form: Form = Form()


class StaffAnnouncementsView(PageView, frozen=True, kw_only=True):
    """`/staff/announcements`. `form.values`: text, days."""

    template: ClassVar[str] = "staff/announcements.html"
    rows: tuple[AnnouncementRow, ...]
    form: Form = Form()


class StaffAppealsView(PageView, frozen=True, kw_only=True):
    """`/staff/appeals`."""

    template: ClassVar[str] = "staff/appeals.html"
    rows: tuple[AppealRow, ...]
    form: Form = Form()


class StaffLogView(PageView, frozen=True, kw_only=True):
    """`/staff/log`: what staff did, newest first."""

    template: ClassVar[str] = "staff/log.html"
    rows: tuple[LogRow, ...]
    older: str


class StaffInviteRow(Piece, frozen=True, kw_only=True):
    """A sign-up invite, and the handle of who made it."""

    id: str
    made_by: str
    uses: int
    max: int
    made_at_ms: int
    expires_at_ms: int
    state: Literal["open", "used_up", "expired", "ended"]


class StaffInvitesView(PageView, frozen=True, kw_only=True):
    """`/staff/invites`. `url` is the link that was just made: it is shown this once."""

    template: ClassVar[str] = "staff/invites.html"
    rows: tuple[StaffInviteRow, ...]
    older: str = ""
    url: str = ""
    form: Form = Form()


class WaitingRow(Piece, frozen=True, kw_only=True):
    """How much waits in a store."""

    store: str
    events: int
    duties: int


class LetterRow(Piece, frozen=True, kw_only=True):
    """Work that nobody tries any more. `error` is the kind of the last failure; empty for the circle."""

    id: str
    store: str
    kind: str
    attempts: int
    error: str


class StaffQueuesView(PageView, frozen=True, kw_only=True):
    """`/staff/queues`."""

    template: ClassVar[str] = "staff/queues.html"
    waiting: tuple[WaitingRow, ...]
    letters: tuple[LetterRow, ...]


class StaffDropView(PageView, frozen=True, kw_only=True):
    """`/staff/queues/{id}/drop`: asks before work is given up for good."""

    template: ClassVar[str] = "staff/drop.html"
    row: LetterRow


class StaffSettingsView(PageView, frozen=True, kw_only=True):
    """`/staff/settings`: the settings of this server as (name, value); secrets are not among them."""

    template: ClassVar[str] = "staff/settings.html"
    rows: tuple[tuple[str, str], ...]


class StaffStorageView(PageView, frozen=True, kw_only=True):
    """`/staff/storage`: (what, bytes), and the bytes that are free on the disk."""

    template: ClassVar[str] = "staff/storage.html"
    rows: tuple[tuple[str, int], ...]
    free: int
