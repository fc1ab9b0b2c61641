"""The pages of shared groups and windows, with people in them."""

from typing import Final

import msgspec

from kizuna.ground.i18n import Locale
from kizuna.web import pieces as p
from kizuna.web import together_views as t
from kizuna.web.specimens import FRIENDS, HOUR, KENICHI, MINE, MINUTE, MIYUKI, NOW, POSTS, html, timeline
from kizuna.web.views import PageView
from tests.look.samples import page

OWN: Final = t.SharedRow(id="2", name="港の見張り番", owner=MIYUKI, participants=4, joined=True, own=True)
OTHERS: Final = t.SharedRow(id="3", name="鍋の会", owner=KENICHI, participants=12, joined=False, own=False)
AWAY: Final = p.Item(
    plane="square",
    id="900",
    author=p.Face(
        plane="square", id="", name="Harbour News", handle="news.example", href="https://news.example/"
    ),
    html=html("The ferry leaves at <b>nine</b>."),
    title="Ferry timetable",
    at_ms=NOW - MINUTE,
    href="https://news.example/ferry",
    audience=p.Audience(kind="public"),
    host="news.example",
    edited_ms=NOW,
    attached=2,
    talk="/together/2/talk?item=900",
)
STATES: Final[tuple[t.SourceState, ...]] = (
    "new", "good", "absent", "refused", "forbidden", "redirected", "too_large", "unreadable", "unreachable",
)  # fmt: skip


def window_samples(locale: Locale) -> dict[str, PageView]:
    """These pages by name, in one language."""
    at = page(locale)
    box = p.Composer(action="/together/2", audiences=("shared",), chosen="shared", key="k", limit=500)
    about = msgspec.structs.replace(MINE, about=AWAY)
    gone = msgspec.structs.replace(MINE, id="77", about_gone=True)
    windows = tuple(
        t.WindowRow(
            id=str(number), said=f"#港{number} example.social", title="", kind="account" if number % 2 else "tag",
            state=state, read_ms=NOW - HOUR, muted=number == 1, closable=number < 4,
        )
        for number, state in enumerate(STATES)
    )  # fmt: skip
    many = tuple(msgspec.structs.replace(AWAY, id=str(number)) for number in range(910, 917))
    runs = (t.Run(said="#港", shown=POSTS[:1]), t.Run(said="news.example", shown=(AWAY,), folded=many))
    wrong = p.Form(values={"address": "なにか"}, errors={"address": "ハッシュタグになっていません。"})
    return {
        "together": t.TogetherView(page=at, groups=(OWN, OTHERS)),
        "together_none": t.TogetherView(page=at, groups=()),
        "together_group": t.SharedGroupView(
            page=at, group=OWN, members=FRIENDS, composer=box, timeline=timeline(about, gone)
        ),
        "together_group_quiet": t.SharedGroupView(
            page=at, group=OTHERS, members=(MIYUKI, KENICHI), composer=box, timeline=timeline()
        ),
        "together_windows": t.WindowsView(
            page=at, group=OWN, windows=windows, runs=runs, older="/together/2/windows?max_id=1", most=12
        ),
        "together_windows_none": t.WindowsView(
            page=at, group=OWN, windows=(), runs=(), older="", most=8, form=wrong
        ),
        "together_talk": t.TalkView(
            page=at, group=OWN, item=AWAY, fields=(("item", "900"),), text="", key="k", limit=500
        ),
        "together_talk_wrong": t.TalkView(
            page=at, group=OWN, item=POSTS[0], fields=(("post", "1"),), text="", key="k", limit=500,
            error="なにか書いてください。",
        ),
    }  # fmt: skip
