"""The pages of notifications, with people in them."""

from msgspec.structs import replace

from kizuna.ground.i18n import Locale
from kizuna.web import notice_views as n
from kizuna.web import pieces as p
from kizuna.web.specimens import (
    CIRCLE_NOTICES,
    DAY,
    MIYUKI,
    MIYUKI_OUT,
    NOW,
    SQUARE_NOTICES,
    YUMI,
)  # fmt: skip
from kizuna.web.views import PageView
from tests.look.samples import page


def notice_samples(locale: Locale) -> dict[str, PageView]:
    """These pages by name, in one language."""
    at = page(locale)
    both = ("square", "circle")
    forms = tuple(
        n.KindsForm(
            face=face, kinds=tuple(n.KindChoice(kind=row.kind, on=row.kind != "reblog") for row in rows)
        )
        for face, rows in ((MIYUKI_OUT, SQUARE_NOTICES), (MIYUKI, CIRCLE_NOTICES[:5]))
    )
    told = (((YUMI,), "由美さんから贈りものが届いています"), ((), "手もとに戻りました"))
    of_app = tuple(
        n.NoticeRow(
            id=f"a{number}", kind="season", faces=faces, others=0, text="", href="/x", at_ms=NOW - 9 * DAY,
            unread=False, said=said,
        )
        for number, (faces, said) in enumerate(told)
    )  # fmt: skip
    forms = (
        *forms[:-1],
        replace(
            forms[-1],
            kinds=(
                *forms[-1].kinds,
                n.KindChoice(kind="season", on=True, wish="友だちから贈りものが届いたとき"),
            ),
        ),
    )
    quiet = p.Form(
        values={"on": "1", "from": "22:00", "until": "22:00", "zone": "Asia/Tokyo"},
        errors={"until": "静かな時間には終わりが必要です。"},
    )
    zones = ("America/New_York", "Asia/Tokyo", "Europe/London")
    return {
        "notices": n.NoticesView(
            page=at, plane="square", planes=both, show="all", rows=SQUARE_NOTICES, newest="1", older="/x"
        ),
        "notices_circle": n.NoticesView(
            page=at, plane="circle", planes=both, show="all", rows=(*CIRCLE_NOTICES, *of_app), newest="1"
        ),
        "notices_none": n.NoticesView(page=at, plane="circle", planes=("circle",), show="all", rows=()),
        "notices_mentions_none": n.NoticesView(
            page=at, plane="square", planes=both, show="mentions", rows=()
        ),
        "settings_notices": n.NoticeSettingsView(page=at, kinds=forms, quiet=quiet, zones=zones),
    }
