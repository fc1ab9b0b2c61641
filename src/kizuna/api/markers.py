"""How far one has read, for a token that may act for a circle face: the twin of the markers in `kept`.

What such a token reads holds ids of the circle, so its markers are kept in the circle: a token with the square face
alone must not find there that the same person has another face, nor when something happened to it.
"""

from typing import Final

from starlette.responses import Response

from kizuna.api.calls import OwnCall
from kizuna.api.faces import face_of
from kizuna.api.kept import Marker, MarkersAsked, MarkersSet, marker_entities, read_up_to
from kizuna.api.operations import Operation, by_person
from kizuna.doors.answers import json_answer
from kizuna.notifications import actions, circle_queries

PLACE: Final = "/api/v1/markers"


async def markers(call: OwnCall[MarkersAsked]) -> Response:
    """How far one has read."""
    known = await circle_queries.markers(call.parts.circle.store.reads, face_of(call.viewer))
    return json_answer(marker_entities({name: known[name] for name in call.params.timeline if name in known}))


async def set_markers(call: OwnCall[MarkersSet]) -> Response:
    """Keep how far one has read; of the square's notifications too, where the token has that face."""
    read = read_up_to(call.params)
    made = await actions.mark_circle(call.parts.circle, face_of(call.viewer), read)
    if call.viewer.square_id is not None and "notifications" in read:
        await actions.mark_square(call.parts.square, call.viewer.square_id, read["notifications"])
    return json_answer(marker_entities(made))


TWINS: Final[tuple[Operation, ...]] = (
    by_person("GET", PLACE, markers, MarkersAsked, dict[str, Marker], "read:statuses"),
    by_person("POST", PLACE, set_markers, MarkersSet, dict[str, Marker], "write:statuses"),
)
