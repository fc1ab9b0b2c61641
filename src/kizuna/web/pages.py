"""From a view to an answer: what every page needs around its own content."""

import re
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kizuna.circle import friend_queries
from kizuna.doors.answers import page_policy
from kizuna.doors.cookies import read_cookie
from kizuna.doors.csrf import form_token, keep_form_cookie
from kizuna.doors.language import page_language
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.doors.redirects import see_other
from kizuna.ground.config import Config
from kizuna.ground.i18n import Locale, Translator
from kizuna.moderation import announcements
from kizuna.notifications.circle_reads import circle_news
from kizuna.notifications.of_apps import AppKind
from kizuna.notifications.square_reads import square_news
from kizuna.people import models as people
from kizuna.people.drafts import draft_key
from kizuna.square import queries as square_queries
from kizuna.web.assets import Assets
from kizuna.web.items import account_face, circle_face
from kizuna.web.packing import pack
from kizuna.web.pieces import Notice, Page, Place, Said, Site, Viewer
from kizuna.web.present import Presenter
from kizuna.web.views import Fragment, PageView

NOTICE: Final = "kizuna-notice"
KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
WORTH_PACKING: Final = 1000
MOST_NEWS: Final = 10


class Pages:
    """Renders pages for requests. Holds the templates, nothing of any request."""

    def __init__(
        self,
        config: Config,
        presenter: Presenter,
        assets: Assets,
        translators: Callable[[Locale], Translator],
        places: Sequence[Callable[[Locale, people.Viewer], Place | None]] = (),
        kinds: Sequence[AppKind] = (),
    ) -> None:
        self.kinds = kinds
        self._places = places
        self.assets = assets
        self._presenter = presenter
        self._translators = translators
        self._site = Site(
            title=config.title,
            domain=config.domain,
            description=config.description,
            planes=config.planes,
            sign_up=config.sign_up,
        )

    def speak(self, parts: PublicParts, request: Request, viewer: people.Viewer | None) -> Translator:
        """The language of this request's pages."""
        return self._translators(page_language(parts.config, request, viewer))

    async def page(
        self, parts: PublicParts, request: Request, viewer: people.Viewer | None, path: str | None = None
    ) -> Page:
        """The shell around a page. ``path`` is where its forms lead back to, if its own address is only posted to."""
        query = f"?{request.url.query}" if request.url.query else ""
        return Page(
            site=self._site,
            locale=page_language(parts.config, request, viewer),
            now_ms=parts.clock.now_ms(),
            path=path or request.url.path + query,
            csrf=form_token(parts, request),
            viewer=await self._viewer(parts, viewer) if viewer else None,
            notice=self._notice(parts, request, viewer),
            announcements=await _announced(parts, viewer),
            places=self._of_apps(page_language(parts.config, request, viewer), viewer),
            keys=read_cookie(parts.config, request, "keys") != "off",
        )

    def _of_apps(self, locale: Locale, viewer: people.Viewer | None) -> tuple[Place, ...]:
        if viewer is None:
            return ()
        found = [place(locale, viewer) for place in self._places]
        return tuple(place for place in found if place is not None)

    def show(
        self,
        parts: PublicParts,
        request: Request,
        view: PageView | Fragment,
        status: int = 200,
        form_targets: Sequence[str] = (),
    ) -> Response:
        """A page or a part of one as an answer; ``form_targets`` are other origins that its form may lead to."""
        body = self._presenter.render(view).encode()
        response = HTMLResponse(body, status)
        if len(body) > WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
            response = HTMLResponse(pack(body), status, {"Content-Encoding": "gzip"})
        response.headers["Content-Security-Policy"] = page_policy(form_targets)
        response.headers["Vary"] = "Cookie, Accept-Language, Accept-Encoding"
        if NOTICE in request.cookies:
            # Not delete_cookie: it would write a date, and by another clock than ours.
            response.set_cookie(NOTICE, "", max_age=0, httponly=True, samesite="lax")
        return keep_form_cookie(parts, request, response)

    async def _viewer(self, parts: PublicParts, viewer: people.Viewer) -> Viewer:
        square = circle = None
        requests = news = closed_news = 0
        if viewer.square_id is not None:
            account = await square_queries.account(parts.square.store.reads, viewer.square_id)
            square = account_face(account) if account else None
            news = len(await square_news(parts.square, viewer.square_id, MOST_NEWS))
        if viewer.circle_id is not None and isinstance(parts, MemberParts):
            reads = parts.circle.store.reads
            profile = await friend_queries.profile_by_id(reads, viewer.circle_id, viewer.circle_id)
            circle = circle_face(profile.face) if profile else None
            requests = len(await friend_queries.requests_in(reads, viewer.circle_id))
            closed_news = len(await circle_news(reads, viewer.circle_id, MOST_NEWS, apps=self.kinds))
        return Viewer(
            square=square,
            circle=circle,
            requests=requests,
            square_news=news,
            circle_news=closed_news,
            most_news=MOST_NEWS,
            drafts=await draft_key(parts.people, viewer),
        )

    def _notice(self, parts: PublicParts, request: Request, viewer: people.Viewer | None) -> Notice | None:
        name, _, sent = unquote(request.cookies.get(NOTICE, "")).partition(".")
        told = NOTICES.get(name)
        if told is None:
            return None
        return Notice(text=self.speak(parts, request, viewer)(told), sent=sent if KEY.fullmatch(sent) else "")


async def _announced(parts: PublicParts, viewer: people.Viewer | None) -> tuple[Said, ...]:
    if viewer is None or not isinstance(parts, MemberParts):
        return ()
    found = await announcements.current(parts.moderation, viewer)
    return tuple(Said(id=str(one.id), html=one.html) for one in found if not one.read)


def _(message: str) -> str:
    """Marks a message for the catalogue."""
    return message


# What was just done, told once on the page that follows. Only the key travels, so nobody can make us say anything else.
NOTICES: Final = {
    "posted": _("Posted to the square."),
    "said": _("Shared with the people you chose."),
    "replied": _("Your reply is there."),
    "deleted": _("Deleted."),
    "asked": _("Your request was sent."),
    "befriended": _("You are friends now."),
    "declined": _("The request is gone. Nobody is told."),
    "withdrawn": _("Your request is taken back."),
    "put_away": _("Put away. It never comes again, and nobody is told."),
    "removed": _("You are friends no more. Nobody is told."),
    "saved": _("Saved."),
    "pinned": _("It stands first on your page now."),
    "unpinned": _("It stands on your page in its place again."),
    "tag_followed": _("Public posts with this tag come to your home now."),
    "tag_unfollowed": _("This tag brings nothing to your home any more."),
    "muted": _("Muted. Nobody is told."),
    "unmuted": _("The mute has ended."),
    "retried": _("It is tried again now."),
    "dropped": _("It was given up."),
    "blocked": _("Blocked. Nobody is told."),
    "unblocked": _("The block has ended."),
    "closed": _("The report is closed."),
    "reported": _("The staff was told. Thank you."),
    "shared": _("Those who are in the group are asked to take part."),
    "joined": _("You take part now."),
    "left_group": _("You do not take part. Nobody is told."),
    "window_opened": _("The window is open. What it shows appears here."),
    "window_closed": _("The window is closed. What was said about it stays."),
    "ended": _("Ended."),
    "tied": _("The accounts are tied."),
    "untied": _("The tie is undone."),
    "copying": _("Your public copy is on its way."),
    "recalling": _("The copy is being recalled."),
    "recalling_all": _("The copies are being recalled."),
    "signed_out": _("You are signed out."),
    "welcome": _("Welcome!"),
    "new_password": _("Your password is another one now."),
    "begin_again": _("This took too long, or too many tries. Please sign in again."),
    "no_passkey": _("This passkey does not count here. Sign in another way."),
}


def done(path: str, notice: str | None = None, sent: str = "") -> Response:
    """After a form that did something: to a page, which tells about it once, and by its key which form arrived."""
    response = see_other(path)
    if notice is not None:
        assert notice in NOTICES
        told = f"{notice}.{sent}" if KEY.fullmatch(sent) else notice
        response.set_cookie(NOTICE, quote(told), max_age=60, httponly=True, samesite="lax")
    return response
