"""Specimens: people, posts, voices, copies and boxes that are nobody's, for `/design` and for tests that look at pages.

They write in Japanese and in English, as in life. Each shows a state that a component can be in.
"""

from typing import Any

import msgspec

from kizuna.ground.config import Plane
from kizuna.web import pieces as p
from kizuna.web.notice_views import NoticeKind, NoticeRow

NOW = 1_797_900_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def face(plane: Plane, handle: str, name: str) -> p.Face:
    """Somebody in one plane."""
    href = f"/@{handle}" if plane == "square" else f"/c/{handle}"
    return p.Face(plane=plane, id=str(hash_of(handle)), name=name, handle=handle, href=href)


def hash_of(handle: str) -> int:
    """An id that is always the same for a handle."""
    return 116_000_000_000 + sum(ord(letter) * 31**place for place, letter in enumerate(handle[:6]))


MIYUKI = face("circle", "miyuki", "美雪")
KENICHI = face("circle", "kenichi", "健一")
YUMI = face("circle", "yumi", "由美")
SAKURA = face("circle", "sakura", "さくら")
TOM = face("circle", "tom", "Tom Okada")
GRANDMA = face("circle", "hanae", "花江（ばあちゃん）")
FRIENDS = (KENICHI, YUMI, SAKURA, TOM, GRANDMA)
MIYUKI_OUT = face("square", "miyuki", "美雪")
BOUSAI = face("square", "nanao_bousai", "七尾市 防災")
ANNA = face("square", "anna", "Anna Lindqvist")
CAFE = face("square", "kita_no_kissa", "北の喫茶店")
LONG = face("square", "a_handle_of_thirty_characters_", "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末")


def html(*paragraphs: str) -> str:
    """Paragraphs as they are kept."""
    return "".join(f"<p>{text}</p>" for text in paragraphs)


def tag(word: str) -> str:
    """A hashtag in a text."""
    return f'<a href="/tags/{word}" rel="tag">#{word}</a>'


def voice(number: int, author: p.Face, text: str, ago: int, **more: Any) -> p.Item:
    """A voice of the circle, said some time ago."""
    fields: dict[str, Any] = {"audience": p.Audience(kind="friends"), "language": "ja", **more}
    return p.Item(
        plane="circle",
        id=str(number),
        author=author,
        html=html(text),
        at_ms=NOW - ago,
        href=f"/v/{number}",
        **fields,
    )


def post(number: int, author: p.Face, text: str, ago: int, **more: Any) -> p.Item:
    """A post of the square, written some time ago."""
    fields: dict[str, Any] = {
        "audience": p.Audience(kind="public"),
        "language": "ja",
        "href": f"/@{author.handle}/{number}",
        **more,
    }
    return p.Item(plane="square", id=str(number), author=author, html=html(text), at_ms=NOW - ago, **fields)


MINE = voice(
    1, MIYUKI, "みんな、週末の鍋の会、うちでやります。場所はいつもの所！ 白菜は由美、つみれは健一でお願い。",
    2 * MINUTE, audience=p.Audience(kind="people", count=2), mine=True, replies=2, copies=1,
)  # fmt: skip
VOICES = (
    MINE,
    voice(2, KENICHI, "停電、うちの地区は復旧しました。おばあちゃんも無事です。水は出ています。", 7 * MINUTE,
          replies=3),
    voice(3, TOM, "First snow on the way home. The garden is so quiet that you hear the pines.", 50 * MINUTE,
          language="en", replies=1),
    voice(4, MIYUKI, "明日の発表、こわい。でもやる。", 3 * HOUR, audience=p.Audience(kind="me", count=0), mine=True),
)  # fmt: skip
ANSWERED = voice(
    6, YUMI, "ねこが、こたつから出てきません。", 4 * HOUR, moods=(("smile", 3), ("hug", 1)), mood="smile",
    edited_ms=NOW - 3 * HOUR,
)  # fmt: skip
SNOW = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 48'%3E%3Cpath fill='%23a3bdf3' "
    "d='M0 0h64v48H0z'/%3E%3Cpath fill='%23fff' d='M0 34q16-14 32-4t32-6v24H0z'/%3E%3C/svg%3E"
)
GARDEN = p.ItemPicture(src=SNOW, href="#items", description="雪の庭", width=640, height=480)
PICTURED = voice(
    8, SAKURA, "今朝の庭です。", 6 * HOUR, pictures=(GARDEN, msgspec.structs.replace(GARDEN, description="")),
)  # fmt: skip
COVERED = post(
    16, ANNA, "The wound heals well.", 27 * HOUR, language="en", pictures=(GARDEN,), sensitive=True
)
STAGED = p.Attaching(
    pictures=(p.StagedPicture(id="5", src=SNOW, description="", width=640, height=480),), most=4, longest=1500
)
FOLDED = voice(7, KENICHI, "……", 5 * HOUR, folded=True)
POSTS = (
    post(11, BOUSAI, f"避難所4か所を開設しました。給水車は17時に小丸山小へ向かいます。{tag('七尾市')} {tag('給水')}",
         5 * MINUTE, replies=14, boosts=212, favourites=98, boosted=True),
    post(12, ANNA, "First snow in Kanazawa this morning. The garden is so quiet that you hear the pines.",
         12 * MINUTE, language="en", replies=2, boosts=9, favourites=41, favourited=True, boosted_by=CAFE,
         boost_id="1200"),
    post(13, CAFE, "今夜は窓辺に靴下を吊るしました。ココアあります。", 26 * HOUR, audience=p.Audience(kind="unlisted"),
         spoiler="クリスマスの話"),
    post(14, LONG, "長い名前でも行が崩れないことを確かめます。" + "あ" * 80 + " https://example.org/" + "long" * 20,
         9 * DAY, in_reply_to="anna", in_reply_to_href="/@anna/12"),
    post(15, MIYUKI_OUT, "週末は鍋です。", 400 * DAY, mine=True),
)  # fmt: skip
INBOUND = (
    post(21, p.Face(plane="square", id="21", name="Anna Lindqvist", handle="anna@hiroba.example",
                    href="https://hiroba.example/@anna"),
         f"初雪！ {tag('金沢')} の朝。", 4 * MINUTE, host="hiroba.example", href="https://hiroba.example/@anna/21"),
)  # fmt: skip
TALKS = (
    voice(
        31,
        TOM,
        "初雪だって。だれか見に行く？",
        2 * HOUR,
        audience=p.Audience(kind="shared"),
        about=INBOUND[0],
    ),
    voice(
        32, SAKURA, "昨日の話の続きですが。", 3 * HOUR, audience=p.Audience(kind="shared"), about_gone=True
    ),
)
REQUEST = p.RequestRow(face=YUMI, note="同じクラスだった由美です。\n写真部の！", at_ms=NOW - 2 * HOUR)
OUT_CONSENT = p.Consent(direction="out", given=True, at_ms=NOW - 30 * DAY)
IN_CONSENT = p.Consent(direction="in", given=False)
TIE = p.TieRow(
    id="71",
    host="hiroba.example",
    acct="miyuki@hiroba.example",
    href="https://hiroba.example/@miyuki",
    since_ms=NOW - 30 * DAY,
    consents=(OUT_CONSENT, IN_CONSENT),
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
READERS = p.Readers(kind="people", count=2, faces=(YUMI, KENICHI))
SESSIONS = (
    p.SessionRow(
        id="1",
        kind="browser",
        name=FIREFOX,
        made_at_ms=NOW - DAY,
        seen_at_ms=NOW,
        current=True,
    ),
    p.SessionRow(id="2", kind="app", name="Tusky", made_at_ms=NOW - 40 * DAY, seen_at_ms=NOW - 5 * HOUR),
)


def copy_row(number: int, state: p.CopyState, text: str) -> p.CopyRow:
    """A copy in one of its states."""
    return p.CopyRow(
        id=str(number),
        state=state,
        host="hiroba.example",
        acct="miyuki@hiroba.example",
        text=text,
        voice_href="/v/1",
        at_ms=NOW - number * HOUR,
        href="https://hiroba.example/@miyuki/9" if state == "standing" else "",
        events=(
            p.CopyEvent(state="wanted", at_ms=NOW - number * HOUR),
            p.CopyEvent(state=state, at_ms=NOW - HOUR),
        ),
        can_recall=state in ("standing", "unknown"),
    )


COPIES = tuple(
    copy_row(number, state, "週末の鍋の会、うちでやります。")
    for number, state in enumerate(
        ("standing", "wanted", "sending", "unknown", "failed", "edit_wanted", "recall_wanted", "recalled"), 1
    )
)


def composer(*audiences: p.AudienceKind, chosen: p.AudienceKind, **more: Any) -> p.Composer:
    """A box to write in."""
    fields: dict[str, Any] = {"action": "/compose", "limit": 500, **more}
    return p.Composer(audiences=audiences, chosen=chosen, key="k-1", **fields)


TO_PEOPLE = composer(
    "me", "friends", "people", chosen="people", can_copy=True, readers=READERS,
    friends=tuple(p.FriendChoice(face=friend, chosen=friend in (YUMI, KENICHI)) for friend in FRIENDS),
    text="みんな、週末の鍋の会、うちでやります。場所はいつもの所！",
)  # fmt: skip
TO_FRIENDS = composer(
    "me", "friends", "people", chosen="friends", can_copy=True,
    readers=p.Readers(kind="friends", count=5, faces=FRIENDS),
    friends=tuple(p.FriendChoice(face=friend) for friend in FRIENDS),
)  # fmt: skip
TO_SQUARE = composer(
    "public", "unlisted", chosen="public", readers=p.Readers(kind="public"), warning="冬の話", language="ja"
)
ROOM_REPLY = composer("friends", chosen="friends", action="/v/1/reply")
WITH_PICTURE = composer("friends", chosen="friends", action="/v/1/reply", attaching=STAGED)
POST_REPLY = composer(
    "public",
    "unlisted",
    chosen="unlisted",
    language="ja",
    action="/@anna/12/reply",
    error="なにか書いてください。",
)


def timeline(*items: p.Item, older: str = "") -> p.Timeline:
    """Items, newest first."""
    return p.Timeline(items=items, older=older)


def notice(number: int, kind: NoticeKind, *faces: p.Face, text: str = "", unread: bool = False) -> NoticeRow:
    """Something that concerns one."""
    return NoticeRow(
        id=str(number), kind=kind, faces=faces, others=max(len(faces) - 1, 0), text=text, href="/x",
        at_ms=NOW - number * 7 * MINUTE - HOUR * (number > 3) - DAY * (number > 5), unread=unread,
    )  # fmt: skip


EVENING = "夕方から雪になりそうです。お帰りの道にお気をつけください。"
SQUARE_NOTICES = (
    notice(1, "mention", ANNA, text="@miyuki How is the snow up there?", unread=True),
    notice(2, "favourite", CAFE, ANNA, BOUSAI, text=EVENING, unread=True),
    notice(3, "follow", LONG),
    notice(4, "reblog", BOUSAI, CAFE, text=EVENING),
    notice(5, "status", BOUSAI, text=EVENING),
    notice(6, "update", CAFE, text=EVENING),
)
CIRCLE_NOTICES = (
    notice(1, "friend_request", YUMI, unread=True),
    notice(2, "room_reply", KENICHI, text="つみれ、まかせて！", unread=True),
    notice(3, "reply", YUMI, text="わたしも行きます。"),
    notice(4, "named", KENICHI, text="由美の誕生日、何にする？"),
    notice(5, "friend", YUMI),
    notice(6, "staff_read"),
)
