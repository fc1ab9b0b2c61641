"""The pages of gifts and coupons of a season, with people in them."""

from typing import Any, Final

import segno

from kizuna.apps.season import report
from kizuna.apps.season import views as s
from kizuna.apps.season.check import load_season
from kizuna.apps.season.files import SHIPPED, asset
from kizuna.ground.i18n import Locale
from kizuna.web import pieces as p
from kizuna.web.specimens import DAY, FRIENDS, KENICHI, NOW, SAKURA, YUMI
from kizuna.web.views import PageView
from tests.look.samples import page

SEASON: Final = load_season(SHIPPED / "xmas-2011", 2026).season


def gift(number: int, other: p.Face | None, **more: Any) -> s.GiftRow:
    usual: dict[str, Any] = {
        "id": str(number),
        "given": False,
        "other": other,
        "thing": "",
        "picture": "",
        "note": "",
        "state": "given",
        "opens_ms": NOW + 3 * DAY,
        "over_ms": NOW + 30 * DAY,
        "zone": SEASON.zone,
        "wrapped": False,
        "thanked": False,
    }
    return s.GiftRow(**{**usual, **more})


def gift_samples(locale: Locale) -> dict[str, PageView]:
    """The pages of gifts by name, in one language."""
    star = next(one for one in SEASON.ornaments if one.id == "star")
    star_picture = asset(SEASON.id, star.picture)
    snack = SEASON.coupons[0].name[locale]
    return {
        "season_gifts": s.GiftsView(
            page=page(locale, path="/season/gifts"),
            title=SEASON.title[locale],
            on=True,
            got=(
                gift(1, SAKURA, wrapped=True),
                gift(2, YUMI),
                gift(
                    3,
                    KENICHI,
                    thing=star.name[locale],
                    picture=star_picture,
                    state="opened",
                    note="今年もありがとう。",
                ),
            ),
            given=(
                gift(4, None, given=True, thing=snack, anybody=True, link="/season/gift/1a2b-c3d4"),
                gift(5, YUMI, given=True, note="A card", state="opened", thanked=True),
                gift(6, None, given=True, thing=star.name[locale], picture=star_picture, state="expired"),
            ),
            friends=FRIENDS,
            groups=(("group/1", "テニス"),),
            things=(("share/1", snack, 2), ("ornament/star", star.name[locale], 3)),
            days=(("1", NOW + DAY), ("2", NOW + 2 * DAY)),
            form=p.Form(values={"note": "x"}, error="カードには言葉が要ります。"),
            key="k",
        ),
        "season_gifts_none": s.GiftsView(
            page=page(locale, path="/season/gifts"),
            title=SEASON.title[locale],
            on=False,
            got=(),
            given=(),
            friends=(),
            groups=(),
            things=(),
            days=(),
            key="k",
        ),
        "season_claim": s.ClaimView(
            page=page(locale, path="/season/gift/1a2b-c3d4"),
            title=SEASON.title[locale],
            giver="健一",
            code="1a2b-c3d4",
        ),
    }


def coupon_samples(locale: Locale) -> dict[str, PageView]:
    """The pages of coupons by name, in one language."""
    title = SEASON.title[locale]
    names = [one.name[locale] for one in SEASON.coupons]
    shop = SEASON.sponsors[0].name[locale]

    def row(number: int, **more: Any) -> s.CouponRow:
        usual: dict[str, Any] = {
            "count": 1,
            "until_ms": NOW + 30 * DAY,
            "zone": SEASON.zone,
            "over": False,
            "shown": False,
        }
        return s.CouponRow(
            id=SEASON.coupons[number].id, run="1", name=names[number], sponsor=shop, **{**usual, **more}
        )

    def counter(**more: Any) -> s.CounterView:
        return s.CounterView(
            page=page(locale, path="/season/counter"),
            title=title,
            name=names[0],
            sponsor=shop,
            key="k",
            **more,
        )

    def host(**more: Any) -> s.HostView:
        numbers = report.Totals.__struct_fields__
        usual: dict[str, Any] = {
            "page": page(locale, path="/season/host"),
            "title": title,
            "sponsors": tuple((one.id, one.name[locale]) for one in SEASON.sponsors),
            "shops": (),
            "waiting": (),
            "refused": (),
            **dict.fromkeys(numbers),
        }
        return s.HostView(**{**usual, **more})

    return {
        "season_coupons": s.CouponsView(
            page=page(locale, path="/season/coupons"),
            title=title,
            rows=(row(0, count=2, shown=True), row(1), row(1, over=True, until_ms=NOW - DAY)),
            used=((names[0], NOW - DAY),),
        ),
        "season_coupons_none": s.CouponsView(
            page=page(locale, path="/season/coupons"), title=title, rows=(), problem="x"
        ),
        "season_code": s.CodeView(
            page=page(locale, path="/season/coupons/hot-snack"),
            title=title,
            row=row(0),
            code="K7QM-2RT9-XW0E-4HNB",
            qr=segno.make(
                "http://localhost:3001/season/counter?code=K7QM2RT9XW0E4HNB", error="m"
            ).svg_data_uri(scale=6, border=3, dark="#201d19", light="#fff"),
        ),
        "season_counter": counter(taken=((names[0], NOW - DAY), (names[1], NOW - 2 * DAY))),
        "season_counter_good": counter(state="good", code="K7QM-2RT9-XW0E-4HNB"),
        "season_counter_taken": counter(state="taken", used_ms=NOW),
        "season_counter_used": counter(state="used", used_ms=NOW - DAY),
        "season_counter_wrong": counter(form=p.Form(values={"code": "0000"}, errors={"code": "x"})),
        "season_host": host(
            shops=(s.ShopRow(face=KENICHI, sponsor="corner-shop", name=shop),),
            waiting=(YUMI, SAKURA),
            refused=(KENICHI,),
            people=312,
            ringers=288,
            acts=5412,
            coupons=61,
            gifts=140,
            messages=97,
            public_messages=41,
            through_friends=90,
        ),
        "season_host_none": host(),
    }
