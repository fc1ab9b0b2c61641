"""What wiring says about pictures: where their files stand, and what is done about them in which store."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from kizuna.blobs.disk import Blobs, DiskBlobs
from kizuna.circle import attachment_queries as circle_pictures
from kizuna.ground.clock import Clock
from kizuna.ground.ids import StoreName, id_ms
from kizuna.ground.randomness import Randomness
from kizuna.jobs.duties import Handler
from kizuna.jobs.schedules import Schedule
from kizuna.media import queries
from kizuna.media.darkroom import Darkroom
from kizuna.media.models import SIZES
from kizuna.media.ports import Media
from kizuna.media.tasks import Known, expiring, forgetting, sweeping, want_forgotten
from kizuna.people.belongings import Entry, Leaver, Part, Progress
from kizuna.square import attachment_queries as square_pictures
from kizuna.store.open import Stores
from kizuna.store.store import Db, Store, Tx

UPLOADS: Final = "media.uploads"


def open_media(
    files: Path, store: Store, clock: Clock, darkroom: Darkroom, randomness: Callable[[str], Randomness]
) -> Media:
    """Each plane's files stand in a directory of their own, so that who serves one holds no handle on another."""
    return Media(
        store=store,
        clock=clock,
        darkroom=darkroom,
        staged=DiskBlobs(files / "staged"),
        planes={"square": DiskBlobs(files / "square"), "circle": DiskBlobs(files / "circle")},
        randomness={"square": randomness("media.square"), "circle": randomness("media.circle")},
        staging=randomness("media.staging"),
    )


def files_of(media: Media) -> Mapping[StoreName, Blobs]:
    """The files that the rows of each store name."""
    return {"people": media.staged, **media.planes}


def duties(media: Media) -> Mapping[StoreName, Mapping[str, Handler]]:
    """Which handler does which duty, in which store."""
    return {name: forgetting(blobs) for name, blobs in files_of(media).items()}


def schedules(media: Media, stores: Stores) -> Mapping[StoreName, Sequence[Schedule]]:
    """What is done once in each period, by the store in which it is kept."""
    known: Mapping[StoreName, Known] = {
        "people": queries.known,
        "square": square_pictures.known,
        "circle": circle_pictures.known,
    }
    table: dict[StoreName, list[Schedule]] = {
        name: [sweeping(stores.by_name(name), blobs, media.clock, known[name])]
        for name, blobs in files_of(media).items()
    }
    table["people"].append(expiring(media))
    return table


async def _empty_uploads(tx: Tx, leaver: Leaver) -> Progress:
    """Take away what waits to be attached."""
    found = await queries.of_person(tx, leaver.owner_id)
    await queries.drop(tx, [each.id for each in found])
    await want_forgotten(tx, [each.file(size) for each in found for size in SIZES])
    return Progress.DONE


async def _export_uploads(db: Db, person_id: int) -> AsyncIterator[Entry]:
    """What waits to be attached, with what is said about it."""
    for each in await queries.of_person(db, person_id):
        name = f"{UPLOADS}/{each.id}.{each.extension}"
        fields: dict[str, object] = {"file": name, "description": each.description}
        yield Entry(each.id, id_ms(each.id), each.description, fields, each.file("original"), name)


PART: Final = Part(UPLOADS, "people", "person", _empty_uploads, _export_uploads)
