"""The pages of a season."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Final, TypedDict
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.apps.season import actions, book, coupon_queries, queries, wall
from kizuna.apps.season.draws import Drawn, day_seed, eve_seed, level, roll
from kizuna.apps.season.files import asset
from kizuna.apps.season.host_web import is_host
from kizuna.apps.season.models import Season
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.apps.season.views import FairView, Hanging, OwnDraw, Owned, Prize, Promise, SeasonView, Stage
from kizuna.circle import friend_queries
from kizuna.circle import models as circle
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound, Refusal
from kizuna.ground.i18n import Locale
from kizuna.ground.ids import parse_id
from kizuna.jobs.idempotency import make_key
from kizuna.ledger import queries as ledger
from kizuna.people.models import Viewer
from kizuna.square import models as square
from kizuna.square import timeline_queries
from kizuna.square.seen import by_id
from kizuna.square.text import fold_tag
from kizuna.store.store import Row
from kizuna.web.forms import Sent, Short, Table, face_of, sent
from kizuna.web.items import circle_face
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Timeline
from kizuna.web.reading import listing, sight_of
from kizuna.web.window_items import kept_item

SHOWN: Final = 60
"""So many friends' stages are on the page: those for whom nothing was done today come first."""
DRAWS: Final = 200
HERE: Final = "/season"


class AskedAct(msgspec.Struct, frozen=True, kw_only=True):
    """Which of one's own acts the page tells of."""

    act: Short = ""


class _Wall(TypedDict):
    """The fields of the view about the wall."""

    wall: Timeline | None
    wall_href: str
    wall_live: str


class RingForm(Sent, frozen=True, kw_only=True):
    """For whom."""

    friend: Short = ""


class DecorateForm(Sent, frozen=True, kw_only=True):
    """What goes where."""

    place: Short = ""
    ornament: Short = ""


class SeasonPages:
    """The handlers, bound to the seasons of this server."""

    def __init__(self, seasons: Seasons) -> None:
        self._seasons = seasons

    def add(self, table: Table) -> None:
        """The routes."""
        table.person("GET", HERE, self.season)
        table.person("POST", f"{HERE}/hang", self.hang)
        table.person("POST", f"{HERE}/decorate", self.decorate)
        table.person("POST", f"{HERE}/ring", self.ring)
        table.person("GET", f"{HERE}/fair", self.fair)

    async def season(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``GET /season``: what is on, else what is soon, else what was."""
        asked = shape(await read_tree(request), AskedAct)
        return await self._show(pages, parts, request, viewer, act_id=parse_id(asked.act))

    async def hang(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/hang``."""
        await sent(parts, request, Sent)
        run, _ = await actions.there(self._seasons)
        await actions.hang(self._seasons, run, face_of(viewer))
        return done(HERE)

    async def decorate(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/decorate``."""
        form = await sent(parts, request, DecorateForm)
        run, _ = await actions.there(self._seasons)
        if form.place and not (form.place.isascii() and form.place.isdigit()):
            raise NotFound
        place = int(form.place[:3]) if form.place else None
        try:
            await actions.decorate(self._seasons, run, face_of(viewer), place, form.ornament)
        except NotFound:
            raise
        except Refusal as refusal:
            return await self._show(pages, parts, request, viewer, refusal=refusal)
        return done(HERE)

    async def ring(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/ring``."""
        form = await sent(parts, request, RingForm)
        run, _ = await actions.there(self._seasons)
        me, friend_id = face_of(viewer), parse_id(form.friend)
        if friend_id is None:
            raise NotFound
        key = make_key(me, 0, form.key and f"season:{form.key}", b"%d" % friend_id)
        try:
            act_id = await actions.ring(self._seasons, run, me, friend_id, key)
        except NotFound:
            raise
        except Refusal as refusal:
            return await self._show(pages, parts, request, viewer, refusal=refusal)
        return done(f"{HERE}?act={act_id}")

    async def fair(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``GET /season/fair``."""
        run, made = await actions.there(self._seasons)
        me, reads, now_ms = face_of(viewer), self._seasons.store.reads, self._seasons.calendar.now_ms()
        root, promised = await queries.root(reads, made.id), await queries.commitments(reads, made.id)
        today = run.day(now_ms)
        seeds = {day: day_seed(root, run, day) for day in run.days() if day < today}
        shown = {day.isoformat(): seed.hex() for day, seed in seeds.items()}
        if made.eve_at is not None:
            shown[actions.EVE] = eve_seed(root, run).hex()
        own = [queries.drawn(row) for row in await queries.own_acts(reads, made.id, me, 0, DRAWS)]
        faces = await friend_queries.profiles_by_id(reads, me, {one.friend_id for one in own})
        page = await pages.page(parts, request, viewer)
        draws = [
            OwnDraw(
                day=one.day.isoformat(),
                friend=circle_face(faces[one.friend_id].face) if one.friend_id in faces else None,
                number=roll(seeds[one.day], run, one.day, me, one.friend_id) if one.day in seeds else None,
                prize=_prize(run.season, page.locale, one),
            )
            for one in own
        ]
        view = FairView(
            page=page,
            title=run.season.title[page.locale],
            promises=tuple(
                Promise(day=day, commitment=said, seed=shown.get(day, ""))
                for day, said in sorted(promised.items())
            ),
            draws=tuple(draws),
            own=str(me),
        )
        return pages.show(parts, request, view)

    async def _show(
        self,
        pages: Pages,
        parts: MemberParts,
        request: Request,
        viewer: Viewer,
        *,
        act_id: int | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        run, made = await actions.there(self._seasons)
        me, reads, now_ms = face_of(viewer), self._seasons.store.reads, self._seasons.calendar.now_ms()
        season, today = run.season, run.day(now_ms)
        page = await pages.page(parts, request, viewer, HERE)
        friends = {face.id: face for face in await friend_queries.friends(reads, me)}
        hung = await queries.hung(reads, made.id, {me, *friends})
        done_for = await queries.done_for(reads, made.id, me, today.isoformat())
        shown = sorted(hung - {me}, key=lambda face_id: (face_id in done_for, friends[face_id].handle))[
            :SHOWN
        ]
        hanging = await queries.decorations(reads, made.id, {me, *shown})
        balances = await ledger.balances(reads, "held", me)
        points = balances.get(book.points(run), 0)
        act = await queries.own_act(reads, made.id, me, act_id) if act_id is not None else None
        heard = await queries.done_by(reads, made.id, me, today.isoformat())

        def stage(face: circle.Face) -> Stage:
            own = _hanging(season, page.locale, hanging.get(face.id, {}))
            return Stage(face=circle_face(face), hanging=own, done=face.id in done_for)

        myself = await friend_queries.profile_by_id(reads, me, me)
        if myself is None:
            raise NotFound
        at = level(season, points)
        view = SeasonView(
            page=page,
            title=season.title[page.locale],
            about=season.about[page.locale],
            farewell=season.farewell[page.locale],
            state="on" if run.is_open(now_ms) else "soon" if now_ms < run.opens_ms else "over",
            opens_ms=run.opens_ms - self._seasons.calendar.ahead_ms,
            days_left=(run.day(run.closes_ms - 1) - today).days,
            stage=season.stage.name[page.locale],
            picture=asset(season.id, season.stage.picture),
            act=season.act.name[page.locale],
            done=season.act.done[page.locale],
            mine=stage(myself.face) if me in hung else None,
            friends=tuple(stage(friends[face_id]) for face_id in shown),
            hung=len(hung - {me}),
            heard=tuple(circle_face(friends[one]) for one in sorted(heard) if one in friends),
            acts=await queries.count_of_all(reads, made.id, me),
            points=points,
            level=at,
            next_level=season.levels[at] if at < len(season.levels) else None,
            owned=_owned(run, page.locale, balances, hanging.get(me, {}).values()),
            coupons=_coupons(run, page.locale, balances),
            prize=await self._won(page.locale, run, act) if act is not None else None,
            problem=pages.speak(parts, request, viewer)(refusal.message, **refusal.values) if refusal else "",
            hashtag=season.hashtag,
            **await self._wall(parts, viewer, season),
            key=parts.randomness.token(16),
            preview=self._seasons.calendar.ahead_ms > 0,
            counter=bool(await coupon_queries.sponsors_of(reads, me)),
            host=await is_host(parts, viewer),
        )
        return pages.show(parts, request, view, refusal.status if refusal else 200)

    async def _won(self, locale: Locale, run: Run, act: Row) -> Prize:
        prize = _prize(run.season, locale, queries.drawn(act))
        if act.coupon is None:
            return prize
        left = await ledger.balance(self._seasons.store.reads, book.to_pass_on(run, act.coupon, act.id))
        return msgspec.structs.replace(prize, shares=left, share=f"share/{act.id}") if left else prize

    async def _wall(self, parts: MemberParts, viewer: Viewer, season: Season) -> _Wall:
        """What is said in public with the hashtag, newest first, here or where the settings say."""
        tag = fold_tag(season.hashtag)
        over_there = self._seasons.walls.get(season.id)
        if over_there is not None:
            source_id, items = await wall.shown(self._seasons, season)
            return _Wall(
                wall=Timeline(items=tuple(kept_item(one) for one in items)),
                wall_href=f"{over_there.origin}/tags/{quote(tag)}",
                wall_live=f"source {source_id}" if source_id is not None else "own",
            )
        if not season.wall or "square" not in parts.config.planes:
            return _Wall(wall=None, wall_href="", wall_live="own")
        find = by_id(partial(timeline_queries.tag_ids, parts.square.store.reads, tag))
        hidden = (await sight_of(parts, viewer)).hidden
        found = await listing(parts, viewer, square.Page(limit=wall.MOST), find, HERE, hidden)
        return _Wall(
            wall=Timeline(items=found.items), wall_href=f"/tags/{quote(tag)}", wall_live=f"tag {tag}"
        )


def _hanging(season: Season, locale: Locale, places: dict[int, str]) -> tuple[Hanging, ...]:
    known = {one.id: one for one in season.ornaments}
    return tuple(
        Hanging(place=place, picture=asset(season.id, known[name].picture), name=known[name].name[locale])
        for place, name in places.items()
        if name in known
    )


def _owned(run: Run, locale: Locale, balances: dict[str, int], hanging: Collection[str]) -> tuple[Owned, ...]:
    found: list[Owned] = []
    for one in run.season.ornaments:
        has = balances.get(book.ornament(run, one.id), 0)
        if has:
            left = has - list(hanging).count(one.id)
            picture = asset(run.season.id, one.picture)
            found.append(Owned(id=one.id, name=one.name[locale], picture=picture, count=has, left=left))
    return tuple(found)


def _coupons(run: Run, locale: Locale, balances: dict[str, int]) -> tuple[tuple[str, int], ...]:
    has: Sequence[tuple[str, int]] = [
        (one.name[locale], balances.get(book.coupon(run, one.id), 0)) for one in run.season.coupons
    ]
    return tuple((name, count) for name, count in has if count)


def _prize(season: Season, locale: Locale, drawn: Drawn) -> Prize:
    ornaments = {one.id: one for one in season.ornaments}
    coupons = {one.id: one for one in season.coupons}
    won = drawn.won
    if won.ornament is not None and won.ornament in ornaments:
        one = ornaments[won.ornament]
        return Prize(ornament=one.name[locale], picture=asset(season.id, one.picture))
    if won.coupon is not None and won.coupon in coupons:
        return Prize(coupon=coupons[won.coupon].name[locale])
    return Prize(points=won.points, out_of_stock=drawn.out_of_stock)
