"""The pages of the staff, and those on which people meet it, with people in them."""

from typing import Literal

from kizuna.ground.i18n import Locale
from kizuna.web import staff_views as s
from kizuna.web.pieces import Form
from kizuna.web.specimens import DAY, KENICHI, MINE, MIYUKI, MIYUKI_OUT, NOW, POSTS
from kizuna.web.views import PageView
from tests.look.samples import page

WORDS = {
    "ja": (
        "何度も同じ宣伝を書いています。",
        "こちらの決まりの3番に反します。",
        "すみませんでした。もうしません。",
    ),
    "en": (
        "The same advertisement, again and again.",
        "This breaks our third rule.",
        "I am sorry. Not again.",
    ),
}


def staff(locale: Locale) -> dict[str, PageView]:
    """All of them."""
    return {**_met(locale), **_rooms(locale), **_people(locale)}


def _report(plane: str, *, open_: bool = True) -> s.ReportRow:
    target = MIYUKI_OUT if plane == "square" else KENICHI
    return s.ReportRow(
        id="91", plane=target.plane, target=target, category="spam", at_ms=NOW - DAY, open=open_
    )


def _met(locale: Locale) -> dict[str, PageView]:
    told, _, sorry = WORDS[locale]
    refused = Form(values={"comment": told}, errors={"category": told})
    asked = Form(values={"handle": "kenichi", "text": sorry})
    readings = (s.ReadingRow(href="/v/1", at_ms=NOW - DAY),)
    return {
        "report_voice": s.ReportView(
            page=page(locale), face=MINE.author, items=(MINE,), action="/x", back="/", form=refused
        ),
        "report_account": s.ReportView(
            page=page(locale), face=POSTS[4].author, items=(POSTS[4],), action="/x", back="/"
        ),
        "appeal": s.AppealView(page=page(locale, signed_in=False), form=asked),
        "appeal_sent": s.AppealView(page=page(locale, signed_in=False), sent=True),
        "settings_readings": s.ReadingsView(page=page(locale), rows=readings),
        "settings_readings_none": s.ReadingsView(page=page(locale), rows=()),
    }


def _rooms(locale: Locale) -> dict[str, PageView]:
    _, why, sorry = WORDS[locale]
    at = page(locale, "both", "/staff")
    blocked = (
        s.BlockedRow(id="1", value="203.0.113.0/24", kind="network", at_ms=NOW - DAY),
        s.BlockedRow(id="2", value="spam.example", kind="mail", at_ms=NOW - DAY),
    )
    told = s.AnnouncementRow(id="3", html=f"<p>{why}</p>", at_ms=NOW, ends_ms=NOW + DAY)
    appeal = s.AppealRow(id="4", face=KENICHI, text=sorry, at_ms=NOW - DAY)
    return {
        "staff": s.StaffView(page=at, administrator=True, reports=2, appeals=1),
        "staff_words": s.StaffListView(page=at, kind="words", rows=()),
        "staff_addresses": s.StaffListView(page=at, kind="addresses", rows=blocked),
        "staff_announcements": s.StaffAnnouncementsView(
            page=at, rows=(told,), form=Form(errors={"text": why})
        ),
        "staff_announcements_none": s.StaffAnnouncementsView(page=at, rows=()),
        "staff_appeals": s.StaffAppealsView(page=at, rows=(appeal,), form=Form(error=why)),
        "staff_appeals_none": s.StaffAppealsView(page=at, rows=()),
        "staff_log": s.StaffLogView(page=at, rows=_log(locale), older="/staff/log?max_id=5"),
        "staff_invites": s.StaffInvitesView(
            page=at,
            rows=_invites(),
            older="/x",
            url="https://kizuna.example/sign-up?invite=abc",
            form=Form(error=why),
        ),
        "staff_invites_none": s.StaffInvitesView(page=at, rows=()),
        "staff_queues": s.StaffQueuesView(page=at, waiting=_waiting(), letters=_letters()),
        "staff_queues_none": s.StaffQueuesView(page=at, waiting=_waiting(), letters=()),
        "staff_drop": s.StaffDropView(page=at, row=_letters()[0]),
        "staff_settings": s.StaffSettingsView(page=at, rows=(("planes", "square, circle"), ("data", ""))),
        "staff_storage": s.StaffStorageView(page=at, rows=(("square.db", 12_400_000),), free=80_000_000_000),
    }


def _invites() -> tuple[s.StaffInviteRow, ...]:
    states: tuple[Literal["open", "used_up", "expired", "ended"], ...] = (
        "open",
        "used_up",
        "expired",
        "ended",
    )
    return tuple(
        s.StaffInviteRow(
            id="5",
            made_by="miyuki",
            uses=1,
            max=5,
            made_at_ms=NOW - DAY,
            expires_at_ms=NOW + DAY,
            state=state,
        )
        for state in states
    )


def _waiting() -> tuple[s.WaitingRow, ...]:
    return tuple(s.WaitingRow(store=store, events=0, duties=2) for store in ("people", "square"))


def _letters() -> tuple[s.LetterRow, ...]:
    return (
        s.LetterRow(id="6", store="people", kind="people.mail", attempts=25, error="ConnectionRefusedError"),
        s.LetterRow(id="7", store="circle", kind="tie.deliver", attempts=25, error=""),
    )


def _people(locale: Locale) -> dict[str, PageView]:
    told, why, _ = WORDS[locale]
    at = page(locale, "both", "/staff")
    rows = (
        s.MemberRow(
            face=MIYUKI_OUT, since_ms=NOW - DAY, role="administrator", silenced=False, suspended=False
        ),
        s.MemberRow(face=POSTS[4].author, since_ms=NOW - DAY, role="member", silenced=True, suspended=True),
    )
    quoted = (s.QuotedItem(id="8", text=told, at_ms=NOW - DAY, href="/@miyuki/8"),)
    reported, closed = _report("square"), _report("circle")
    return {
        "staff_reports": s.StaffReportsView(page=at, rows=(reported, closed), show="open"),
        "staff_reports_none": s.StaffReportsView(page=at, rows=(), show="all"),
        "staff_report": s.StaffReportView(
            page=at, row=reported, reporter=POSTS[4].author, comment=told, quoted=quoted, count=1, read=True
        ),
        "staff_report_closed": s.StaffReportView(
            page=at, row=closed, reporter=MIYUKI, comment="", quoted=(), count=1, read=False
        ),
        "staff_people": s.StaffPeopleView(
            page=at, plane="square", rows=rows, older="/x", form=Form(values={"q": "", "state": ""})
        ),
        "staff_people_none": s.StaffPeopleView(
            page=at, plane="circle", rows=(), older="", form=Form(values={"q": "x", "state": "staff"})
        ),
        "staff_person": s.StaffPersonView(
            page=at, row=rows[1], administrator=True, myself=False, reports=(_report("square", open_=False),),
            log=_log(locale), form=Form(error=why),
        ),
        "staff_myself": s.StaffPersonView(
            page=at, row=rows[0], administrator=True, myself=True, reports=(), log=()
        ),
    }  # fmt: skip


def _log(locale: Locale) -> tuple[s.LogRow, ...]:
    deeds = (
        "silence", "unsilence", "suspend", "restore", "appoint", "delete_post", "close_report", "refuse_appeal",
        "block_word", "allow_word", "block_address", "allow_address", "announce", "end_announcement",
        "make_invite", "end_invite", "retry_job", "drop_job",
    )  # fmt: skip
    return tuple(
        s.LogRow(deed=deed, staff="miyuki", target=KENICHI, reason=WORDS[locale][1], at_ms=NOW - DAY)
        for deed in deeds
    )
