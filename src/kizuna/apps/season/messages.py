"""Messages of a season: what somebody says to friends with its hashtag while it is on, and whether it is public too.

Only that there is one is written down, for the hosts' totals: no word of it, and to whom it went neither.
"""

import msgspec

from kizuna.apps.season import queries
from kizuna.apps.season.ports import Seasons
from kizuna.circle import queries as circle_queries
from kizuna.circle.models import Audience
from kizuna.ground.ids import id_ms
from kizuna.square.text import fold_tag, tags_of


class Message(msgspec.Struct, frozen=True):
    """A voice that is one, of which run and by whom; ``public``: a copy of it stands where everybody can read it."""

    voice_id: int
    run_id: int
    face_id: int
    public: bool = False


async def message_of(
    seasons: Seasons, face_id: int, voice_id: int, *, public: bool = False
) -> Message | None:
    """The message that a voice of this face is; None for all else, and for what is a note to oneself."""
    calendar, reads = seasons.calendar, seasons.store.reads
    at_ms = calendar.at(id_ms(voice_id))
    on = [run for run in calendar.runs(at_ms) if run.is_open(at_ms)]
    if not on:
        return None
    for voice in await circle_queries.load(reads, face_id, [voice_id]):
        tags = tags_of(voice.text) if voice.own and voice.audience is not Audience.ME else ()
        for run in on:
            made = await queries.find_run(reads, run.season.id, run.year)
            if made is not None and fold_tag(run.season.hashtag) in tags:
                return Message(voice_id, made.id, face_id, public)
    return None
