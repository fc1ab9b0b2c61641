"""The pages about groups, blocks, edits and audiences, with people in them."""

from typing import Final

from kizuna.ground.i18n import Locale
from kizuna.web import circle_views as c
from kizuna.web import pieces as p
from kizuna.web.specimens import DAY, FRIENDS, HOUR, KENICHI, MINE, MIYUKI, NOW, YUMI, html, timeline
from kizuna.web.views import PageView
from tests.look.samples import page

GROUPS: Final = (
    p.GroupChoice(id="1", name="親しい友だち", close=True, members=2),
    p.GroupChoice(
        id="2", name="鍋の会（ときどき、雪の日に集まる人たち）", close=False, members=5, chosen=True
    ),
    p.GroupChoice(id="3", name="Work", close=False, members=0, excepted=True),
)
WORDINGS: Final = (
    c.Wording(html=html("みんな、週末の鍋の会、うちでやります。"), at_ms=NOW - HOUR),
    c.Wording(html=html("週末は鍋です。"), at_ms=NOW - DAY),
)


def circle_samples(locale: Locale) -> dict[str, PageView]:
    """These pages by name, in one language."""
    at = page(locale)
    refused = p.Form(values={"name": "x" * 40}, errors={"name": "もう少し短い名前にしてください。"})
    friends = tuple(p.FriendChoice(face=friend, chosen=friend in (YUMI, KENICHI)) for friend in FRIENDS)
    box = p.Composer(
        action="/v/1/audience", audiences=("me", "people", "groups", "friends", "fof"), chosen="groups", key="k",
        limit=500, friends=friends, groups=GROUPS,
        readers=p.Readers(kind="groups", count=2, faces=(YUMI, KENICHI)),
    )  # fmt: skip
    added = p.Readers(kind="fof", count=9, faces=(YUMI,), further=8)
    return {
        "groups": c.GroupsView(page=at, groups=GROUPS, form=refused),
        "groups_none": c.GroupsView(page=at, groups=()),
        "group": c.GroupView(page=at, group=GROUPS[1], friends=friends, said_to=3, kept_from=1),
        "group_shared": c.GroupView(
            page=at, group=GROUPS[1], friends=friends, said_to=3, kept_from=1, shared=True,
            joined=("1", "2"), asked=("3",),
        ),
        "group_end": c.GroupEndView(page=at, group=GROUPS[1], said_to=3, kept_from=1),
        "settings_blocks": c.BlocksView(page=at, faces=(KENICHI,)),
        "settings_blocks_none": c.BlocksView(page=at, faces=()),
        "block": c.BlockView(page=at, face=KENICHI, action="/x", back="/"),
        "voice_edit": c.EditView(page=at, item=MINE, text="週末は鍋です。", limit=500, error="なにか書いてください。"),
        "voice_history": c.HistoryView(page=at, item=MINE, wordings=WORDINGS),
        "voice_audience": c.AudienceView(page=at, item=MINE, box=box),
        "voice_audience_wider": c.AudienceView(
            page=at, item=MINE, box=box, added=added, hidden=(("agreed", "1"),)
        ),
        "see_as": c.SeeAsView(
            page=at, face=MIYUKI, seen_by="friend", friend=KENICHI, friends=FRIENDS, bio_html=html("写真が好きです。"),
            timeline=timeline(MINE),
        ),
        "see_as_member": c.SeeAsView(
            page=at, face=MIYUKI, seen_by="member", friend=None, friends=FRIENDS, bio_html="", timeline=timeline()
        ),
    }  # fmt: skip
