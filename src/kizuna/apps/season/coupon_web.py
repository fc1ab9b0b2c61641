"""The pages of coupons: one's own with their codes, and the counter on a shop's phone."""

from typing import Final

import msgspec
import segno
from starlette.requests import Request
from starlette.responses import Response

from kizuna.apps.season import actions, book, coupon_actions, coupon_queries, queries
from kizuna.apps.season.coupon_rules import code, spaced
from kizuna.apps.season.models import Coupon
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.apps.season.views import CodeView, CounterView, CouponRow, CouponsView
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound, Refusal
from kizuna.ground.i18n import Locale
from kizuna.jobs.idempotency import make_key
from kizuna.ledger import queries as ledger
from kizuna.people.limits import COUPON
from kizuna.people.models import Viewer
from kizuna.web.forms import Sent, Short, Table, face_of, path_id, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form

OWN: Final = "/season/coupons"
COUNTER: Final = "/season/counter"
SHOWN: Final = 50


class CodeForm(Sent, frozen=True, kw_only=True):
    """A code as somebody has typed it."""

    code: Short = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The code that a QR code brings along."""

    code: Short = ""


class CouponPages:
    """The handlers, bound to the seasons of this server."""

    def __init__(self, seasons: Seasons) -> None:
        self._seasons = seasons

    def add(self, table: Table) -> None:
        """The routes."""
        table.person("GET", OWN, self.coupons)
        table.person("GET", f"{OWN}/{{id}}/{{name}}", self.coupon)
        table.person("POST", f"{OWN}/{{id}}/{{name}}/show", self.show)
        table.person("GET", COUNTER, self.counter)
        table.person("POST", COUNTER, self.look_up)
        table.person("POST", f"{COUNTER}/redeem", self.redeem)

    async def coupons(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``GET /season/coupons``."""
        return await self._own(pages, parts, request, viewer)

    async def coupon(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``GET /season/coupons/{id}/{name}``: the code of one that was shown and not used. ``id`` is the run's."""
        run_id, run = await self._run(request)
        me, reads = face_of(viewer), self._seasons.store.reads
        page = await pages.page(parts, request, viewer)
        rows = await self._rows(run, run_id, me, page.locale)
        row = next((one for one in rows if one.id == request.path_params["name"] and one.shown), None)
        code_id = await coupon_queries.open_code(reads, run_id, me, row.id) if row is not None else None
        if row is None or code_id is None:
            raise NotFound
        letters = code(await queries.root(reads, run_id), code_id)
        picture = segno.make(f"{parts.config.url}{COUNTER}?code={letters}", error="m")
        view = CodeView(
            page=page,
            title=run.season.title[page.locale],
            row=row,
            code=spaced(letters),
            qr=picture.svg_data_uri(scale=6, border=3, dark="#201d19", light="#fff"),
        )
        return pages.show(parts, request, view)

    async def show(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/coupons/{id}/{name}/show``."""
        await sent(parts, request, Sent)
        run_id, run = await self._run(request)
        name = str(request.path_params["name"])
        try:
            await coupon_actions.show(self._seasons, run, face_of(viewer), name)
        except NotFound:
            raise
        except Refusal as refusal:
            return await self._own(pages, parts, request, viewer, refusal)
        return done(f"{OWN}/{run_id}/{name}")

    async def _run(self, request: Request) -> tuple[int, Run]:
        """The run that an address names. Raises NotFound."""
        run_id = path_id(request)
        run = (await actions.all_there(self._seasons)).get(run_id)
        if run is None:
            raise NotFound
        return run_id, run

    async def counter(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``GET /season/counter``: for whoever takes coupons; for others it is not there."""
        asked = shape(await read_tree(request), Asked)
        return await self._counter(pages, parts, request, viewer, Form(values={"code": asked.code[:80]}))

    async def look_up(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/counter``."""
        form = await sent(parts, request, CodeForm)
        return await self._told(pages, parts, request, viewer, form, take=False)

    async def redeem(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/counter/redeem``."""
        form = await sent(parts, request, CodeForm)
        return await self._told(pages, parts, request, viewer, form, take=True)

    async def _told(
        self,
        pages: Pages,
        parts: MemberParts,
        request: Request,
        viewer: Viewer,
        form: CodeForm,
        *,
        take: bool,
    ) -> Response:
        me = face_of(viewer)
        await self._check_shop(me)
        limiter, subject = parts.people.limiter, f"person {viewer.person_id}"
        limiter.check("circle", COUPON, subject)
        try:
            if take:
                key = make_key(me, 0, form.key and f"season code:{form.key}", form.code.encode())
                shown = await coupon_actions.redeem(self._seasons, me, form.code, key)
            else:
                shown = await coupon_actions.look_up(self._seasons, me, form.code)
        except Refusal as refusal:
            told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
            again = Form(values={"code": form.code}, errors={"code": told})
            return await self._counter(pages, parts, request, viewer, again, status=refusal.status)
        limiter.forgive("circle", COUPON, subject)  # whoever takes real coupons is no guesser
        return await self._counter(pages, parts, request, viewer, Form(), form.code, shown, taken=take)

    async def _counter(
        self,
        pages: Pages,
        parts: MemberParts,
        request: Request,
        viewer: Viewer,
        form: Form,
        code: str = "",
        shown: coupon_actions.Shown | None = None,
        *,
        taken: bool = False,
        status: int = 200,
    ) -> Response:
        me, reads = face_of(viewer), self._seasons.store.reads
        await self._check_shop(me)
        page = await pages.page(parts, request, viewer, COUNTER)
        names = {
            one.id: one.name[page.locale]
            for each in self._seasons.calendar.installed.values()
            for one in each.season.coupons
        }
        view = CounterView(
            page=page,
            title=page.site.title,
            code=code,
            name=shown.coupon.name[page.locale] if shown else "",
            sponsor=_sponsor(shown.run, shown.coupon, page.locale) if shown else "",
            state="" if shown is None else "taken" if taken else shown.state,
            used_ms=shown.used_ms if shown else None,
            form=form,
            key=parts.randomness.token(16),
            taken=tuple(
                (names.get(row.coupon, str(row.coupon)), row.redeemed_at)
                for row in await coupon_queries.redeemed_by(reads, me, 10)
            ),
        )
        return pages.show(parts, request, view, status)

    async def _check_shop(self, face_id: int) -> None:
        if not await coupon_queries.sponsors_of(self._seasons.store.reads, face_id):
            raise NotFound

    async def _own(
        self,
        pages: Pages,
        parts: MemberParts,
        request: Request,
        viewer: Viewer,
        refusal: Refusal | None = None,
    ) -> Response:
        run, _ = await actions.there(self._seasons)
        me, reads = face_of(viewer), self._seasons.store.reads
        page = await pages.page(parts, request, viewer, OWN)
        runs = await actions.all_there(self._seasons)
        names = {one.id: one.name[page.locale] for each in runs.values() for one in each.season.coupons}
        codes = [row for run_id in runs for row in await coupon_queries.codes(reads, run_id, me, SHOWN)]
        rows = [
            row for run_id, each in runs.items() for row in await self._rows(each, run_id, me, page.locale)
        ]
        view = CouponsView(
            page=page,
            title=run.season.title[page.locale],
            rows=tuple(rows),
            used=tuple(
                (names.get(row.coupon, str(row.coupon)), row.redeemed_at)
                for row in codes
                if row.redeemed_at is not None
            ),
            problem=pages.speak(parts, request, viewer)(refusal.message, **refusal.values) if refusal else "",
        )
        return pages.show(parts, request, view, refusal.status if refusal else 200)

    async def _rows(self, run: Run, run_id: int, face_id: int, locale: Locale) -> list[CouponRow]:
        reads, calendar = self._seasons.store.reads, self._seasons.calendar
        has = await ledger.balances(reads, "held", face_id)
        codes = await coupon_queries.codes(reads, run_id, face_id, SHOWN)
        shown = {row.coupon for row in codes if row.redeemed_at is None}
        return [
            CouponRow(
                id=one.id,
                run=str(run_id),
                name=one.name[locale],
                sponsor=_sponsor(run, one, locale),
                count=has[book.coupon(run, one.id)],
                until_ms=run.instant(one.use_until) - calendar.ahead_ms,
                zone=run.season.zone,
                over=calendar.now_ms() > run.instant(one.use_until),
                shown=one.id in shown,
            )
            for one in run.season.coupons
            if book.coupon(run, one.id) in has
        ]


def _sponsor(run: Run, coupon: Coupon, locale: Locale) -> str:
    return next(one.name[locale] for one in run.season.sponsors if one.id == coupon.sponsor)
