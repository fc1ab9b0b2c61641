"""The square's pages: an account, a post in its thread, and what one does there."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.ground.errors import NotFound, Refusal
from kizuna.jobs.idempotency import make_key
from kizuna.media.models import Picture
from kizuna.people.models import Viewer
from kizuna.square import actions, queries, timeline_queries
from kizuna.square.load import load_status, load_thread
from kizuna.square.models import Account, Draft, Status
from kizuna.square.relations import relationships
from kizuna.web.attaching import PictureFields, attaching, chosen, content_of, form_with, gather, staged
from kizuna.web.compose import LIMIT
from kizuna.web.feeds import flags_for, post_items
from kizuna.web.forms import PAGE, Long, Sent, Short, Table, account_of, cursor, path_id, sent
from kizuna.web.items import account_face, post_item, timeline
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Composer
from kizuna.web.views import AccountView, ConfirmView, ItemPart, PostView


class ActForm(Sent, frozen=True, kw_only=True):
    """A button; ``undo`` takes its deed back."""

    undo: Short = ""


class ReplyForm(PictureFields, frozen=True, kw_only=True):
    """A reply."""

    text: Long = ""
    key: Short = ""


async def account_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/@{handle}``."""
    account = await _account(parts, request)
    page, _ = await cursor(request)
    reads = parts.square.store.reads
    ids = await timeline_queries.account_ids(reads, account.id, page, replies=False)
    relation, follows_you = await _relation(parts, viewer, account)
    view = AccountView(
        page=await pages.page(parts, request, viewer),
        face=account_face(account),
        note_html=account.note_html,
        joined_ms=account.created_at,
        posts=account.statuses_count,
        following=account.following_count,
        followers=account.followers_count,
        relation=relation,
        follows_you=follows_you,
        timeline=timeline(await post_items(parts, viewer, ids), ids, PAGE, f"/@{account.handle}"),
    )
    return pages.show(parts, request, view)


async def post_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/@{handle}/{id}``: a post with what stands around it."""
    status = await _status(parts, request)
    view = await _post_view(pages, parts, request, viewer, status)
    return pages.show(parts, request, view)


async def item_part(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/@{handle}/{id}/item``: the post alone, for a script that shows what became of it."""
    status = (await _status(parts, request)).proper
    view = ItemPart(
        page=await pages.page(parts, request, viewer),
        item=post_item(status, viewer.square_id, await flags_for(parts, viewer, [status])),
        main="main" in request.query_params,
    )
    return pages.show(parts, request, view)


async def follow(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/follow``."""
    form = await sent(parts, request, ActForm)
    account = await _account(parts, request)
    verb = actions.unfollow if form.undo else actions.follow
    await verb(parts.square, account_of(viewer), account.id)
    return done(form.back_to(f"/@{account.handle}"))


async def favourite(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/favourite``."""
    form = await sent(parts, request, ActForm)
    verb = actions.unfavourite if form.undo else actions.favourite
    await verb(parts.square, account_of(viewer), path_id(request))
    return done(form.back_to(request.url.path.rpartition("/")[0]))


async def boost(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/boost``."""
    form = await sent(parts, request, ActForm)
    verb = actions.unboost if form.undo else actions.boost
    await verb(parts.square, account_of(viewer), path_id(request))
    return done(form.back_to(request.url.path.rpartition("/")[0]))


async def reply(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/reply``."""
    form = await sent(parts, request, ReplyForm)
    status = await _status(parts, request)
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
            visibility=post.visibility,
            in_reply_to_id=post.id,
            sensitive=bool(form.sensitive and pictures),
        )
        key = make_key(me, 0, form.key, "\0".join([form.text, content_of(form)]).encode())
        await actions.post(parts.square, me, draft, key, chosen(parts, viewer, form, pictures))
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        view = await _post_view(pages, parts, request, viewer, status, form_with(form, pictures), told)
        return pages.show(parts, request, view, refusal.status)
    return done(form.back_to(f"/@{status.author.handle}/{post.id}"), "replied")


async def confirm_delete(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /@{handle}/{id}/delete``: asks first."""
    status = await _own(parts, request, viewer)
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
    status = await _own(parts, request, viewer)
    await actions.delete_post(parts.square, account_of(viewer), status.post.id)
    return done(f"/@{status.author.handle}", "deleted")


async def _account(parts: PublicParts, request: Request) -> Account:
    account = await queries.account_by_handle(parts.square.store.reads, str(request.path_params["handle"]))
    if account is None:
        raise NotFound
    return account


async def _status(parts: PublicParts, request: Request) -> Status:
    status = await load_status(parts.square.store.reads, path_id(request))
    if status is None or status.author.handle != str(request.path_params["handle"]).lower():
        raise NotFound
    return status


async def _own(parts: MemberParts, request: Request, viewer: Viewer) -> Status:
    status = await _status(parts, request)
    if status.author.id != viewer.square_id:
        raise NotFound
    return status


async def _relation(
    parts: PublicParts, viewer: Viewer | None, account: Account
) -> tuple[Literal["self", "following", "stranger", "anonymous"], bool]:
    if viewer is None or viewer.square_id is None:
        return "anonymous", False
    if viewer.square_id == account.id:
        return "self", False
    line = (await relationships(parts.square, viewer.square_id, [account.id]))[0]
    return "following" if line.following else "stranger", line.followed_by


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
        box = Composer(
            action=f"/@{proper.author.handle}/{proper.post.id}/reply",
            audiences=("unlisted" if proper.post.visibility == "unlisted" else "public",),
            chosen="unlisted" if proper.post.visibility == "unlisted" else "public",
            key=parts.randomness.token(16),
            limit=LIMIT,
            text=form.text
            if form
            else (f"@{proper.author.handle} " if proper.author.id != viewer.square_id else ""),
            error=error,
            back=f"/@{proper.author.handle}/{proper.post.id}",
            attaching=attaching(
                await staged(parts, viewer, form) if form else [], sensitive=bool(form and form.sensitive)
            ),
        )
    return PostView(
        page=await pages.page(parts, request, viewer, request.url.path.removesuffix("/reply")),
        item=post_item(proper, viewer.square_id if viewer else None, flags),
        before=tuple(await post_items(parts, viewer, thread.ancestors)),
        after=tuple(await post_items(parts, viewer, thread.descendants)),
        reply=box,
    )


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/@{handle}", account_page)
    table.anyone("GET", "/@{handle}/{id}", post_page)
    table.person("GET", "/@{handle}/{id}/item", item_part)
    table.person("POST", "/@{handle}/follow", follow)
    table.person("POST", "/@{handle}/{id}/favourite", favourite)
    table.person("POST", "/@{handle}/{id}/boost", boost)
    table.person("POST", "/@{handle}/{id}/reply", reply, uploads=True)
    table.person("GET", "/@{handle}/{id}/delete", confirm_delete)
    table.person("POST", "/@{handle}/{id}/delete", delete)
