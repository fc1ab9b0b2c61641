"""Every page with people in it, so that one can look at it: the cast writes in Japanese and in English, as in life."""

from typing import Any

from kizuna.doors.unsent import Unsent
from kizuna.ground.config import Plane
from kizuna.ground.i18n import Locale
from kizuna.web import pieces as p
from kizuna.web import views as v
from kizuna.web.design import design_view
from kizuna.web.specimens import (
    COPIES,
    DAY,
    FRIENDS,
    INBOUND,
    KENICHI,
    MINE,
    MINUTE,
    MIYUKI,
    MIYUKI_OUT,
    NOW,
    POST_REPLY,
    POSTS,
    READERS,
    REQUEST,
    ROOM_REPLY,
    SAKURA,
    SESSIONS,
    TIE,
    TO_FRIENDS,
    TO_PEOPLE,
    TO_SQUARE,
    VOICES,
    YUMI,
    composer,
    html,
    timeline,
    voice,
)

LINES = (("Web", "https://example.org"), ("好きなもの", "雪"), ("", ""), ("", ""))
SERVERS: dict[str, tuple[Plane, ...]] = {
    "circle": ("circle",),
    "square": ("square",),
    "both": ("square", "circle"),
}


WRONG: dict[Locale, str] = {"ja": "なにか書いてください。", "en": "Please write something."}


def page(
    locale: Locale, server: str = "circle", path: str = "/", signed_in: bool = True, **more: Any
) -> p.Page:
    planes = SERVERS[server]
    described = {
        "ja": "能登の友だちと家族のための、小さな場所です。だれでも見学できます。",
        "en": "A small place for friends and families in Noto. Everybody may look in.",
    }
    site = p.Site(
        title={"circle": "なかまの輪", "square": "みんなの広場", "both": "Kizuna"}[server],
        domain=f"{server}.example",
        description=described[locale],
        planes=planes,
        sign_up="invite" if server == "circle" else "open",
    )
    viewer = p.Viewer(
        square=MIYUKI_OUT if "square" in planes else None,
        circle=MIYUKI if "circle" in planes else None,
        requests=1 if "circle" in planes else 0,
    )
    return p.Page(
        site=site,
        locale=locale,
        now_ms=NOW,
        path=path,
        csrf="csrf-token",
        viewer=viewer if signed_in else None,
        **more,
    )


def samples(locale: Locale) -> dict[str, v.PageView]:
    """All pages by name, in one language."""
    from tests.look.circle_samples import circle_samples  # they are made of the people here
    from tests.look.notice_samples import notice_samples
    from tests.look.season_samples import season_samples
    from tests.look.square_samples import square_samples
    from tests.look.staff_samples import staff
    from tests.look.window_samples import window_samples

    return {
        **outside(locale),
        **season_samples(locale),
        **reading(locale),
        **friendship(locale),
        **settings(locale),
        **questions(locale),
        **staff(locale),
        **circle_samples(locale),
        **square_samples(locale),
        **notice_samples(locale),
        **window_samples(locale),
    }


def outside(locale: Locale) -> dict[str, v.PageView]:
    wrong = p.Form(
        values={"name": "美雪", "handle": "Miyuki!"},
        errors={"handle": "ハンドルに使えるのは a から z の文字、数字、_ だけです。"},
        error="直すところが1つあります。",
    )
    return {
        "landing_square": v.LandingView(
            page=page(locale, "square", signed_in=False), items=(POSTS[0], POSTS[1])
        ),
        "landing_circle": v.LandingView(page=page(locale, "circle", signed_in=False)),
        "landing_both": v.LandingView(page=page(locale, "both", signed_in=False), items=POSTS[:1]),
        "sign_up": v.SignUpView(page=page(locale, "square", "/sign-up", False), form=p.Form(), allowed=True),
        "sign_up_wrong": v.SignUpView(
            page=page(locale, "square", "/sign-up", False), form=wrong, allowed=True
        ),
        "sign_up_invite": v.SignUpView(
            page=page(locale, "circle", "/sign-up", False), form=p.Form(), allowed=False
        ),
        "sign_in": v.SignInView(page=page(locale, "circle", "/sign-in", False), form=p.Form(), asked=True),
        "invite_outside": v.InviteView(
            page=page(locale, "circle", "/invite/x", False), code="x", state="unknown"
        ),
        "design": design_view(page(locale, "both", "/design", False), WRONG[locale]),
        "error_again": v.ErrorView(
            page=page(locale, "circle", "/compose", False),
            status=401,
            again=Unsent(
                action="/compose",
                text="みんな、週末の鍋の会、\nうちでやります。",
                hidden=(("audience", "friends"),),
                kept=False,
            ),
        ),
        "keys": v.KeysView(page=page(locale, "both", "/keys")),
        "keys_off": v.KeysView(page=page(locale, "both", "/keys", keys=False)),
        "about": v.AboutView(page=page(locale, "both", "/about", False), version="0.1.0"),
        **{
            f"error_{status}": v.ErrorView(
                page=page(locale, "circle", "/v/9", False),
                status=status,
                retry_after=30 if status == 429 else None,
            )
            for status in (401, 403, 404, 410, 413, 422, 429, 500, 503)
        },
    }


def reading(locale: Locale) -> dict[str, v.PageView]:
    everything = timeline(MINE, *INBOUND, *VOICES[1:])
    done = p.Notice(text={"ja": "仲間に届けました。", "en": "Sent to your friends."}[locale])
    return {
        "home": v.HomeView(
            page=page(locale), show="all", shows=("all", "square", "circle"), timeline=everything,
            composer=TO_PEOPLE, requests=(REQUEST,), ties=(TIE,),
        ),
        "home_square": v.HomeView(
            page=page(locale, "square"), show="square", shows=("square",),
            timeline=timeline(*POSTS, older="/?max_id=11"), composer=TO_SQUARE,
        ),
        "home_both": v.HomeView(
            page=page(locale, "both", notice=done), show="all", shows=("all", "square", "circle"),
            timeline=timeline(MINE, POSTS[0], POSTS[1], VOICES[2]),
            composer=composer("public", "unlisted", "me", "friends", "people", chosen="friends", can_copy=True),
        ),
        "home_empty": v.HomeView(
            page=page(locale), show="all", shows=("all", "square", "circle"), timeline=timeline(), composer=TO_FRIENDS
        ),
        "home_untied": v.HomeView(
            page=page(locale, path="/?show=square"), show="square", shows=("all", "square", "circle"),
            timeline=timeline(),
        ),
        "compose": v.ComposeView(page=page(locale, path="/compose"), composer=TO_PEOPLE),
        "readers": v.ReadersView(page=page(locale, path="/readers"), readers=READERS),
        "post": v.PostView(
            page=page(locale, "square", "/@anna/12"), item=POSTS[1], before=(POSTS[0],),
            after=(POSTS[2], POSTS[3]), reply=POST_REPLY,
        ),
        "post_outside": v.PostView(page=page(locale, "square", "/@anna/12", False), item=POSTS[0], after=(POSTS[2],)),
        "voice": v.VoiceView(
            page=page(locale, path="/v/1"), item=MINE, replies=(voice(5, YUMI, "白菜、まかせて！", MINUTE), VOICES[2]),
            why="author", readers=READERS, reply=ROOM_REPLY, can_copy=True, copies=COPIES[:1],
        ),
        "voice_of_friend": v.VoiceView(
            page=page(locale, path="/v/2"), item=VOICES[1], replies=(), why="friend",
            readers=p.Readers(kind="friends"), reply=ROOM_REPLY,
        ),
        "square": v.SquareView(page=page(locale, "square", "/square", False), timeline=timeline(*POSTS)),
    }  # fmt: skip


def friendship(locale: Locale) -> dict[str, v.PageView]:
    at = "/c/kenichi"
    since = NOW - 200 * DAY
    return {
        "face_friend": v.FaceView(
            page=page(locale, path=at), face=KENICHI, bio_html=html("七尾で大工をしています。"), state="friend",
            since_ms=since, timeline=timeline(VOICES[1]),
        ),
        "face_stranger": v.FaceView(page=page(locale, path=at), face=KENICHI, bio_html="", state="stranger"),
        "face_asked": v.FaceView(page=page(locale, path=at), face=KENICHI, bio_html="", state="asked"),
        "face_asks": v.FaceView(page=page(locale, path=at), face=YUMI, bio_html="", state="asks", note=REQUEST.note),
        "friends": v.FriendsView(
            page=page(locale, path="/friends"), incoming=(REQUEST,),
            friends=tuple(p.FriendRow(face=friend, since_ms=since) for friend in FRIENDS),
            asked=2, outgoing=(p.RequestRow(face=SAKURA, note="", at_ms=NOW - DAY),),
        ),
        "friends_empty": v.FriendsView(page=page(locale, path="/friends"), friends=()),
        "friends_suggested": v.FriendsView(
            page=page(locale, "both", "/friends"), friends=(), suggesting="on",
            suggestions=(
                p.SuggestionRow(
                    face=KENICHI,
                    account=p.Face(plane="square", id="2", name="けんいち", handle="ken1", href="/@ken1"),
                ),
            ),
        ),
        "friends_nobody_suggested": v.FriendsView(
            page=page(locale, "both", "/friends"), friends=(), suggesting="on"
        ),
        "friends_not_suggesting": v.FriendsView(
            page=page(locale, "both", "/friends"), friends=(), suggesting="off"
        ),
        "invites": v.InvitesView(
            page=page(locale, path="/invites"),
            fresh=p.InviteLink(url="https://circle.example/invite/6kX0b_2pQz8", qr_href="/qr.svg"),
            invites=tuple(
                p.InviteRow(
                    id=state, made_at_ms=NOW - DAY, expires_at_ms=NOW + 6 * DAY, uses=0, max_uses=5, state=state
                )
                for state in ("open", "used_up", "expired", "ended")
            ),
        ),
        "invite": v.InviteView(page=page(locale, path="/invite/x"), code="x", state="open", face=KENICHI),
        "invite_gone": v.InviteView(page=page(locale, path="/invite/x"), code="x", state="gone"),
    }  # fmt: skip


def settings(locale: Locale) -> dict[str, v.PageView]:
    at = "/settings/ties/71"
    history = (
        p.ConsentEvent(direction="in", given=False, at_ms=NOW - 2 * DAY),
        p.ConsentEvent(direction="in", given=True, at_ms=NOW - 12 * DAY),
        p.ConsentEvent(direction="out", given=True, at_ms=NOW - 30 * DAY),
    )
    filled = p.Form(values={"name": "美雪", "note": "写真と雪が好きです。"})
    return {
        "settings": v.SettingsView(page=page(locale, path="/settings"), ties=1, sessions=2),
        "settings_profile": v.ProfileView(
            page=page(locale, "both", "/settings/profile"),
            forms=(
                p.ProfileForm(face=MIYUKI_OUT, form=filled, lines=LINES, ticks=("indexable",)),
                p.ProfileForm(face=MIYUKI, form=filled),
            ),
        ),
        "settings_sessions": v.SessionsView(page=page(locale, path="/settings/sessions"), sessions=SESSIONS),
        "settings_ties": v.TiesView(
            page=page(locale, path="/settings/ties"), ties=(TIE,), form=p.Form(values={"out": "1"})
        ),
        "settings_suggestions": v.SuggestionsView(page=page(locale, "both", "/settings/suggestions")),
        "settings_suggestions_on": v.SuggestionsView(
            page=page(locale, "both", "/settings/suggestions"),
            since_ms=NOW - 3 * DAY,
            history=(
                p.ChoiceEvent(given=True, at_ms=NOW - 3 * DAY),
                p.ChoiceEvent(given=False, at_ms=NOW - 9 * DAY),
                p.ChoiceEvent(given=True, at_ms=NOW - 20 * DAY),
            ),
        ),
        "tie": v.TieView(page=page(locale, path=at), tie=TIE, history=history, standing=3),
        "unlink": v.UnlinkView(page=page(locale, path=at), tie=TIE, standing=3),
        "copies": v.CopiesView(page=page(locale, path="/copies"), rows=COPIES, older="/copies?max_id=6"),
        "copies_empty": v.CopiesView(page=page(locale, path="/copies"), rows=()),
    }


def questions(locale: Locale) -> dict[str, v.PageView]:
    target = p.CopyTarget(
        link_id="71", host=TIE.host, acct=TIE.acct, fitted="週末の鍋の会、うちでやり…", cut=True, chosen=True
    )
    asks = page(locale)
    return {
        "copy_new": v.CopyNewView(page=asks, item=MINE, text="週末の鍋の会、うちで！", key="k", targets=(target,)),
        "copy_update": v.CopyNewView(
            page=asks, item=MINE, text="週末の鍋の会、うちで！", key="k", targets=(),
            updates=(p.CopyUpdate(copy_id="1", acct="m@hiroba.example", fitted="鍋の会！", names=("@ken",)),),
        ),
        "both": v.BothView(
            page=asks, text="週末の鍋の会、うちで！", kind="friends", readers=READERS, said=False, hidden=(),
            targets=(target,),
        ),
        "ties_inside": v.TiesView(
            page=asks, ties=(), square=p.Face(plane="square", id="1", name="美雪", handle="miyuki", href="/@miyuki"),
        ),
        "confirm_recall_all": v.ConfirmView(page=asks, deed="recall_all", action="/x", back="/copies", count=3),
        "copy_untied": v.CopyNewView(page=asks, item=MINE, text="", key="k", targets=()),
        "confirm_post": v.ConfirmView(page=asks, deed="delete_post", action="/x", back="/", item=POSTS[4]),
        "confirm_voice": v.ConfirmView(page=asks, deed="delete_voice", action="/x", back="/", item=MINE),
        "confirm_friend": v.ConfirmView(page=asks, deed="remove_friend", action="/x", back="/", face=KENICHI),
        "confirm_copy": v.ConfirmView(page=asks, deed="recall_copy", action="/x", back="/copies", copy=COPIES[0]),
        "authorize": v.AuthorizeView(
            page=page(locale, "square"), app_name="なかまの輪", app_site="https://circle.example",
            scopes=("profile", "write:statuses", "read:statuses"),
            faces=(p.FaceOption(face=MIYUKI_OUT, chosen=True),), hidden=(("client_id", "1"),),
        ),
        "code": v.CodeView(page=page(locale, "square"), app_name="toot", code="Zb3kQ0xg5TgqYv1pJrB2"),
    }  # fmt: skip
