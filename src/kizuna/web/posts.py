"""A post in its thread, and what one does with it there: reply, mark, pin, delete."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.ground.errors import Refusal
from kizuna.jobs.idempotency import make_key
from kizuna.media.models import Picture
from kizuna.people.models import Viewer
from kizuna.square import actions, edit_actions, kept_actions
from kizuna.square.load import load_thread
from kizuna.square.models import Draft, Status
from kizuna.square.ports import Square
from kizuna.web.attaching import PictureFields, attaching, chosen, content_of, form_with, gather, staged
from kizuna.web.compose import LIMIT, language_for, remember_language
from kizuna.web.forms import ActForm, Long, Sent, Short, Table, account_of, path_id, sent
from kizuna.web.items import post_item
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import AudienceKind, Composer
from kizuna.web.reading import flags_for, me_of, own_at, post_items, status_at
from kizuna.web.views import ConfirmView, ItemPart, PostView

Verb = Callable[[Square, int, int], Awaitable[object]]


class ReplyForm(PictureFields, frozen=True, kw_only=True):
    """A reply."""

    text: Long = ""
    warning: Short = ""
    language: Short = ""


async def post_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/@{handle}/{id}``: a post with what stands around it."""
    status = await status_at(parts, request, viewer)
    view = await _post_view(pages, parts, request, viewer, status)
    return pages.show(parts, request, view)


async def item_part(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/@{handle}/{id}/item``: the post alone, for a script that shows what became of it."""
    status = (await status_at(parts, request, viewer)).proper
    view = ItemPart(
        page=await pages.page(parts, request, viewer),
        item=post_item(status, me_of(viewer), await flags_for(parts, viewer, [status])),
        main="main" in request.query_params,
    )
    return pages.show(parts, request, view)


async def favourite(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/favourite``."""
    return await _mark(parts, request, viewer, actions.favourite, actions.unfavourite)


async def boost(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/boost``."""
    return await _mark(parts, request, viewer, actions.boost, actions.unboost)


async def bookmark(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/bookmark``."""
    return await _mark(parts, request, viewer, kept_actions.bookmark, kept_actions.unbookmark)


async def pin(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/pin``: one's own only."""
    form = await sent(parts, request, ActForm)
    post = (await own_at(parts, request, viewer)).post
    verb = edit_actions.unpin if form.undo else edit_actions.pin
    await verb(parts.square, post.account_id, post.id)
    return done(form.back_to(request.url.path.rpartition("/")[0]), "unpinned" if form.undo else "pinned")


async def _mark(parts: MemberParts, request: Request, viewer: Viewer, deed: Verb, undoing: Verb) -> Response:
    """Do it or take it back, and go back to where the post stands in its list."""
    form = await sent(parts, request, ActForm)
    post_id = path_id(request)
    await (undoing if form.undo else deed)(parts.square, account_of(viewer), post_id)
    own_page = request.url.path.rpartition("/")[0]
    back = form.back_to(own_page)
    return done(back if back == own_page or "#" in back else f"{back}#p{post_id}")


async def reply(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/reply``."""
    form = await sent(parts, request, ReplyForm)
    status = await status_at(parts, request, viewer)
    me = account_of(viewer)
    post = status.proper.post
    pictures: list[Picture] = []
    try:
        pictures = await gather(parts, viewer, form)
        if form.only_pictures:
            again = form_with(form, pictures)
            return pages.show(parts, request, await _post_view(pages, parts, request, viewer, status, again))
        draft = Draft(
            text=form.text,
            spoiler_text=form.warning,
            visibility=post.visibility,
            language=form.language or None,
            in_reply_to_id=post.id,
            sensitive=bool(form.sensitive and pictures),
        )
        key = make_key(me, 0, form.key, "\0".join([form.text, form.warning, content_of(form)]).encode())
        await actions.post(parts.square, me, draft, key, chosen(parts, viewer, form, pictures))
        await remember_language(parts, viewer, form.language)
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        view = await _post_view(pages, parts, request, viewer, status, form_with(form, pictures), told)
        return pages.show(parts, request, view, refusal.status)
    return done(form.back_to(f"/@{status.author.handle}/{post.id}"), "replied", form.key)


async def confirm_delete(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /@{handle}/{id}/delete``: asks first."""
    status = await own_at(parts, request, viewer)
    view = ConfirmView(
        page=await pages.page(parts, request, viewer),
        deed="delete_post",
        action=request.url.path,
        back=request.url.path.rpartition("/")[0],
        item=post_item(status, viewer.square_id),
    )
    return pages.show(parts, request, view)


async def delete(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/delete``."""
    await sent(parts, request, Sent)
    status = await own_at(parts, request, viewer)
    await actions.delete_post(parts.square, account_of(viewer), status.post.id)
    return done(f"/@{status.author.handle}", "deleted")


async def _post_view(
    pages: Pages,
    parts: PublicParts,
    request: Request,
    viewer: Viewer | None,
    status: Status,
    form: ReplyForm | None = None,
    error: str = "",
) -> PostView:
    proper = status.proper
    thread = await load_thread(parts.square.store.reads, proper.post)
    flags = await flags_for(parts, viewer, [status])
    box = None
    if isinstance(parts, MemberParts) and viewer is not None and viewer.square_id is not None:
        box = await _reply_box(parts, viewer, proper, form or _begun(viewer, proper), error)
    return PostView(
        page=await pages.page(parts, request, viewer, request.url.path.removesuffix("/reply")),
        item=post_item(proper, me_of(viewer), flags),
        before=tuple(await post_items(parts, viewer, thread.ancestors)),
        after=tuple(await post_items(parts, viewer, thread.descendants)),
        reply=box,
        indexable=proper.author.indexable,
    )


def _begun(viewer: Viewer, status: Status) -> ReplyForm:
    """A reply as it begins: it names whom it answers, and carries the warning on."""
    named = "" if status.author.id == viewer.square_id else f"@{status.author.handle} "
    return ReplyForm(text=named, warning=status.post.spoiler_text)


async def _reply_box(
    parts: MemberParts, viewer: Viewer, status: Status, form: ReplyForm, error: str
) -> Composer:
    path = f"/@{status.author.handle}/{status.post.id}"
    kind: AudienceKind = "unlisted" if status.post.visibility == "unlisted" else "public"
    return Composer(
        action=f"{path}/reply",
        audiences=(kind,),
        chosen=kind,
        key=parts.randomness.token(16),
        limit=LIMIT,
        text=form.text,
        warning=form.warning,
        language=form.language or await language_for(parts, viewer),
        error=error,
        back=path,
        attaching=attaching(await staged(parts, viewer, form), sensitive=bool(form.sensitive)),
    )


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/@{handle}/{id:int}", post_page)  # a name in its place is another page
    table.person("GET", "/@{handle}/{id}/item", item_part)
    table.person("POST", "/@{handle}/{id}/favourite", favourite)
    table.person("POST", "/@{handle}/{id}/boost", boost)
    table.person("POST", "/@{handle}/{id}/bookmark", bookmark)
    table.person("POST", "/@{handle}/{id}/pin", pin)
    table.person("POST", "/@{handle}/{id}/reply", reply, uploads=True)
    table.person("GET", "/@{handle}/{id}/delete", confirm_delete)
    table.person("POST", "/@{handle}/{id}/delete", delete)
