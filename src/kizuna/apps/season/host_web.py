"""The room of a season's hosts, who are the administrators: shops, who waits for a look, and totals."""

from typing import Final

from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response

from kizuna.apps.season import actions, coupon_actions, coupon_queries, report_queries
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.views import HostView, ShopRow
from kizuna.circle import friend_queries
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound
from kizuna.ground.ids import parse_id
from kizuna.people.models import Role, Viewer
from kizuna.people.standing import staff
from kizuna.web.forms import Sent, Short, Table, face_of, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Face, Form
from kizuna.web.staff import face_of as staff_sees

HERE: Final = "/season/host"


class ShopForm(Sent, frozen=True, kw_only=True):
    """Whose phone takes coupons for whom, by handle; or the ``face`` whose phone does so no more."""

    handle: Short = ""
    sponsor: Short = ""
    face: Short = ""


class ReviewForm(Sent, frozen=True, kw_only=True):
    """What is said about a face that waits: ``allowed`` is "1" for yes."""

    face: Short = ""
    allowed: Short = ""


async def is_host(parts: MemberParts, viewer: Viewer) -> bool:
    """Whether somebody may look at the room of the hosts."""
    try:
        await staff(parts.people.store.reads, viewer, Role.ADMINISTRATOR)
    except NotFound:
        return False
    return True


class HostPages:
    """The handlers, bound to the seasons of this server."""

    def __init__(self, seasons: Seasons) -> None:
        self._seasons = seasons

    def add(self, table: Table) -> None:
        """The routes."""
        table.person("GET", HERE, self.host)
        table.person("POST", f"{HERE}/shops", self.shop)
        table.person("POST", f"{HERE}/reviews", self.review)

    async def host(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``GET /season/host``."""
        await _check(parts, viewer)
        return await self._show(pages, parts, request, viewer)

    async def shop(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/host/shops``."""
        form = await sent(parts, request, ShopForm)
        await _check(parts, viewer)
        run, _ = await actions.there(self._seasons)
        if form.face:
            await coupon_actions.appoint_shop(self._seasons, run, form.sponsor, id_of(form.face), undo=True)
            return done(HERE, "saved")
        handle = form.handle.strip().removeprefix("@")
        found = await friend_queries.profile(self._seasons.store.reads, face_of(viewer), handle)
        if found is None:
            told = pages.speak(parts, request, viewer)("There is nobody with this name.")
            again = Form(values={"handle": form.handle, "sponsor": form.sponsor}, errors={"handle": told})
            return await self._show(pages, parts, request, viewer, again, 422)
        await coupon_actions.appoint_shop(self._seasons, run, form.sponsor, found.face.id)
        return done(HERE, "saved")

    async def review(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/host/reviews``."""
        form = await sent(parts, request, ReviewForm)
        await _check(parts, viewer)
        run, _ = await actions.there(self._seasons)
        await coupon_actions.decide(self._seasons, run, id_of(form.face), allowed=form.allowed == "1")
        return done(HERE, "saved")

    async def _show(
        self,
        pages: Pages,
        parts: MemberParts,
        request: Request,
        viewer: Viewer,
        form: Form | None = None,
        status: int = 200,
    ) -> Response:
        run, made = await actions.there(self._seasons)
        reads = self._seasons.store.reads
        page = await pages.page(parts, request, viewer, HERE)

        async def face(face_id: int) -> Face:
            return await staff_sees(parts, viewer, "circle", face_id)

        names = {one.id: one.name[page.locale] for one in run.season.sponsors}
        view = HostView(
            page=page,
            title=run.season.title[page.locale],
            sponsors=tuple(names.items()),
            shops=tuple(
                [
                    ShopRow(face=await face(face_id), sponsor=sponsor, name=names[sponsor])
                    for sponsor, face_id in await coupon_queries.shops(reads, run.season.id)
                    if sponsor in names
                ]
            ),
            waiting=tuple([await face(one) for one in await coupon_queries.waiting(reads, made.id)]),
            refused=tuple([await face(one) for one in await coupon_queries.refused(reads, made.id)]),
            form=form or Form(),
            **asdict(await report_queries.totals(reads, made.id)),
        )
        return pages.show(parts, request, view, status)


def id_of(sent: str) -> int:
    """The face that a button is about. Raises NotFound."""
    face_id = parse_id(sent)
    if face_id is None:
        raise NotFound
    return face_id


async def _check(parts: MemberParts, viewer: Viewer) -> None:
    await staff(parts.people.store.reads, viewer, Role.ADMINISTRATOR)
