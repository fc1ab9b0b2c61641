"""The composition root: the only module that knows everything.

It opens the stores, makes the parts, says what follows from each event, which handler does which duty, and which doors
are mounted for which planes.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp

from kizuna import wiring_apps, wiring_media
from kizuna.api import table as api_table
from kizuna.api.quick import quick_home
from kizuna.api.sockets import Sockets
from kizuna.bus.choose import choose_bus
from kizuna.circle import actions as circle_actions
from kizuna.circle import belongings as circle_belongings
from kizuna.circle import events as circle_events
from kizuna.circle.ports import Circle
from kizuna.doors.front import Front
from kizuna.doors.health import Health
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.doors.routes import member_app, member_paths, public_app
from kizuna.fetch.http import HttpFetch
from kizuna.fetch.port import Fetch
from kizuna.ground.clock import Clock, SystemClock
from kizuna.ground.config import Config, Plane
from kizuna.ground.events import Event, tag_of
from kizuna.ground.i18n import load_translators
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.ground.randomness import Randomness, SystemRandomness
from kizuna.jobs import schedules
from kizuna.jobs.duties import Handler
from kizuna.jobs.forgetting import FORGET_OLD
from kizuna.jobs.outbox import Consumer, Dispatcher, Subscription
from kizuna.jobs.schedules import Schedule
from kizuna.jobs.worker import Worker
from kizuna.mail.folder import FolderMailer, NoMailer
from kizuna.mail.message import Sender
from kizuna.mail.port import Mailer
from kizuna.mail.setting import SmtpServer, parse_mail
from kizuna.mail.smtp import SmtpMailer
from kizuna.media.darkroom import ChildDarkroom, Darkroom
from kizuna.media.ports import Media
from kizuna.moderation import events as moderation_events
from kizuna.moderation import leaving_queries as moderation_leaving
from kizuna.moderation.lists import Screen, Words
from kizuna.moderation.ports import Moderation
from kizuna.notifications import belongings as notification_belongings
from kizuna.notifications import on_circle, on_square
from kizuna.notifications.consumers import notifying
from kizuna.people import actions as people_actions
from kizuna.people import archive, leaving, leaving_queries
from kizuna.people import events as people_events
from kizuna.people import tasks as people_tasks
from kizuna.people.belongings import Part
from kizuna.people.limits import Limiter
from kizuna.people.newcomers import Newcomers
from kizuna.people.passwords import Argon2Hasher, Hasher
from kizuna.people.ports import People
from kizuna.square import actions as square_actions
from kizuna.square import belongings as square_belongings
from kizuna.square import events as square_events
from kizuna.square import kept_actions
from kizuna.square.ports import Square
from kizuna.store.alive import all_answer
from kizuna.store.open import Stores, open_configured
from kizuna.store.store import Db, Tx
from kizuna.tie import belongings as tie_belongings
from kizuna.tie import events as tie_events
from kizuna.tie import inside, rounds, suggestions
from kizuna.tie.consents import on_face_removed
from kizuna.tie.copies import on_voice_deleted
from kizuna.tie.delivery import bury_cut_off
from kizuna.tie.home import Home
from kizuna.tie.listening import Listeners
from kizuna.tie.ports import Tie
from kizuna.tie.streams import Streams, make_streams
from kizuna.tie.tasks import handlers
from kizuna.tie.windows import actions as window_actions
from kizuna.tie.windows import belongings as window_belongings
from kizuna.web import routes as web_routes
from kizuna.web.apps import App

VERSION: Final = "0.1.0"
PLANES: Final[tuple[Plane, ...]] = ("square", "circle")


@dataclass(frozen=True)
class Ports:
    """What a server takes from the world. ``randomness`` makes a stream; each part asks for its own, so that no
    part's tokens tell how busy another one is (invariant 2)."""

    clock: Clock
    randomness: Callable[[str], Randomness]
    fetch: Fetch
    hasher: Hasher
    mailer: Mailer
    darkroom: Darkroom = field(default_factory=ChildDarkroom)
    inline: bool = False
    """Commit without threads, for the simulation."""


@dataclass(frozen=True)
class Parts:
    """One plain object per package, for whoever starts at the inside: the demo, benches, tests."""

    people: People
    square: Square
    circle: Circle
    tie: Tie
    home: Home
    moderation: Moderation
    streams: Streams
    media: Media
    apps: Sequence[App]


class Server:
    """One server: its application, and the work it does by itself."""

    def __init__(
        self,
        config: Config,
        ports: Ports,
        stores: Stores,
        parts: Parts,
        front: Front,
        work: Sequence[Dispatcher | Worker | Listeners],
    ) -> None:
        self.config = config
        self.ports = ports
        self.stores = stores
        self.parts = parts
        self.asgi: ASGIApp = front
        self.front = front
        self._work = work

    async def start(self) -> None:
        """Begin to work: finish what an earlier process left, deliver events, do duties."""
        await self.stores.start()
        await self.parts.people.bus.start()
        await bury_cut_off(self.parts.tie)
        for store in self.stores.each():
            await schedules.begin(store, schedules_table(self.parts, self.stores)[store.name])
        for work in self._work:
            await work.start()
        await people_actions.finish_reservations(self.parts.people)
        for app in self.parts.apps:
            await app.begin()

    async def stop(self) -> None:
        """End the streams, stop working, finish accepted writes, close the files."""
        await self.parts.streams.stop()
        for work in self._work:
            await work.stop()
        await self.parts.people.bus.stop()
        await self.stores.close()
        await self.close_ports()

    async def close_ports(self) -> None:
        """Let go of connections and threads."""
        if isinstance(self.ports.fetch, HttpFetch):
            await self.ports.fetch.close()
        if isinstance(self.ports.hasher, Argon2Hasher):
            self.ports.hasher.close()
        self.ports.mailer.close()
        self.ports.darkroom.close()


def system_ports(config: Config) -> Ports:
    """The real world."""
    return Ports(
        clock=SystemClock(),
        randomness=lambda _plane: SystemRandomness(),
        fetch=HttpFetch(f"Kizuna/{VERSION} (+{config.url}/about)", config.fetch_allow),
        hasher=Argon2Hasher(cheap=config.test_mode),
        mailer=open_mailer(config, SystemClock(), SystemRandomness()),
    )


def open_mailer(config: Config, clock: Clock, randomness: Randomness) -> Mailer:
    """The mail server of the settings. Raises ConfigError."""
    sender = Sender(config.mail_from, config.title, config.domain)
    match parse_mail(config.mail):
        case None:
            return NoMailer()
        case SmtpServer() as server:
            return SmtpMailer(server, sender, clock, randomness)
        case place:
            return FolderMailer(place, sender, clock, randomness)


def build(config: Config, ports: Ports) -> Server:
    """Put a server together. Raises ConfigError when its data directory is in use or newer than this program."""
    stores = open_configured(config, ports.clock, inline=ports.inline)
    parts = _parts(config, ports, stores)
    parts.home.listen(stores.square, stores.people)
    table = events_table(parts, stores)
    duties = duties_table(ports, stores, parts)
    work: list[Dispatcher | Worker | Listeners] = []
    for store in stores.each():
        randomness = ports.randomness(f"jobs.{store.name}")
        work.append(Dispatcher(store, table, ports.clock, randomness))
        work.append(Worker(store, duties[store.name], ports.clock, randomness))
    work.append(Listeners(parts.tie))
    return Server(config, ports, stores, parts, _front(config, ports, stores, parts), work)


def schedules_table(parts: Parts, stores: Stores) -> Mapping[StoreName, Sequence[Schedule]]:
    """What is done once in each period, by the store in which it is kept."""
    own = {"people": [people_tasks.sweeping(parts.people)]}
    if set(PLANES) <= set(parts.people.config.planes):
        own["circle"] = [rounds.schedule(parts.tie)]
    pictures = wiring_media.schedules(parts.media, stores)
    of_apps = wiring_apps.schedules(parts.apps)
    return {
        name: [FORGET_OLD, *own.get(name, ()), *pictures.get(name, ()), *of_apps[name]]
        for name in STORE_NAMES
    }


def _parts(config: Config, ports: Ports, stores: Stores) -> Parts:
    limiter = Limiter(ports.clock, enabled=not config.test_mode)
    count = Newcomers(config, ports.clock, limiter).check
    people = People(
        store=stores.people,
        config=config,
        clock=ports.clock,
        randomness=ports.randomness("people"),
        hasher=ports.hasher,
        bus=choose_bus(config, ports.clock),
        limiter=limiter,
        face_ids={"square": stores.square.ids, "circle": stores.circle.ids},
        screen=Screen(stores.people).check,
    )
    words = Words(stores.people).check
    counted = {plane: functools.partial(count, plane) for plane in PLANES}
    square = Square(stores.square, stores.people, config, ports.clock, words, counted["square"])
    circle = Circle(stores.circle, ports.clock, ports.randomness("circle"), counted["circle"])
    home = Home(square, circle)
    apps = wiring_apps.mounted(config, circle, ports.clock, ports.randomness)
    return Parts(
        people=people,
        square=square,
        circle=circle,
        tie=Tie(stores.circle, ports.fetch, ports.clock, ports.randomness("tie"), config),
        moderation=Moderation(people, square, circle),
        home=home,
        streams=make_streams(people, square, circle, home, ports.clock, wiring_apps.kinds(apps)),
        media=wiring_media.open_media(
            config.data / "files", stores.people, ports.clock, ports.darkroom, ports.randomness
        ),
        apps=apps,
    )


def belongings() -> Sequence[Part]:
    """What is a person's, in which store: what an archive shows and leaving takes away, in this order.

    A package that keeps rows about people adds its parts here.
    """
    return (
        *moderation_leaving.PARTS,
        *notification_belongings.PARTS,
        wiring_media.PART,
        Part("people.person", "people", "person", leaving_queries.empty_person, archive.export_person),
        *square_belongings.PARTS,
        *tie_belongings.BEFORE_FACE,
        *window_belongings.PARTS,
        *wiring_apps.belongings(),
        *circle_belongings.PARTS,
        *tie_belongings.AFTER_FACE,
    )


def duties_table(ports: Ports, stores: Stores, parts: Parts) -> Mapping[StoreName, Mapping[str, Handler]]:
    """Which handler does which duty, in which store."""
    things = belongings()
    table: dict[StoreName, dict[str, Handler]] = {
        store.name: {leaving.EMPTY: functools.partial(leaving.empty, store, things, ports.clock)}
        for store in stores.each()
    }
    table["circle"] |= handlers(parts.tie)
    table["circle"][rounds.STEP] = functools.partial(rounds.step, parts.tie, parts.square)
    table["people"][on_square.TELL] = on_square.tell_rest
    for name, periodic in schedules_table(parts, stores).items():
        table[name] |= schedules.handlers(periodic)
    table["people"] |= people_tasks.handlers(parts.people, ports.mailer, load_translators())
    reads: dict[StoreName, Db] = {store.name: store.reads for store in stores.each()}
    maker = archive.Maker(parts.people, things, reads, wiring_media.files_of(parts.media), load_translators())
    table["people"][archive.ARCHIVE] = maker.make
    for name, handlers_of_files in wiring_media.duties(parts.media).items():
        table[name] |= handlers_of_files
    return table


def events_table(parts: Parts, stores: Stores) -> Mapping[str, Subscription]:
    """What follows from what: event → who acts on it, in which store. An event that is not here is only heard."""
    table: list[tuple[type[Event], list[Consumer]]] = [
        (people_events.Reserved, _face_makers(parts, stores)),
        (people_events.StandingChanged, _standing(parts, stores)),
        (
            square_events.AccountMade,
            [Consumer("people.activate", stores.people, _account_made)],
        ),
        (
            circle_events.FaceMade,
            [Consumer("people.activate", stores.people, _face_made)],
        ),
        (
            people_events.Leaving,
            [
                Consumer("people.empty", store, functools.partial(leaving.ask, store.name))
                for store in stores.each()
            ],
        ),
        (people_events.Emptied, [Consumer("people.emptied", stores.people, leaving.emptied)]),
        (
            circle_events.FaceRemoved,
            [Consumer("tie.end", stores.circle, on_face_removed)],
        ),
        (
            circle_events.VoiceDeleted,
            [
                Consumer("tie.recall", stores.circle, on_voice_deleted),
                Consumer("tie.window_talk", stores.circle, window_actions.on_voice_deleted),
            ],
        ),
        (
            circle_events.GroupChanged,
            [Consumer("tie.window_group", stores.circle, window_actions.on_group_changed)],
        ),
        (
            moderation_events.ClosedRead,
            [Consumer("notifications.staff_read", stores.circle, _staff_read)],
        ),
        *notifying(parts.square, stores.circle),
        (
            square_events.PostDeleted,
            [Consumer("square.forget_deleted", stores.people, kept_actions.forget_deleted)],
        ),
        *_tied_inside(parts, stores),
        (
            circle_events.Unfriended,
            [Consumer("tie.not_again", stores.circle, suggestions.on_unfriended)],
        ),
        (circle_events.Blocked, [Consumer("tie.not_again", stores.circle, suggestions.on_blocked)]),
        *wiring_apps.following(parts.apps),
    ]
    joined: dict[str, Subscription] = {}
    for event, consumers in table:
        known = joined.get(tag_of(event), Subscription(event, ()))
        joined[tag_of(event)] = Subscription(event, (*known.consumers, *consumers))
    return joined


def _tied_inside(parts: Parts, stores: Stores) -> list[tuple[type[Event], list[Consumer]]]:
    """How a copy gets from the circle to the square of this server, and what came of it back into the ledger."""
    square, closed = stores.square, stores.circle
    asked = functools.partial(inside.on_copy_asked, parts.square)
    stands = functools.partial(inside.on_copy_stands, parts.square)
    edit_asked = functools.partial(inside.on_edit_asked, parts.square)
    ready = functools.partial(inside.ready, parts.square)
    in_words = functools.partial(inside.in_words, parts.square)
    return [
        (tie_events.CopyAsked, [Consumer("square.post", square, asked, in_words)]),
        (tie_events.RecallAsked, [Consumer("square.delete", square, inside.on_recall_asked)]),
        (tie_events.EditAsked, [Consumer("square.edit", square, edit_asked, ready)]),
        (tie_events.CopyEdited, [Consumer("tie.copy_edited", closed, inside.on_copy_edited)]),
        (tie_events.EditRefused, [Consumer("tie.edit_refused", closed, inside.on_edit_refused)]),
        (tie_events.CopyStands, [Consumer("tie.copy_stands", closed, stands)]),
        (tie_events.CopyRefused, [Consumer("tie.copy_refused", closed, inside.on_copy_refused)]),
        (tie_events.CopyGone, [Consumer("tie.copy_gone", closed, inside.on_copy_gone)]),
        (square_events.PostDeleted, [Consumer("tie.post_deleted", closed, inside.on_post_deleted)]),
    ]


def _face_makers(parts: Parts, stores: Stores) -> list[Consumer]:
    planes = parts.people.config.planes
    makers = {
        "square": Consumer("square.make_account", stores.square, _make_account),
        "circle": Consumer("circle.make_face", stores.circle, _make_face),
    }
    return [makers[plane] for plane in planes]


async def _make_account(event: people_events.Reserved, tx: Tx) -> None:
    if face := event.face_in("square"):
        await square_actions.make_account(tx, face.face_id, face.handle, event.display_name)


async def _make_face(event: people_events.Reserved, tx: Tx) -> None:
    if face := event.face_in("circle"):
        await circle_actions.make_face(tx, face.face_id, face.handle, event.display_name)


def _standing(parts: Parts, stores: Stores) -> list[Consumer]:
    shows = {
        "square": Consumer("square.stand", stores.square, _account_stands),
        "circle": Consumer("circle.stand", stores.circle, _face_stands),
    }
    return [shows[plane] for plane in parts.people.config.planes]


async def _face_stands(event: people_events.StandingChanged, tx: Tx) -> None:
    if (face_id := event.faces.get("circle")) is not None:
        await circle_actions.set_standing(tx, face_id, suspended=event.suspended)


async def _account_stands(event: people_events.StandingChanged, tx: Tx) -> None:
    if (account_id := event.faces.get("square")) is not None:
        await square_actions.set_standing(tx, account_id, silenced=event.silenced, suspended=event.suspended)


async def _staff_read(event: moderation_events.ClosedRead, tx: Tx) -> None:
    await on_circle.on_staff_read(event.author_id, event.item_id, tx)


async def _account_made(event: square_events.AccountMade, tx: Tx) -> None:
    await people_actions.activate(tx, "square", event.account_id)


async def _face_made(event: circle_events.FaceMade, tx: Tx) -> None:
    await people_actions.activate(tx, "circle", event.face_id)


def _front(config: Config, ports: Ports, stores: Stores, parts: Parts) -> Front:
    for_anybody = PublicParts(
        config=config,
        clock=ports.clock,
        randomness=ports.randomness("doors.public"),
        people=parts.people,
        square=parts.square,
        streams=parts.streams.public,
        pictures=parts.media.planes["square"],
        staged=parts.media.staged,
    )
    for_members = MemberParts(
        config=config,
        clock=ports.clock,
        randomness=ports.randomness("doors.member"),
        people=parts.people,
        square=parts.square,
        streams=parts.streams.member,
        pictures=parts.media.planes["square"],
        staged=parts.media.staged,
        circle=parts.circle,
        tie=parts.tie,
        home=parts.home,
        moderation=parts.moderation,
        media=parts.media,
    )
    translators = load_translators()
    pages = web_routes.make_pages(config, translators, parts.apps)
    web_public, web_member = web_routes.routes(pages, config, parts.apps)
    api_public, api_member = api_table.routes(config)
    public, member = [*web_public, *api_public], [*web_member, *api_member]
    return Front(
        for_anybody,
        public_app(for_anybody, public),
        member_app(for_members, public, member),
        member_paths(member),
        web_routes.error_page(pages, for_anybody, for_members),
        translators,
        Sockets(for_members),
        Health(functools.partial(all_answer, stores.each())),
        quick_home(for_members) if "square" in config.planes else None,
    )
