"""The pages of the square beyond reading and writing, with people in them."""

from typing import Final

from msgspec.structs import replace

from kizuna.ground.i18n import Locale
from kizuna.web import square_views as s
from kizuna.web.changes import changes
from kizuna.web.specimens import (
    ANNA,
    BOUSAI,
    CAFE,
    DAY,
    HOUR,
    LONG,
    MIYUKI_OUT,
    NOW,
    POSTS,
    html,
    timeline,
)
from kizuna.web.views import PageView
from tests.look.samples import page

EDITED: Final = s.Rewording(
    at_ms=NOW - HOUR,
    text=changes(
        "避難所4か所を開設しました。\n給水車は17時に来ます。",
        "避難所5か所を開設しました。\n給水車は18時に来ます。 #給水",
    ),
    warning=changes("", "防災のお知らせ"),
    language="ja",
    was_language="en",
)
FIRST: Final = s.Rewording(
    at_ms=NOW - DAY,
    text=changes("避難所4か所を開設しました。", "避難所4か所を開設しました。"),
    warning=(),
    language="en",
    was_language="en",
)


def square_samples(locale: Locale) -> dict[str, PageView]:
    """These pages by name, in one language."""
    at, outside = page(locale, "both"), page(locale, "square", signed_in=False)
    mine = POSTS[4]
    return {
        **_accounts(locale),
        "post_edit": s.PostEditView(
            page=at, item=mine, text="避難所5か所を開設しました。", warning="", language="ja", limit=500, preview=EDITED
        ),
        "post_edit_wrong": s.PostEditView(
            page=at, item=mine, text="", warning="防災", language="ain", limit=500, error="なにか書いてください。"
        ),
        "post_edit_same": s.PostEditView(
            page=at, item=mine, text="x", warning="", language="", limit=500, preview=FIRST
        ),
        "post_history": s.PostHistoryView(page=outside, item=mine, wordings=(EDITED, EDITED, FIRST)),
        "post_history_older": s.PostHistoryView(
            page=at, item=mine, wordings=(EDITED, EDITED), newest=False, older="/x?from=20"
        ),
        "post_history_none": s.PostHistoryView(page=at, item=mine, wordings=(FIRST,)),
        "tag_follow": s.TagView(page=at, tag="給水", path="/tags/給水", timeline=timeline(*POSTS[:2]), following=False),
        "tag_followed": s.TagView(page=at, tag="雪", path="/tags/雪", timeline=timeline(), following=True),
        "bookmarks": s.KeptView(page=at, mark="bookmarks", timeline=timeline(*POSTS)),
        "favourites_none": s.KeptView(page=at, mark="favourites", timeline=timeline()),
        "boosts": s.MarkedByView(
            page=outside, item=POSTS[0], mark="boosts", faces=(ANNA, BOUSAI, CAFE, LONG), older="/x?max_id=1"
        ),
        "favourited_none": s.MarkedByView(page=at, item=mine, mark="favourites", faces=()),
        "tags": s.TagsView(page=at, tags=(("給水", "/tags/給水"), ("snow", "/tags/snow"))),
        "tags_none": s.TagsView(page=at, tags=()),
    }  # fmt: skip


def _accounts(locale: Locale) -> dict[str, PageView]:
    at, self_at = page(locale, "square", "/@anna"), page(locale, "square", "/@miyuki")
    anna = s.AccountView(
        page=at,
        face=ANNA,
        note_html=html("Gardens, snow, slow trains. 金沢。"),
        joined_ms=NOW - 300 * DAY,
        posts=128,
        following=40,
        followers=212,
        relation="stranger",
        follows_you=True,
        muting=True,
        bot=True,
        fields=(("Web", '<a href="https://example.org/">example.org</a>'), ("好きなもの", "雪と庭" * 20)),
        pinned=POSTS[2:3],
        timeline=timeline(POSTS[1]),
    )
    return {
        "account": anna,
        "account_replies": replace(anna, relation="following", show="replies", pinned=(), timeline=timeline(POSTS[3])),
        "account_blocked": replace(anna, relation="blocked", pinned=(), timeline=timeline()),
        "account_self": s.AccountView(
            page=self_at, face=MIYUKI_OUT, note_html="", joined_ms=NOW - DAY, posts=0, following=1, followers=1,
            relation="self", follows_you=False, timeline=timeline(),
        ),
        "followers": s.FollowsView(page=at, face=ANNA, which="followers", faces=(BOUSAI, LONG), older="/x"),
        "following_none": s.FollowsView(page=at, face=ANNA, which="following", faces=()),
        "mute": s.MuteView(page=at, face=ANNA, durations=("0", "1h", "1d", "7d", "30d")),
        "account_block": s.AccountBlockView(page=at, face=ANNA),
        "mutes": s.MutesView(
            page=at, rows=(
                s.MuteRow(face=ANNA, until_ms=NOW + DAY, notifications=True),
                s.MuteRow(face=LONG, until_ms=None, notifications=False),
            ),
        ),
        "mutes_none": s.MutesView(page=at, rows=()),
        "account_blocks": s.AccountBlocksView(page=at, faces=(ANNA, CAFE)),
        "account_blocks_none": s.AccountBlocksView(page=at, faces=()),
    }  # fmt: skip
