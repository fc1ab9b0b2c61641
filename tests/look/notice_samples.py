"""The pages of notifications, with people in them."""

from typing import Final

from kizuna.ground.i18n import Locale
from kizuna.web import notice_views as n
from kizuna.web import pieces as p
from kizuna.web.notice_views import NoticeKind
from kizuna.web.specimens import (
    ANNA,
    BOUSAI,
    CAFE,
    DAY,
    HOUR,
    KENICHI,
    LONG,
    MINUTE,
    MIYUKI,
    MIYUKI_OUT,
    NOW,
    YUMI,
)  # fmt: skip
from kizuna.web.views import PageView
from tests.look.samples import page

TEXT: Final = "夕方から雪になりそうです。お帰りの道にお気をつけください。"
SQUARE: Final[tuple[NoticeKind, ...]] = ("mention", "status", "reblog", "follow", "favourite", "update")
CIRCLE: Final[tuple[NoticeKind, ...]] = (
    "friend_request",
    "friend",
    "room_reply",
    "reply",
    "named",
    "staff_read",
)


def row(number: int, kind: NoticeKind, *faces: p.Face, text: str = "", unread: bool = False) -> n.NoticeRow:
    return n.NoticeRow(
        id=str(number), kind=kind, faces=faces, others=max(len(faces) - 1, 0), text=text, href="/x",
        at_ms=NOW - number * 7 * MINUTE - HOUR * (number > 3) - DAY * (number > 5), unread=unread,
    )  # fmt: skip


def notice_samples(locale: Locale) -> dict[str, PageView]:
    """These pages by name, in one language."""
    at = page(locale)
    square = (
        row(1, "mention", ANNA, text="@miyuki How is the snow up there?", unread=True),
        row(2, "favourite", CAFE, ANNA, BOUSAI, text=TEXT, unread=True),
        row(3, "follow", LONG),
        row(4, "reblog", BOUSAI, CAFE, text=TEXT),
        row(5, "status", BOUSAI, text=TEXT),
        row(6, "update", CAFE, text=TEXT),
    )
    circle = (
        row(1, "friend_request", YUMI, unread=True),
        row(2, "room_reply", KENICHI, text="つみれ、まかせて！", unread=True),
        row(3, "reply", YUMI, text="わたしも行きます。"),
        row(4, "named", KENICHI, text="由美の誕生日、何にする？"),
        row(5, "friend", YUMI),
        row(6, "staff_read"),
    )
    both = ("square", "circle")
    forms = tuple(
        n.KindsForm(face=face, kinds=tuple(n.KindChoice(kind=kind, on=kind != "reblog") for kind in kinds))
        for face, kinds in ((MIYUKI_OUT, SQUARE), (MIYUKI, CIRCLE[:5]))
    )
    quiet = p.Form(
        values={"on": "1", "from": "22:00", "until": "22:00", "zone": "Asia/Tokyo"},
        errors={"until": "静かな時間には終わりが必要です。"},
    )
    zones = ("America/New_York", "Asia/Tokyo", "Europe/London")
    return {
        "notices": n.NoticesView(
            page=at, plane="square", planes=both, show="all", rows=square, newest="1", older="/x"
        ),
        "notices_circle": n.NoticesView(
            page=at, plane="circle", planes=both, show="all", rows=circle, newest="1"
        ),
        "notices_none": n.NoticesView(page=at, plane="circle", planes=("circle",), show="all", rows=()),
        "notices_mentions_none": n.NoticesView(
            page=at, plane="square", planes=both, show="mentions", rows=()
        ),
        "settings_notices": n.NoticeSettingsView(page=at, kinds=forms, quiet=quiet, zones=zones),
    }
