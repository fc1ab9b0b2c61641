"""Writing: the composer with its audience, the preview of the readers, and sending."""

from typing import Annotated, Final, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import actions as circle_actions
from kizuna.circle import audience, friend_queries
from kizuna.circle.models import Audience as CircleAudience
from kizuna.circle.models import Rule
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.ground.ids import parse_id
from kizuna.jobs.idempotency import make_key
from kizuna.people.models import Viewer
from kizuna.square import actions as square_actions
from kizuna.square.models import Draft
from kizuna.web.forms import Long, Sent, Short, Table, face_of, ids_of, sent
from kizuna.web.items import circle_face, readers_of
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import AudienceKind, Composer, FriendChoice, Readers
from kizuna.web.views import ComposeView, ReadersView

LIMIT: Final = 500
CLOSED: Final = ("me", "friends", "people")
Persons = Annotated[list[Short], msgspec.Meta(max_length=1000)]


class ComposeForm(Sent, frozen=True, kw_only=True):
    """The composer's fields."""

    text: Long = ""
    audience: Short = ""
    person: Persons = msgspec.field(default_factory=list[str])
    key: Short = ""
    do: Short = "send"


class ReadersForm(Sent, frozen=True, kw_only=True):
    """What decides who will read."""

    audience: Short = ""
    person: Persons = msgspec.field(default_factory=list[str])
    fragment: Short = ""


def audiences_of(viewer: Viewer) -> tuple[AudienceKind, ...]:
    """The audiences that this viewer can choose from, narrowest first."""
    closed: tuple[AudienceKind, ...] = ("me", "people", "friends") if viewer.circle_id is not None else ()
    public: tuple[AudienceKind, ...] = ("public", "unlisted") if viewer.square_id is not None else ()
    return closed + public


async def box(
    parts: MemberParts, viewer: Viewer, *, form: ComposeForm | None = None, error: str = "", back: str = "/"
) -> Composer:
    """The composer, empty or as it was sent.

    Nothing is preselected wider than friends; where there is no circle, "public" is what the place is for.
    """
    audiences = audiences_of(viewer)
    usual: AudienceKind = "friends" if "friends" in audiences else audiences[0]
    chosen = form.audience if form and form.audience in audiences else usual
    named = set(form.person) if form else set[str]()
    friends: tuple[FriendChoice, ...] = ()
    if viewer.circle_id is not None:
        faces = await friend_queries.friends(parts.circle.store.reads, viewer.circle_id)
        friends = tuple(FriendChoice(face=circle_face(face), chosen=str(face.id) in named) for face in faces)
    return Composer(
        action="/compose",
        audiences=audiences,
        chosen=chosen,
        key=form.key if form and form.key else parts.randomness.token(16),
        limit=LIMIT,
        text=form.text if form else "",
        friends=friends,
        readers=await readers(parts, viewer, chosen, [one for one in map(parse_id, named) if one]),
        can_copy=viewer.circle_id is not None,
        error=error,
        back=back,
    )


async def readers(parts: MemberParts, viewer: Viewer, kind: AudienceKind, people: list[int]) -> Readers:
    """Who would read it, by the gate."""
    if kind not in CLOSED:
        return Readers(kind=kind)
    rule = Rule(audience=CircleAudience(kind), people=frozenset(people))
    found = await audience.readers(parts.circle.store.reads, face_of(viewer), rule)
    return readers_of(rule.audience, found.shown)


async def compose_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /compose``: the composer with room."""
    view = ComposeView(
        page=await pages.page(parts, request, viewer), composer=await box(parts, viewer, back="/")
    )
    return pages.show(parts, request, view)


async def compose(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /compose``: send it, or show once more who will read it."""
    form = await sent(parts, request, ComposeForm)
    back = form.back_to("/")
    if form.do == "preview":
        shown = await box(parts, viewer, form=form, back=back)
        return pages.show(
            parts, request, ComposeView(page=await pages.page(parts, request, viewer), composer=shown)
        )
    try:
        return await _send(parts, viewer, form, back)
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        shown = await box(parts, viewer, form=form, error=told, back=back)
        view = ComposeView(page=await pages.page(parts, request, viewer), composer=shown)
        return pages.show(parts, request, view, refusal.status)


async def _send(parts: MemberParts, viewer: Viewer, form: ComposeForm, back: str) -> Response:
    if form.audience not in audiences_of(viewer):
        raise Invalid("Choose who can read this", field="audience")
    if form.audience in CLOSED:
        await say(parts, viewer, form)
        return done(back, "said")
    if viewer.square_id is None:
        raise NotFound
    key = make_key(viewer.square_id, 0, form.key, _body(form))
    draft = Draft(text=form.text, visibility=form.audience, language=None)
    await square_actions.post(parts.square, viewer.square_id, draft, key)
    return done(back, "posted")


async def say(parts: MemberParts, viewer: Viewer, form: ComposeForm) -> int:
    """Say it in the circle, once for each key; answers the voice's id."""
    key = make_key(face_of(viewer), 0, form.key, _body(form))
    people = ids_of(tuple(form.person)) if form.audience == "people" else []
    return await circle_actions.say(parts.circle, face_of(viewer), form.text, form.audience, people, key)


def _body(form: ComposeForm) -> bytes:
    """What makes two sent forms the same."""
    return "\0".join([form.audience, *sorted(form.person), form.text]).encode()


async def foretell(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /readers``: who would read it, before anything is sent."""
    form = await sent(parts, request, ReadersForm)
    if form.audience not in get_args(AudienceKind) or form.audience not in audiences_of(viewer):
        raise Invalid("Choose who can read this", field="audience")
    kind = form.audience
    view = ReadersView(
        page=await pages.page(parts, request, viewer, "/compose"),
        readers=await readers(parts, viewer, kind, ids_of(tuple(form.person))),
    )
    return pages.fragment(view) if form.fragment else pages.show(parts, request, view)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/compose", compose_page)
    table.person("POST", "/compose", compose)
    table.person("POST", "/readers", foretell)
