"""What moderation tells upwards and to caches. Ids only."""

from kizuna.ground.events import Event


class Reported(Event, frozen=True, tag="moderation.reported"):
    """A report about the square waits for staff."""

    report_id: int


class ClosedReported(Event, frozen=True, tag="moderation.closed_reported"):
    """A report about the circle waits for staff."""

    report_id: int


class ClosedRead(Event, frozen=True, tag="moderation.closed_read"):
    """Staff read something of a face because of a report; it is told so."""

    author_id: int
    item_id: int


class WordsChanged(Event, frozen=True, tag="moderation.words_changed"):
    """The list of blocked words is another one."""


class Announced(Event, frozen=True, tag="moderation.announced"):
    """There is something new from the staff for everybody, or it has ended."""

    announcement_id: int
