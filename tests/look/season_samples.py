"""The pages of a season, with people in them."""

from typing import Any, Final

from kizuna.apps.season import views as s
from kizuna.apps.season.files import SHIPPED, asset, files
from kizuna.apps.season.ports import Installed
from kizuna.ground.i18n import Locale
from kizuna.web import pieces as p
from kizuna.web.specimens import DAY, FRIENDS, KENICHI, MIYUKI, NOW, POSTS, SAKURA, YUMI, timeline
from kizuna.web.views import PageView
from tests.look.gift_samples import SEASON, coupon_samples, gift_samples
from tests.look.samples import page

FILES: Final = files([Installed(SEASON, SHIPPED / "xmas-2011")])


def season_samples(locale: Locale) -> dict[str, PageView]:
    """These pages by name, in one language."""
    ornaments = {one.id: one for one in SEASON.ornaments}

    def picture(name: str) -> str:
        return asset(SEASON.id, ornaments[name].picture)

    def stage(face: p.Face, *hanging: str, done: bool = False) -> s.Stage:
        hangs = enumerate(hanging)
        return s.Stage(
            face=face,
            hanging=tuple(
                s.Hanging(place=place, picture=picture(name), name=ornaments[name].name[locale])
                for place, name in hangs
                if name
            ),
            done=done,
        )

    place = p.Place(href="/season", label=SEASON.title[locale], icon="gift")

    def season(server: str = "both", **more: Any) -> s.SeasonView:
        usual: dict[str, Any] = {
            "page": page(locale, server, path="/season", places=(place,)),
            "title": SEASON.title[locale],
            "about": SEASON.about[locale],
            "farewell": SEASON.farewell[locale],
            "state": "on",
            "opens_ms": NOW + 5 * DAY,
            "days_left": 3,
            "stage": SEASON.stage.name[locale],
            "picture": asset(SEASON.id, SEASON.stage.picture),
            "act": SEASON.act.name[locale],
            "done": SEASON.act.done[locale],
            "mine": None,
            "friends": (),
            "hung": 0,
            "heard": (),
            "acts": 0,
            "points": 0,
            "level": 1,
            "next_level": 5,
            "owned": (),
            "coupons": (),
            "prize": None,
            "hashtag": SEASON.hashtag,
            "key": "k",
            "preview": False,
        }
        return s.SeasonView(**{**usual, **more})

    star = ornaments["star"]
    mine = stage(MIYUKI, "star", "snowflake", "", "holly", "", "bell", "", "candle", "star")
    others = [stage(friend, "snowflake", "star") for friend in (KENICHI, YUMI)]
    others += [stage(SAKURA, "", "bell", "holly", "candle", done=True), *(stage(one) for one in FRIENDS[3:])]
    lived = season(
        mine=mine,
        friends=tuple(others),
        hung=len(others),
        heard=(YUMI, SAKURA),
        acts=48,
        points=118,
        level=6,
        next_level=140,
        owned=(
            s.Owned(id="star", name=star.name[locale], picture=picture("star"), count=3, left=1),
            s.Owned(
                id="holly", name=ornaments["holly"].name[locale], picture=picture("holly"), count=1, left=0
            ),
        ),
        coupons=((SEASON.coupons[0].name[locale], 2),),
        prize=s.Prize(ornament=star.name[locale], picture=picture("star")),
        wall=timeline(*POSTS[:2]),
        wall_href="/tags/example",
        wall_live="tag example",
        preview=True,
    )
    draws = (
        s.OwnDraw(day="2026-12-03", friend=KENICHI, number=812, prize=s.Prize(points=3)),
        s.OwnDraw(
            day="2026-12-04", friend=None, number=None, prize=s.Prize(coupon=SEASON.coupons[0].name[locale])
        ),
    )
    promises = (
        s.Promise(day="2026-12-03", commitment="5f" * 32, seed="c3" * 32),
        s.Promise(day="2026-12-04", commitment="a1" * 32),
        s.Promise(day="eve", commitment="0e" * 32),
    )
    return {
        "season": lived,
        "season_begin": season("circle"),
        "season_soon": season(state="soon", wall=timeline()),
        "season_over": season(state="over", mine=mine, friends=tuple(others[:2]), acts=212, level=11),
        "season_refused": season(mine=mine, friends=tuple(others[:3]), problem="x"),
        **gift_samples(locale),
        **coupon_samples(locale),
        "season_fair": s.FairView(
            page=page(locale, path="/season/fair"),
            title=SEASON.title[locale],
            promises=promises,
            draws=draws,
            own=MIYUKI.id,
        ),
    }
