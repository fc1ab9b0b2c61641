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
from kizuna.web.items import circle_face
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form

HERE: Final = "/season/host"


class ShopForm(Sent, frozen=True, kw_only=True):
    """Whose phone takes coupons for whom; ``undo``: no more."""

    handle: Short = ""
    sponsor: Short = ""
    undo: Short = ""


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
        handle = form.handle.strip().removeprefix("@")
        found = await friend_queries.profile(self._seasons.store.reads, face_of(viewer), handle)
        if found is None:
            told = pages.speak(parts, request, viewer)("There is nobody with this name.")
            again = Form(values={"handle": form.handle, "sponsor": form.sponsor}, errors={"handle": told})
            return await self._show(pages, parts, request, viewer, again, 422)
        face_id = found.face.id
        await coupon_actions.appoint_shop(self._seasons, run, form.sponsor, face_id, undo=bool(form.undo))
        return done(HERE, "saved")

    async def review(self, pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        """``POST /season/host/reviews``."""
        form = await sent(parts, request, ReviewForm)
        await _check(parts, viewer)
        run, _ = await actions.there(self._seasons)
        face_id = parse_id(form.face)
        if face_id is None:
            raise NotFound
        await coupon_actions.decide(self._seasons, run, face_id, allowed=form.allowed == "1")
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
        me, reads = face_of(viewer), self._seasons.store.reads
        page = await pages.page(parts, request, viewer, HERE)
        shops = await coupon_queries.shops(reads, run.season.id)
        waiting = await coupon_queries.waiting(reads, made.id)
        known = await friend_queries.profiles_by_id(reads, me, {*waiting, *(face_id for _, face_id in shops)})
        names = {one.id: one.name[page.locale] for one in run.season.sponsors}
        view = HostView(
            page=page,
            title=run.season.title[page.locale],
            sponsors=tuple(names.items()),
            shops=tuple(
                ShopRow(face=circle_face(known[face_id].face), sponsor=sponsor, name=names[sponsor])
                for sponsor, face_id in shops
                if face_id in known and sponsor in names
            ),
            waiting=tuple(circle_face(known[one].face) for one in waiting if one in known),
            form=form or Form(),
            **asdict(await report_queries.totals(reads, made.id)),
        )
        return pages.show(parts, request, view, status)


async def _check(parts: MemberParts, viewer: Viewer) -> None:
    await staff(parts.people.store.reads, viewer, Role.ADMINISTRATOR)
