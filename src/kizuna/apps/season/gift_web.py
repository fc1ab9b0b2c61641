"""The pages of gifts."""

import io
from typing import Final
from urllib.parse import quote

import msgspec
import segno
from starlette.requests import Request
from starlette.responses import Response

from kizuna.apps.season import actions, book, gift_actions, gift_queries, queries
from kizuna.apps.season.files import asset
from kizuna.apps.season.gift_actions import CARD, SHARE
from kizuna.apps.season.gift_rules import Gift, welcome
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run, instant
from kizuna.apps.season.views import ClaimView, GiftRow, GiftsView
from kizuna.circle import friend_queries, group_queries
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.ground.i18n import Locale
from kizuna.ground.ids import MAX_ID, parse_id
from kizuna.jobs.idempotency import make_key
from kizuna.ledger import queries as ledger
from kizuna.people.models import Viewer
from kizuna.web.forms import Sent, Short, Table, face_of, path_id, sent
from kizuna.web.items import circle_face
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Face, Form

HERE: Final = "/season/gifts"
SHOWN: Final = 50
GROUP: Final = "group/"


class GiveForm(Sent, frozen=True, kw_only=True):
    """For whom (``group/ID``: everybody in it; nobody: whoever has the link), what, with which words, and from when it
    may be opened.
    """

    friend: Short = ""
    thing: Short = ""
    note: Short = ""
    opens: Short = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the form begins with, and which page of the lists."""

    thing: Short = ""
    max_id: Short = ""


class GiftPages:
    """The handlers, bound to the seasons of this server."""

    def __init__(self, seasons: Seasons) -> None:
        self._seasons = seasons

    def add(self, table: Table) -> None:
        """The routes."""
        table.person("GET", HERE, self.gifts)
        table.person("POST", HERE, self.give)
        table.person("POST", f"{HERE}/{{id}}/open", self.open)
        table.person("POST", f"{HERE}/{{id}}/revoke", self.revoke)
        table.person("POST", f"{HERE}/{{id}}/thank", self.thank)
        table.person("GET", "/season/gift/{code}", self.claim_page)
        table.person("POST", "/season/gift/{code}", self.claim)
        table.person("GET", "/season/gift/{code}/qr.svg", self.qr)

    async def gifts(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``GET /season/gifts``."""
        asked = shape(await read_tree(request), Asked)
        form, below = Form(values={"thing": asked.thing}), parse_id(asked.max_id)
        if asked.max_id and below is None:
            raise Invalid("This address is not valid")
        return await self._show(pages, parts, request, viewer, form, 200, below or MAX_ID)

    async def give(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/gifts``."""
        form = await sent(parts, request, GiveForm)
        run, _ = await actions.there(self._seasons)
        me, group = face_of(viewer), form.friend.removeprefix(GROUP)
        chosen = parse_id(group)
        if form.friend and chosen is None:
            raise NotFound
        to_id, group_id = (None, chosen) if form.friend.startswith(GROUP) else (chosen, None)
        opens_at = parse_id(form.opens)
        if form.opens and opens_at is None:
            raise Invalid("This form is not valid")
        body = f"{form.friend}\n{form.thing}\n{form.note}\n{form.opens}".encode()
        key = make_key(me, 0, form.key and f"season gift:{form.key}", body)
        try:
            await gift_actions.give(
                self._seasons, run, me, to_id, form.thing, form.note, opens_at or 0, key, group_id=group_id
            )
        except NotFound:
            raise
        except Refusal as refusal:
            told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
            values = {"friend": form.friend, "thing": form.thing, "note": form.note, "opens": form.opens}
            return await self._show(
                pages, parts, request, viewer, Form(values=values, error=told), refusal.status
            )
        return done(HERE, "saved", form.key)

    async def open(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/gifts/{id}/open``."""
        await sent(parts, request, Sent)
        await gift_actions.open_gift(self._seasons, face_of(viewer), path_id(request))
        return done(HERE)

    async def revoke(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/gifts/{id}/revoke``."""
        await sent(parts, request, Sent)
        await gift_actions.revoke(self._seasons, face_of(viewer), path_id(request))
        return done(HERE)

    async def thank(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/gifts/{id}/thank``."""
        await sent(parts, request, Sent)
        await gift_actions.thank(self._seasons, face_of(viewer), path_id(request))
        return done(HERE)

    async def claim_page(
        self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer
    ) -> Response:
        """``GET /season/gift/{code}``."""
        me, code = face_of(viewer), str(request.path_params["code"])
        gift = await gift_actions.look_at(self._seasons, me, code)
        run = (await actions.all_there(self._seasons)).get(gift.run_id)
        giver = await friend_queries.profile_by_id(self._seasons.store.reads, me, gift.from_id)
        if giver is None or run is None:
            raise NotFound
        page = await pages.page(parts, request, viewer)
        title = run.season.title[page.locale]
        view = ClaimView(page=page, title=title, giver=circle_face(giver.face).name, code=code)
        return pages.show(parts, request, view)

    async def claim(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/gift/{code}``."""
        await sent(parts, request, Sent)
        await gift_actions.claim(self._seasons, face_of(viewer), str(request.path_params["code"]))
        return done(HERE)

    async def _show(
        self,
        pages: Pages,
        parts: MemberParts,
        request: Request,
        viewer: Viewer,
        form: Form,
        status: int,
        below: int = MAX_ID,
    ) -> Response:
        run, made = await actions.there(self._seasons)
        me, reads, now_ms = face_of(viewer), self._seasons.store.reads, self._seasons.calendar.now_ms()
        page = await pages.page(parts, request, viewer, HERE)
        runs = await actions.all_there(self._seasons)
        got = await gift_queries.got_by(reads, runs, me, below, SHOWN)
        given = await gift_queries.given_by(reads, runs, me, below, SHOWN)
        full = [some[-1].id for some in (got, given) if len(some) == SHOWN]
        others = {gift.from_id for gift in got} | {gift.to_id for gift in given if gift.to_id is not None}
        known = await friend_queries.profiles_by_id(reads, me, others)
        faces = {face_id: circle_face(profile.face) for face_id, profile in known.items()}
        friends = await friend_queries.friends(reads, me)
        roots = {run_id: await queries.root(reads, run_id) for run_id in runs}

        def row(gift: Gift, other: int | None, *, mine: bool) -> GiftRow:
            link = gift_actions.code(roots[gift.run_id], gift.id) if mine and gift.to_id is None else ""
            return self._row(runs[gift.run_id], page.locale, gift, faces.get(other or 0), link, mine=mine)

        view = GiftsView(
            page=page,
            title=run.season.title[page.locale],
            on=run.is_open(now_ms),
            got=tuple(row(gift, gift.from_id, mine=False) for gift in got if welcome(known, gift.from_id)),
            given=tuple(row(gift, gift.to_id, mine=True) for gift in given),
            friends=tuple(circle_face(face) for face in friends),
            groups=tuple(
                (f"{GROUP}{one.id}", one.name) for one in await group_queries.groups(reads, me) if one.members
            ),
            things=(
                *await self._shares(run, made.id, page.locale, me),
                *_things(run, page.locale, await ledger.balances(reads, "held", me)),
            ),
            days=self._days(run, now_ms),
            older=f"{HERE}?max_id={max(full)}" if full else "",
            form=form,
            key=parts.randomness.token(16),
        )
        return pages.show(parts, request, view, status)

    async def _shares(self, run: Run, run_id: int, locale: Locale, me: int) -> list[tuple[str, str, int]]:
        """What is to be passed on to friends."""
        reads, found = self._seasons.store.reads, list[tuple[str, str, int]]()
        for act in await queries.to_pass_on(reads, run_id, me, SHOWN):
            left = await ledger.balance(reads, book.to_pass_on(run, act.coupon, act.id))
            name, _ = _named(run, locale, book.coupon(run, act.coupon))
            if left:
                found.append((f"{SHARE}/{act.id}", name, left))
        return found

    async def qr(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``GET /season/gift/{code}/qr.svg``: the link as a picture. It tells only what the asker has said."""
        if await gift_actions.by_code(self._seasons.store.reads, str(request.path_params["code"])) is None:
            raise NotFound
        picture = io.BytesIO()
        code = segno.make(f"{parts.config.url}/season/gift/{quote(request.path_params['code'])}", error="m")
        code.save(picture, kind="svg", scale=6, border=3, dark="#201d19", light="#ffffff")
        return Response(picture.getvalue(), headers={"Cache-Control": "no-store"}, media_type="image/svg+xml")

    def _row(
        self, run: Run, locale: Locale, gift: Gift, other: Face | None, link: str, *, mine: bool
    ) -> GiftRow:
        calendar = self._seasons.calendar
        known = mine or gift.state == "opened"
        thing, picture = _named(run, locale, gift.asset) if known else ("", "")
        return GiftRow(
            id=str(gift.id),
            given=mine,
            other=other,
            thing=thing,
            picture=picture,
            note=gift.note if known else "",
            state=gift.state,
            opens_ms=gift.opens_at - calendar.ahead_ms,
            over_ms=gift.expires_at - calendar.ahead_ms,
            zone=run.season.zone,
            wrapped=calendar.now_ms() < gift.opens_at,
            thanked=gift.thanked,
            anybody=gift.to_id is None,
            link=f"/season/gift/{link}" if link and gift.state == "given" else "",
        )

    def _days(self, run: Run, now_ms: int) -> tuple[tuple[str, int], ...]:
        """The days that are still to come, on which a gift may be opened."""
        starts = [instant(run.season.zone, day.year, f"{day:%m-%d}T00:00") for day in run.days()]
        return tuple((str(at), at - self._seasons.calendar.ahead_ms) for at in starts if at > now_ms)


def _things(run: Run, locale: Locale, balances: dict[str, int]) -> tuple[tuple[str, str, int], ...]:
    found: list[tuple[str, str, int]] = []
    for kind, ones in (("ornament", run.season.ornaments), ("coupon", run.season.coupons)):
        for one in ones:
            has = balances.get(book.thing(run, f"{kind}/{one.id}"), 0)
            if has:
                found.append((f"{kind}/{one.id}", one.name[locale], has))
    return tuple(found)


def _named(run: Run, locale: Locale, held: str | None) -> tuple[str, str]:
    """The name of an asset, and its picture if it has one; both empty for a card."""
    for ornament in run.season.ornaments:
        if held == book.ornament(run, ornament.id):
            return ornament.name[locale], asset(run.season.id, ornament.picture)
    for coupon in run.season.coupons:
        if held == book.coupon(run, coupon.id):
            return coupon.name[locale], ""
    return CARD, ""
